// Rows of reduce.h.
#include "fuzz/ops.h"
#include "luge/ops/reduce.h"

namespace luge::fuzz {
namespace {

Axes axes_of(const Line& line) { return line.has("axes") ? Axes(line.wholes("axes")) : Axes(); }
Keep keep_of(const Line& line) { return line.has("keep") ? keep_dims : Keep::no; }
int axis_of(const Line& line) { return static_cast<int>(line.whole("axis")); }
CumulativeOptions cumulative_of(const Line& line) { return {line.has("exclusive"), line.has("reverse")}; }
SortOptions order_of(const Line& line) { return {.descending = line.has("descending")}; }

Tensor build_topk(const Tensors& in, const Line& line, DType) {
  const Sorted made =
      topk(in.at(0), line.whole("k"), {.axis = axis_of(line), .largest = line.whole("largest", 1) != 0});
  return line.has("out") ? made.indices : made.values;
}

Tensor build_sort(const Tensors& in, const Line& line, DType) {
  const Sorted made = sort(in.at(0), axis_of(line), order_of(line));
  return line.has("out") ? made.indices : made.values;
}

}  // namespace

Builds reduce_ops() {
  Builds rows;
  const auto reduction = [&](const char* name, Tensor (*function)(const Tensor&, const Axes&, Keep)) {
    rows[name] = [function](const Tensors& in, const Line& line, DType) {
      return function(in.at(0), axes_of(line), keep_of(line));
    };
  };
  reduction("sum", sum);
  reduction("mean", mean);
  reduction("prod", prod);
  reduction("max", max);
  reduction("min", min);
  reduction("any", any);
  reduction("all", all);
  reduction("count_nonzero", count_nonzero);
  reduction("logsumexp", logsumexp);
  rows["count"] = [](const Tensors& in, const Line& line, DType) { return count(in.at(0), axes_of(line)); };
  rows["norm"] = [](const Tensors& in, const Line& line, DType) {
    return norm(in.at(0), line.number("p"), axes_of(line), keep_of(line));
  };
  rows["var"] = [](const Tensors& in, const Line& line, DType) {
    return var(in.at(0), axes_of(line), keep_of(line), line.number("correction"));
  };
  rows["std"] = [](const Tensors& in, const Line& line, DType) {
    return luge::std(in.at(0), axes_of(line), keep_of(line), line.number("correction"));
  };
  const auto at_axis = [&](const char* name, Tensor (*whole)(const Tensor&),
                           Tensor (*along)(const Tensor&, int, Keep)) {
    rows[name] = [whole, along](const Tensors& in, const Line& line, DType) {
      return line.has("axis") ? along(in.at(0), axis_of(line), keep_of(line)) : whole(in.at(0));
    };
  };
  at_axis("argmax", argmax, argmax);
  at_axis("argmin", argmin, argmin);
  at_axis("median", median, median);
  rows["cumsum"] = [](const Tensors& in, const Line& line, DType) {
    return cumsum(in.at(0), axis_of(line), cumulative_of(line));
  };
  rows["cumprod"] = [](const Tensors& in, const Line& line, DType) {
    return cumprod(in.at(0), axis_of(line), cumulative_of(line));
  };
  rows["linear_recurrence"] = [](const Tensors& in, const Line& line, DType) {
    return linear_recurrence(in.at(0), in.at(1), axis_of(line));
  };
  rows["sort"] = build_sort;
  rows["argsort"] = [](const Tensors& in, const Line& line, DType) {
    return argsort(in.at(0), axis_of(line), order_of(line));
  };
  rows["topk"] = build_topk;
  return rows;
}

}  // namespace luge::fuzz
