// einsum: sums of products that a text describes. tensordot: sums of products over pairs of axes.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string>

#include "luge/ops/compare.h"
#include "luge/ops/linalg.h"
#include "luge/ops/math.h"
#include "luge/ops/reduce.h"
#include "luge/ops/shape.h"
#include "ops/checks.h"
#include "ops/contraction.h"
#include "ops/positions.h"

namespace luge {
namespace {

using Labels = std::vector<int>;

constexpr int kEllipsis = -1;       // all axes without letters
constexpr int kFirstUnnamed = 256;  // labels of these axes, counted from the last one

std::string name_of(int label) {
  return label < kFirstUnnamed ? fmt::format("'{}'", static_cast<char>(label))
                               : fmt::format("{} from the end of '...'", label - kFirstUnnamed);
}

// The terms of the operands and of the result, as labels.
struct Subscripts {
  std::string_view text;
  std::vector<Labels> operands;
  Labels result;
  bool implicit = true;

  explicit Subscripts(std::string_view all) : text(all) {
    std::string plain;
    std::copy_if(text.begin(), text.end(), std::back_inserter(plain), [](char c) { return c != ' '; });
    std::string left = plain;
    if (const auto arrow = plain.find("->"); arrow != std::string::npos) {
      implicit = false;
      left = plain.substr(0, arrow);
      result = term(plain.substr(arrow + 2));
      check_result_is_distinct();
    }
    for (std::size_t start = 0; start <= left.size();) {
      const std::size_t comma = std::min(left.find(',', start), left.size());
      operands.push_back(term(left.substr(start, comma - start)));
      start = comma + 1;
    }
  }

  [[noreturn]] void fail(const std::string& what) const {
    throw ValueError(fmt::format("einsum: \"{}\": {}", text, what));
  }

 private:
  Labels term(const std::string& letters) const {
    Labels labels;
    for (std::size_t k = 0; k < letters.size(); ++k) {
      const char c = letters[k];
      if (letters.compare(k, 3, "...") == 0) {
        if (std::find(labels.begin(), labels.end(), kEllipsis) != labels.end())
          fail(fmt::format("'{}' has \"...\" twice; expected it once", letters));
        labels.push_back(kEllipsis);
        k += 2;
      } else if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')) {
        labels.push_back(c);
      } else {
        fail(fmt::format("'{}' is not a letter; expected letters, \"...\", commas and one \"->\"", c));
      }
    }
    return labels;
  }
  void check_result_is_distinct() const {
    for (std::size_t k = 0; k < result.size(); ++k) {
      if (std::find(result.begin(), result.begin() + static_cast<std::ptrdiff_t>(k), result[k]) !=
          result.begin() + static_cast<std::ptrdiff_t>(k))
        fail(fmt::format("the result names {} twice; expected each letter once", name_of(result[k])));
    }
  }
};

// The labels with those of the unnamed axes, of which there are `count`.
Labels with_unnamed(const Labels& labels, int count) {
  Labels result;
  for (const int label : labels) {
    if (label != kEllipsis) {
      result.push_back(label);
      continue;
    }
    for (int k = count; k-- > 0;) result.push_back(kFirstUnnamed + k);
  }
  return result;
}

// How many axes of operand `k` have no letter.
int unnamed_axes(const Subscripts& subscripts, std::size_t k, const Tensor& x) {
  const Labels& labels = subscripts.operands[k];
  const bool open = std::find(labels.begin(), labels.end(), kEllipsis) != labels.end();
  const int named = static_cast<int>(labels.size()) - (open ? 1 : 0);
  if (x.rank() == named || (open && x.rank() > named)) return x.rank() - named;
  throw ShapeError(fmt::format("einsum: \"{}\": operand {} is {}; expected {}{} axes, one for each letter",
                               subscripts.text, k, Type{x.dtype(), x.shape()}.to_string(), named,
                               open ? " or more" : ""));
}

// Axis b of equal labels is taken where its index is that of axis a: their diagonal, at a.
Tensor diagonal_of(const Subscripts& subscripts, const Tensor& x, int a, int b) {
  const std::int64_t first = x.shape()[a], second = x.shape()[b];
  if (first != second && first != unknown && second != unknown) {
    throw ShapeError(fmt::format(
        "einsum: \"{}\": axes {} and {} of {} have one letter, but extents {} and {}; expected equal extents",
        subscripts.text, a, b, Type{x.dtype(), x.shape()}.to_string(), first, second));
  }
  const Tensor along_a = positions_along(x, a), along_b = positions_along(x, b);
  return sum(where(equal(along_a, along_b), x, 0), b);
}

Labeled without_repetition(const Subscripts& subscripts, Labeled operand) {
  for (std::size_t b = 1; b < operand.labels.size();) {
    const auto end = operand.labels.begin() + static_cast<std::ptrdiff_t>(b);
    const auto found = std::find(operand.labels.begin(), end, operand.labels[b]);
    if (found == end) {
      ++b;
      continue;
    }
    operand.x = diagonal_of(subscripts, operand.x, static_cast<int>(found - operand.labels.begin()),
                            static_cast<int>(b));
    operand.labels.erase(end);
  }
  return operand;
}

// The result that a text without "->" means.
Labels implied_result(const std::vector<Labels>& operands) {
  std::map<int, int> counts;
  Labels result;
  for (const Labels& labels : operands) {
    for (const int label : labels) ++counts[label];
  }
  if (counts.contains(kEllipsis)) result.push_back(kEllipsis);
  for (const auto& [label, count] : counts) {
    if (label != kEllipsis && count == 1) result.push_back(label);
  }
  return result;
}

}  // namespace

