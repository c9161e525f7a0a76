#include "support/op_case.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace luge::testing {
namespace {

std::vector<OpCase>& rows() {
  static std::vector<OpCase> list;
  return list;
}

// SplitMix64 (Steele et al. 2014).
class Numbers {
 public:
  explicit Numbers(std::string_view seed) {
    for (char c : seed) state_ = (state_ ^ static_cast<unsigned char>(c)) * 0x100000001b3ull;
  }
  std::uint64_t next() {
    std::uint64_t z = (state_ += 0x9e3779b97f4a7c15ull);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
    return z ^ (z >> 31);
  }
  double fraction() { return static_cast<double>(next() >> 11) * 0x1p-53; }

 private:
  std::uint64_t state_ = 0xcbf29ce484222325ull;
};

}  // namespace

Input uniform(const Shape& shape, double low, double high) {
  return {shape, low, high, Input::Kind::uniform};
}
Input distinct(const Shape& shape, double low, double high) {
  return {shape, low, high, Input::Kind::distinct};
}
Input sparse(const Shape& shape, double low, double high) { return {shape, low, high, Input::Kind::sparse}; }
Input indices(const Shape& shape, std::int64_t limit) {
  return {shape, 0, static_cast<double>(limit), Input::Kind::index};
}
Input truths(const Shape& shape) { return {shape, 0, 1, Input::Kind::truth}; }

const std::vector<OpCase>& op_cases() {
  static const bool sorted = [] {
    std::sort(rows().begin(), rows().end(), [](const OpCase& a, const OpCase& b) { return a.name < b.name; });
    return true;
  }();
  static_cast<void>(sorted);
  return rows();
}

OpCase product_row(std::string name, std::function<Tensors(const Tensors&)> build,
                   std::vector<Inputs> inputs) {
  return {.name = std::move(name), .build = std::move(build), .inputs = std::move(inputs), .halves = false};
}

OpCases::OpCases(std::initializer_list<OpCase> cases) {
  rows().insert(rows().end(), cases.begin(), cases.end());
}
OpCases::OpCases(const std::vector<OpCase>& cases) {
  rows().insert(rows().end(), cases.begin(), cases.end());
}

Tensor elements(const Input& input, std::string_view seed) {
  Numbers numbers(seed);
  const auto count = static_cast<std::size_t>(input.shape.elements());
  const double range = input.high - input.low;
  if (input.kind == Input::Kind::index || input.kind == Input::Kind::truth) {
    std::vector<std::int64_t> values(count);
    const auto limit = static_cast<std::uint64_t>(input.kind == Input::Kind::truth ? 2 : input.high);
    for (auto& value : values) value = static_cast<std::int64_t>(numbers.next() % limit);
    if (input.kind == Input::Kind::index) return tensor(values, input.shape);
    return tensor(std::vector<bool>(values.begin(), values.end()), input.shape);
  }
  std::vector<double> values(count);
  for (double& value : values) value = input.low + range * numbers.fraction();
  if (input.kind == Input::Kind::distinct) {
    std::vector<std::size_t> order(count);
    std::iota(order.begin(), order.end(), 0);
    for (std::size_t k = count; k > 1; --k) std::swap(order[k - 1], order[numbers.next() % k]);
    for (std::size_t k = 0; k < count; ++k) {
      values[k] = input.low + range * (static_cast<double>(order[k]) + 0.25 + 0.5 * numbers.fraction()) /
                                  static_cast<double>(count);
    }
  }
  if (input.kind == Input::Kind::sparse) {
    for (std::size_t k = 0; k < count; k += 3) values[k] = 0;
  }
  return tensor(values, input.shape);
}

std::vector<const OpCase*> all_rows() {
  std::vector<const OpCase*> rows;
  for (const OpCase& row : op_cases()) rows.push_back(&row);
  return rows;
}

std::string name_of_row(const ::testing::TestParamInfo<const OpCase*>& info) {
  std::string text = info.param->name;
  std::replace_if(
      text.begin(), text.end(), [](unsigned char c) { return !std::isalnum(c); }, '_');
  return text;
}

Tensors elements(const Inputs& inputs, std::string_view seed) {
  Tensors result;
  for (const Input& input : inputs) {
    result.push_back(elements(input, std::string(seed) + "#" + std::to_string(result.size())));
  }
  return result;
}

std::function<Tensors(const Tensors&)> of_one(std::function<Tensor(const Tensor&)> f) {
  return [f](const Tensors& in) { return Tensors{f(in[0])}; };
}
std::function<Tensors(const Tensors&)> of_two(std::function<Tensor(const Tensor&, const Tensor&)> f) {
  return [f](const Tensors& in) { return Tensors{f(in[0], in[1])}; };
}
std::function<Tensors(const Tensors&)> of_three(
    std::function<Tensor(const Tensor&, const Tensor&, const Tensor&)> f) {
  return [f](const Tensors& in) { return Tensors{f(in[0], in[1], in[2])}; };
}

}  // namespace luge::testing
