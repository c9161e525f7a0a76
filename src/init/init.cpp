#include "luge/init/init.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>
#include <map>

#include "luge/error.h"
#include "luge/ops/random.h"

namespace luge::init {
namespace {

/// A deviation or bound that depends only on the fans.
using Scale = std::function<double(const Fans&)>;

Initializer scaled_uniform(std::string name, Scale bound) {
  return {std::move(name), [bound](const Shape& shape, const Fans& fans, DType dtype) {
            const double b = bound(fans);
            return random::uniform(shape, -b, b, dtype);
          }};
}

Initializer scaled_normal(std::string name, Scale deviation) {
  return {std::move(name), [deviation](const Shape& shape, const Fans& fans, DType dtype) {
            return random::normal(shape, 0, deviation(fans), dtype);
          }};
}

}  // namespace

Fans fans_of(const Shape& weight) {
  if (weight.rank() < 2) {
    const double n = static_cast<double>(weight.elements());
    return {n, n};
  }
  double receptive = 1;
  for (int k = 2; k < weight.rank(); ++k) receptive *= static_cast<double>(weight[k]);
  return {static_cast<double>(weight[1]) * receptive, static_cast<double>(weight[0]) * receptive};
}

Initializer zeros() { return constant(0); }
Initializer ones() { return constant(1); }

Initializer constant(double value) {
  return {fmt::format("constant({})", value),
          [value](const Shape& shape, const Fans&, DType dtype) { return full(shape, value, dtype); }};
}

Initializer uniform(double low, double high) {
  if (!(low < high)) throw ValueError(fmt::format("init::uniform: [{}, {}) is empty", low, high));
  return {fmt::format("uniform({}, {})", low, high),
          [low, high](const Shape& shape, const Fans&, DType dtype) {
            return random::uniform(shape, low, high, dtype);
          }};
}

Initializer normal(double mean, double deviation) {
  if (!(deviation >= 0))
    throw ValueError(fmt::format("init::normal: deviation {} is not 0 or more", deviation));
  return {fmt::format("normal({}, {})", mean, deviation), [=](const Shape& shape, const Fans&, DType dtype) {
            return random::normal(shape, mean, deviation, dtype);
          }};
}

Initializer truncated_normal(double mean, double deviation) {
  if (!(deviation >= 0))
    throw ValueError(fmt::format("init::truncated_normal: deviation {} is not 0 or more", deviation));
  return {fmt::format("truncated_normal({}, {})", mean, deviation),
          [=](const Shape& shape, const Fans&, DType dtype) {
            return random::truncated_normal(shape, mean, deviation, dtype);
          }};
}

Initializer small_random() {
  return scaled_normal("small_random", [](const Fans&) { return 0.01; });
}
Initializer xavier_uniform(double gain) {
  return scaled_uniform("xavier_uniform",
                        [gain](const Fans& f) { return gain * std::sqrt(6 / (f.in + f.out)); });
}
Initializer xavier_normal(double gain) {
  return scaled_normal("xavier_normal",
                       [gain](const Fans& f) { return gain * std::sqrt(2 / (f.in + f.out)); });
}
Initializer he_uniform(Fan fan) {
  if (fan == Fan::out)
    return scaled_uniform("he_uniform_out", [](const Fans& f) { return std::sqrt(6 / f.out); });
  return scaled_uniform("he_uniform", [](const Fans& f) { return std::sqrt(6 / f.in); });
}
Initializer he_normal(Fan fan) {
  if (fan == Fan::out)
    return scaled_normal("he_normal_out", [](const Fans& f) { return std::sqrt(2 / f.out); });
  return scaled_normal("he_normal", [](const Fans& f) { return std::sqrt(2 / f.in); });
}
Initializer lecun_normal() {
  return scaled_normal("lecun_normal", [](const Fans& f) { return std::sqrt(1 / f.in); });
}
Initializer fan_in_uniform() {
  return scaled_uniform("fan_in_uniform", [](const Fans& f) { return 1 / std::sqrt(f.in); });
}

Initializer named(const std::string& name) {
  static const std::map<std::string, Initializer (*)()> known = {
      {"zeros", zeros},
      {"ones", ones},
      {"small_random", small_random},
      {"xavier_uniform", [] { return xavier_uniform(); }},
      {"xavier_normal", [] { return xavier_normal(); }},
      {"glorot_uniform", [] { return xavier_uniform(); }},
      {"glorot_normal", [] { return xavier_normal(); }},
      {"he_uniform", [] { return he_uniform(); }},
      {"he_uniform_out", [] { return he_uniform(Fan::out); }},
      {"he_normal", [] { return he_normal(); }},
      {"he_normal_out", [] { return he_normal(Fan::out); }},
      {"lecun_normal", lecun_normal},
      {"fan_in_uniform", fan_in_uniform},
  };
  if (const auto found = known.find(name); found != known.end()) return found->second();
  std::vector<std::string> names;
  for (const auto& [key, make] : known) names.push_back(key);
  throw ValueError(fmt::format("no initializer is called '{}'; there are {}", name, fmt::join(names, ", ")));
}

}  // namespace luge::init
