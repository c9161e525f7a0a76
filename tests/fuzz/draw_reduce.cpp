// Draws of reduce.h.
#include "fuzz/draw.h"

namespace luge::fuzz {
namespace {

void reduced(Draft& d) {
  const int x = d.tame(d.real());
  const std::string op = d.one_of<std::string>(
      {"sum", "sum", "sum", "mean", "mean", "max", "min", "prod", "logsumexp", "norm", "var", "std"});
  auto with = d.some_axes(x);
  if (op == "norm") with["p"] = {d.one_of({1.0, 2.0, 3.0, 2.0})};
  if (op == "var" || op == "std") with["correction"] = {d.one_of({0.0, 1.0})};
  if (op == "prod" || op == "sum") {
    double terms = 1;
    for (int k = 0; k < d.rank(x); ++k) terms *= static_cast<double>(d.shape(x)[k]);
    if (op == "prod" && terms > 300) throw Skip();
    d.add(op, {x}, with, op == "sum" ? 2 * d.magnitude(x) : -1);
    return;
  }
  d.add(op, {x}, with);
}

// A reduction that comes back to what it was taken from, as norms do.
void centered(Draft& d) {
  const int x = d.tame(d.real(1));
  auto with = d.some_axes(x);
  with["keep"] = {1};
  const int r = d.add(d.one_of<std::string>({"sum", "mean", "max", "min", "logsumexp"}), {x}, with);
  d.add(d.one_of<std::string>({"sub", "mul", "add"}), {x, r}, {}, 4);
}

void counted(Draft& d) {
  const int x = d.tame(d.real());
  if (d.chance(0.3)) {
    auto with = d.some_axes(x);
    with.erase("keep");
    d.add("count", {x}, with);
    return;
  }
  const int b = d.add("greater", {x}, {{"number", {0.2}}});
  d.add(d.one_of<std::string>({"any", "all", "count_nonzero"}), {b}, d.some_axes(b));
}

void extreme_place(Draft& d) {
  const int x = d.tame(d.real());
  std::map<std::string, Numbers> with;
  if (d.rank(x) > 0 && d.chance(0.8)) {
    with["axis"] = {static_cast<double>(d.axis(x))};
    if (d.chance(0.5)) with["keep"] = {1};
  }
  d.add(d.one_of<std::string>({"argmax", "argmin", "median", "median"}), {x}, with);
}

void running(Draft& d) {
  const int x = d.tame(d.real(1), 1.5);
  std::map<std::string, Numbers> with = {{"axis", {static_cast<double>(d.axis(x))}}};
  if (d.chance(0.3)) {
    const int a = d.add("tanh", {x}, {}, 1);
    d.add("linear_recurrence", {a, d.leaf(d.shape(x), -1, 1, d.dtype(x))}, with, 3);
    return;
  }
  if (d.chance(0.3)) with["exclusive"] = {1};
  if (d.chance(0.3)) with["reverse"] = {1};
  d.add(d.one_of<std::string>({"cumsum", "cumsum", "cumprod"}), {x}, with, 6);
}

void ordered(Draft& d) {
  const int x = d.tame(d.real(1));
  const int axis = d.axis(x);
  std::map<std::string, Numbers> with = {{"axis", {static_cast<double>(axis)}}};
  if (d.chance(0.35)) {
    const std::int64_t extent = d.shape(x)[axis < 0 ? axis + d.rank(x) : axis];
    if (extent == 0) throw Skip();
    with["k"] = {static_cast<double>(d.between(1, extent))};
    if (d.chance(0.5)) with["largest"] = {0};
    d.add("topk", {x}, with);
    if (d.chance(0.2)) {
      with["out"] = {1};
      d.add("topk", {x}, with);
    }
    return;
  }
  if (d.chance(0.4)) with["descending"] = {1};
  d.add(d.chance(0.8) ? "sort" : "argsort", {x}, with);
}

}  // namespace

std::vector<Draw> reduce_draws() {
  return {{"reduced", 8, reduced}, {"centered", 4, centered},
          {"counted", 1, counted}, {"extreme_place", 2, extreme_place},
          {"running", 2, running}, {"ordered", 2, ordered}};
}

}  // namespace luge::fuzz
