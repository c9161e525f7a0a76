#include "ops/contraction.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "luge/ops/linalg.h"
#include "luge/ops/math.h"
#include "luge/ops/reduce.h"
#include "luge/ops/shape.h"
#include "ops/checks.h"

namespace luge {
namespace {

using Labels = std::vector<int>;

bool has(const Labels& labels, int label) {
  return std::find(labels.begin(), labels.end(), label) != labels.end();
}
template <class Test>
Labels those(const Labels& labels, const Test& test) {
  Labels result;
  std::copy_if(labels.begin(), labels.end(), std::back_inserter(result), test);
  return result;
}
Labels joined(Labels a, const Labels& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}
int position_of(const Labels& labels, int label) {
  return static_cast<int>(std::find(labels.begin(), labels.end(), label) - labels.begin());
}

Tensor in_order(const Labeled& operand, const Labels& labels) {
  std::vector<int> order;
  for (const int label : labels) order.push_back(position_of(operand.labels, label));
  return std::is_sorted(order.begin(), order.end()) ? operand.x : permute(operand.x, order);
}

Labeled summed(const Labeled& operand, const Labels& kept) {
  std::vector<std::int64_t> axes;
  for (std::size_t k = 0; k < operand.labels.size(); ++k) {
    if (!has(kept, operand.labels[k])) axes.push_back(static_cast<std::int64_t>(k));
  }
  if (axes.empty()) return operand;
  return {sum(operand.x, Axes(axes)), those(operand.labels, [&](int label) { return has(kept, label); })};
}

// The axes of a group, from `at` on, as one axis: a new one of extent 1 for none.
Tensor merged_group(const Tensor& x, int at, std::size_t count) {
  if (count == 0) return unsqueeze(x, at);
  return count == 1 ? x : flatten(x, at, at + static_cast<int>(count) - 1);
}
// Axis `at` as the axes of the group again, with their extents in `from`.
Tensor split_group(const Tensor& x, int at, const Labeled& from, const Labels& group) {
  if (group.empty()) return squeeze(x, at);
  if (group.size() == 1) return x;
  Shape extents;
  for (const int label : group) extents = extents.appended(from.x.shape()[position_of(from.labels, label)]);
  return unflatten(x, at, extents);
}

// No label is summed: every pair of elements is multiplied.
Labeled outer_product(const Labeled& a, const Labeled& b, const Labels& shared, const Labels& left,
                      const Labels& right) {
  const Tensor x = in_order(a, joined(shared, left)), y = in_order(b, joined(shared, right));
  std::vector<std::int64_t> axes;
  for (std::size_t k = 0; k < right.size(); ++k) axes.push_back(x.rank() + static_cast<std::int64_t>(k));
  const Tensor wide = axes.empty() ? x : unsqueeze(x, Axes(axes));
  axes.clear();
  for (std::size_t k = 0; k < left.size(); ++k) axes.push_back(static_cast<std::int64_t>(shared.size() + k));
  return {wide * (axes.empty() ? y : unsqueeze(y, Axes(axes))), joined(joined(shared, left), right)};
}

// An operand as matrices: one axis for its batch labels, if there are any, one for the rows, and one for the
// labels that are summed; these come before the rows when nothing has to be moved for it.
struct Matrices {
  Tensor x;
  bool sums_first;
};
Matrices matrices_of(const Labeled& operand, const Labels& batch, const Labels& rows, const Labels& inner) {
  const bool sums_first = rows.empty() || operand.labels == joined(joined(batch, inner), rows);
  const Labels &first = sums_first ? inner : rows, &second = sums_first ? rows : inner;
  Tensor x = in_order(operand, joined(joined(batch, first), second));
  if (!batch.empty()) x = merged_group(x, 0, batch.size());
  const int start = batch.empty() ? 0 : 1;
  x = merged_group(x, start, first.size());
  return {merged_group(x, start + 1, second.size()), sums_first};
}

Labeled product_of(const Labeled& a, const Labeled& b, const Labels& needed) {
  const auto in_a = [&](int label) { return has(a.labels, label); };
  const auto in_b = [&](int label) { return has(b.labels, label); };
  const auto is_needed = [&](int label) { return has(needed, label); };
  const Labels both = those(a.labels, in_b);
  const Labels batch = those(both, is_needed);
  const Labels inner = those(both, [&](int label) { return !is_needed(label); });
  const Labels left = those(a.labels, [&](int label) { return !in_b(label); });
  const Labels right = those(b.labels, [&](int label) { return !in_a(label); });
  if (inner.empty()) return outer_product(a, b, batch, left, right);
  const Matrices x = matrices_of(a, batch, left, inner), y = matrices_of(b, batch, right, inner);
  Tensor product = matmul(x.x, y.x, {.transpose_a = x.sums_first, .transpose_b = !y.sums_first});
  const int start = batch.empty() ? 0 : 1;
  product = split_group(product, start + 1, b, right);
  product = split_group(product, start, a, left);
  if (!batch.empty()) product = split_group(product, 0, a, batch);
  return {product, joined(joined(batch, left), right)};
}

// Every operand without the axes of extent 1 whose label is longer elsewhere: it is the same along them.
void drop_broadcast(std::string_view op, std::vector<Labeled>& operands, std::string (*name_of)(int)) {
  std::map<int, std::int64_t> extents;
  for (std::size_t k = 0; k < operands.size(); ++k) {
    const Shape& shape = operands[k].x.shape();
    for (std::size_t axis = 0; axis < operands[k].labels.size(); ++axis) {
      const int label = operands[k].labels[axis];
      const std::int64_t extent = shape[static_cast<int>(axis)];
      const auto [found, fresh] = extents.emplace(label, extent);
      if (fresh || extent == found->second || extent == 1) continue;
      if (found->second == 1 || found->second == unknown) {
        found->second = extent;
      } else if (extent != unknown) {
        throw ShapeError(
            fmt::format("{}: axis {} of operand {} has extent {}, in an operand before it {}; "
                        "expected equal extents or 1",
                        op, name_of(label), k, extent, found->second));
      }
    }
  }
  for (Labeled& operand : operands) {
    std::vector<std::int64_t> axes;
    for (std::size_t axis = 0; axis < operand.labels.size(); ++axis) {
      if (operand.x.shape()[static_cast<int>(axis)] == 1 && extents.at(operand.labels[axis]) != 1)
        axes.push_back(static_cast<std::int64_t>(axis));
    }
    if (axes.empty()) continue;
    operand.x = squeeze(operand.x, Axes(axes));
    for (auto axis = axes.rbegin(); axis != axes.rend(); ++axis)
      operand.labels.erase(operand.labels.begin() + *axis);
  }
}

}  // namespace

Tensor contract(std::string_view op, std::vector<Labeled> operands, const std::vector<int>& result,
                std::string (*name_of)(int label)) {
  drop_broadcast(op, operands, name_of);
  Labeled total = operands[0];
  for (std::size_t k = 1; k < operands.size(); ++k) {
    Labels later = result;  // the labels that something reads after this product
    for (std::size_t other = k + 1; other < operands.size(); ++other)
      later = joined(later, operands[other].labels);
    total = summed(total, joined(later, operands[k].labels));
    total = product_of(total, summed(operands[k], joined(later, total.labels)), later);
  }
  return in_order(summed(total, result), result);
}

}  // namespace luge
