// What scans and loops say when a function or a length does not fit.
#include "luge/ops/control.h"

#include <gtest/gtest.h>

#include "luge/ops/check.h"
#include "luge/ops/compare.h"
#include "luge/ops/index.h"
#include "luge/ops/math.h"
#include "luge/ops/reduce.h"
#include "luge/ops/shape.h"
#include "ops/near.h"
#include "support/errors.h"

namespace luge::testing {
namespace {

ScanTrip running_sum(const Tensors& s, const Tensors& x) {
  const Tensor next = s[0] + x[0];
  return {{next}, {next}};
}

TEST(Scan, AnErrorInATripNamesTheTrip) {
  const Tensor x = tensor(std::vector<double>{1, 2, 0, 4}, {4});
  expect_error<NonFiniteError>(
      [&] {
        scan(
            [](const Tensors& s, const Tensors& in) {
              return ScanTrip{{s[0] + check_finite(1 / in[0], "inverse")}, {}};
            },
            {scalar(0, f64)}, {x})
            .states[0]
            .to_vector<double>();
      },
      {"scan, trip 2: inverse is inf"});
  const Tensor table = normal({5}), at = tensor(std::vector<std::int64_t>{0, 4, 5}, {3});
  expect_error<IndexError>(
      [&] {
        scan(
            [&](const Tensors& s, const Tensors& in) {
              return ScanTrip{{s[0] + sum(take(table, unsqueeze(in[0], 0), 0))}, {}};
            },
            {scalar(0, f64)}, {at})
            .states[0]
            .to_vector<double>();
      },
      {"scan, trip 2: ", "5"});
}

TEST(Scan, SaysWhatDoesNotFit) {
  const Tensor x = normal({4, 3}), s = zeros({3}, f64);
  const auto with = [&](const std::function<ScanTrip(const Tensors&, const Tensors&)>& step) {
    return [&, step] { scan(step, {s}, {x}); };
  };
  expect_error<ShapeError>(with([](const Tensors& st, const Tensors&) {
                             return ScanTrip{{unsqueeze(st[0], 0)}, {}};
                           }),
                           {"scan: state 0 is f64[3] before a trip and f64[1,3] after it"});
  expect_error<DTypeError>(with([](const Tensors& st, const Tensors&) {
                             return ScanTrip{{cast(st[0], f32)}, {}};
                           }),
                           {"scan: state 0 is f64[3] before a trip and f32[3] after it"});
  expect_error<ValueError>(with([](const Tensors&, const Tensors&) {
                             return ScanTrip{{}, {}};
                           }),
                           {"scan: the step gave 0 states; expected 1"});
  expect_error<StateError>(with([](const Tensors&, const Tensors&) {
                             return ScanTrip{{Tensor()}, {}};
                           }),
                           {"scan: the step returned an empty tensor"});
  expect_error<GraphError>(with([](const Tensors& st, const Tensors&) {
                             st[0].to_vector<double>();
                             return ScanTrip{{st[0]}, {}};
                           }),
                           {"is read while a function is being compiled"});
  expect_error<ValueError>([&] { scan(running_sum, {s}, {}); }, {"scan", "length"});
  expect_error<ShapeError>([&] { scan(running_sum, {scalar(0, f64)}, {scalar(1, f64)}); },
                           {"scan: sequence 0 is f64[]"});
}

TEST(BadInput, C70_ScanOfMismatchedLengthsAndBounds) {
  const Tensor s = zeros({3}, f64);
  expect_error<ShapeError>(
      [&] {
        scan(running_sum, {s}, {normal({4, 3}), normal({5, 3})});
      },
      {"scan: sequence 1 is f64[5,3]; expected extent 4 of axis 0"});
  expect_error<ShapeError>(
      [&] {
        scan(running_sum, {s}, {normal({4, 3})}, {.length = 5});
      },
      {"scan: sequence 0 is f64[4,3]; expected extent 5 of axis 0, as length says"});
  expect_error<ValueError>(
      [&] {
        scan(
            [](const Tensors& st, const Tensors&) {
              return ScanTrip{{st[0]}, {}};
            },
            {s}, {}, {.length = std::int64_t{1} << 62});
      },
      {"scan: length is 4611686018427387904"});
  expect_error<ValueError>(
      [&] {
        while_loop([](const Tensors& st) { return less(sum(st[0]), 1); },
                   [](const Tensors& st) { return st; }, {s}, {.max_trips = std::int64_t{1} << 62});
      },
      {"while_loop: max_trips is 4611686018427387904"});
}

}  // namespace
}  // namespace luge::testing
