// repeat: several epochs as one.
#include "luge/data/repeat.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>

#include "luge/data/batches.h"
#include "luge/data/sources.h"
#include "luge/error.h"
#include "support/errors.h"

namespace luge::data {
namespace {

using testing::expect_error;

Dataset numbers(std::int64_t count) { return tensors(arange(0, count, 1, i64)); }

std::vector<std::int64_t> inputs(Epoch epoch) {
  std::vector<std::int64_t> found;
  while (auto batch = epoch.next())
    for (const std::int64_t x : batch->input().as<std::int64_t>()) found.push_back(x);
  return found;
}

TEST(Repeat, SpansTheEndsOfPasses) {
  const Dataset seven = repeat(numbers(7), 3);
  EXPECT_EQ(seven.size(), 21);
  std::vector<std::int64_t> rows;
  auto epoch = seven.batch(5).epoch(0);
  while (auto batch = epoch.next()) rows.push_back(batch->rows);
  EXPECT_EQ(rows, (std::vector<std::int64_t>{5, 5, 5, 5, 1}));
  EXPECT_EQ(inputs(seven.batch(5).epoch(0)),
            (std::vector<std::int64_t>{0, 1, 2, 3, 4, 5, 6, 0, 1, 2, 3, 4, 5, 6, 0, 1, 2, 3, 4, 5, 6}));
  EXPECT_EQ(seven.where(8), numbers(7).where(1));
}

TEST(Repeat, ShufflesEachPassAsTheEpochsBelow) {
  const Dataset below = numbers(50).shuffle({.seed = 3}), view = repeat(below, 4);
  for (std::int64_t epoch = 0; epoch < 2; ++epoch) {
    const auto all = inputs(view.batch(30).epoch(epoch));
    ASSERT_EQ(all.size(), 200u);
    for (std::int64_t pass = 0; pass < 4; ++pass) {
      const std::vector<std::int64_t> part(all.begin() + 50 * pass, all.begin() + 50 * (pass + 1));
      EXPECT_EQ(part, inputs(below.batch(50).epoch(4 * epoch + pass))) << epoch << ' ' << pass;
    }
  }
  // The same read ahead on other threads, and in any order.
  EXPECT_EQ(inputs(view.batch(30).prefetch({.workers = 3}).epoch(1)), inputs(view.batch(30).epoch(1)));
  const auto backward = [&] {
    std::vector<std::int64_t> found;
    for (std::int64_t i = view.size() - 1; i >= 0; --i)
      found.push_back(view.get(i).input.as<std::int64_t>()[0]);
    std::reverse(found.begin(), found.end());
    return found;
  }();
  EXPECT_EQ(backward, inputs(view.batch(30).epoch(0)));
}

TEST(Repeat, ChangesTheFingerprint) {
  EXPECT_NE(repeat(numbers(5), 2).fingerprint(), repeat(numbers(5), 3).fingerprint());
  EXPECT_EQ(repeat(numbers(5), 2).fingerprint(), repeat(numbers(5), 2).fingerprint());
}

TEST(Repeat, RefusesWhatItCannotCount) {
  expect_error<ValueError>([] { repeat(numbers(3), 0); }, {"repeat", "times is 0", "at least 1"});
  expect_error<ValueError>([] { repeat(numbers(3), std::numeric_limits<std::int64_t>::max()); },
                           {"repeat", "3 samples", "fewer"});
  EXPECT_EQ(repeat(numbers(0), 4).size(), 0);
}

}  // namespace
}  // namespace luge::data