Tensor einsum(std::string_view text, const Tensors& operands) {
  const Subscripts subscripts(text);
  if (subscripts.operands.size() != operands.size()) {
    subscripts.fail(
        fmt::format("describes {} operands, got {}", subscripts.operands.size(), operands.size()));
  }
  int unnamed = 0;
  std::vector<Labeled> labeled;
  for (std::size_t k = 0; k < operands.size(); ++k) {
    const Tensor& x = operands[k];
    check_number("einsum", {x.dtype(), x.shape()});
    check_same_dtype("einsum", {operands[0].dtype(), operands[0].shape()}, {x.dtype(), x.shape()});
    const int own = unnamed_axes(subscripts, k, x);
    unnamed = std::max(unnamed, own);
    labeled.push_back(without_repetition(subscripts, {x, with_unnamed(subscripts.operands[k], own)}));
  }
  const Labels result =
      with_unnamed(subscripts.implicit ? implied_result(subscripts.operands) : subscripts.result, unnamed);
  for (const int label : result) {
    const bool known = std::any_of(labeled.begin(), labeled.end(), [&](const Labeled& operand) {
      return std::find(operand.labels.begin(), operand.labels.end(), label) != operand.labels.end();
    });
    if (!known) subscripts.fail(fmt::format("the result names {}, which no operand has", name_of(label)));
  }
  return contract("einsum", std::move(labeled), result, name_of);
}

namespace {

std::string axis_name(int label) { return std::to_string(label) + " of the sum"; }

}  // namespace

Tensor tensordot(const Tensor& a, const Tensor& b, const std::vector<int>& axes_a,
                 const std::vector<int>& axes_b) {
  constexpr std::string_view op = "tensordot";
  const Type left{a.dtype(), a.shape()}, right{b.dtype(), b.shape()};
  check_number(op, left);
  check_same_dtype(op, left, right);
  if (axes_a.size() != axes_b.size()) {
    throw ValueError(
        fmt::format("{}: {} axes of a and {} axes of b; expected pairs", op, axes_a.size(), axes_b.size()));
  }
  const std::vector<std::int64_t> of_a(axes_a.begin(), axes_a.end()), of_b(axes_b.begin(), axes_b.end());
  check_axes(op, of_a, a.rank()), check_axes(op, of_b, b.rank());
  Labeled x{a, Labels(static_cast<std::size_t>(a.rank()))},
      y{b, Labels(static_cast<std::size_t>(b.rank()), -1)};
  for (int k = 0; k < a.rank(); ++k) x.labels[static_cast<std::size_t>(k)] = k;
  for (std::size_t k = 0; k < of_a.size(); ++k) {
    const int in_a = check_axis(op, of_a[k], a.rank()), in_b = check_axis(op, of_b[k], b.rank());
    check_extent(op, "b", right, in_b, a.shape()[in_a]);
    y.labels[static_cast<std::size_t>(in_b)] = in_a;
  }
  Labels result;
  for (const int label : x.labels) {
    if (std::find(y.labels.begin(), y.labels.end(), label) == y.labels.end()) result.push_back(label);
  }
  int next = a.rank();
  for (int& label : y.labels) {
    if (label < 0) result.push_back(label = next++);
  }
  return contract(op, {x, y}, result, axis_name);
}

Tensor tensordot(const Tensor& a, const Tensor& b, int axes) {
  if (axes < 0 || axes > a.rank() || axes > b.rank()) {
    throw ValueError(fmt::format("tensordot: {} axes of {} and {}; expected 0 to {}", axes,
                                 Type{a.dtype(), a.shape()}.to_string(),
                                 Type{b.dtype(), b.shape()}.to_string(), std::min(a.rank(), b.rank())));
  }
  std::vector<int> of_a, of_b;
  for (int k = 0; k < axes; ++k) of_a.push_back(a.rank() - axes + k), of_b.push_back(k);
  return tensordot(a, b, of_a, of_b);
}

}  // namespace luge
