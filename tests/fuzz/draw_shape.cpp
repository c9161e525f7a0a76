// Draws of shape.h.
#include <algorithm>
#include <random>

#include "fuzz/draw.h"

namespace luge::fuzz {
namespace {

double as_number(std::int64_t value) { return static_cast<double>(value); }
int front_axis(const Draft& d, int x, int axis) { return axis < 0 ? axis + d.rank(x) : axis; }

void reshaped(Draft& d) {
  const int x = d.real(1);
  std::vector<std::int64_t> shape(d.shape(x).begin(), d.shape(x).end());
  const std::int64_t kind = d.below(5);
  if (kind == 0 && shape.size() > 1) {  // two neighbors as one
    const std::int64_t at = d.below(static_cast<std::int64_t>(shape.size()) - 1);
    if (d.chance(0.5)) {
      d.add("flatten", {x}, {{"first", {as_number(at)}}, {"last", {as_number(at + 1)}}});
      return;
    }
    shape[static_cast<std::size_t>(at)] *= shape[static_cast<std::size_t>(at) + 1];
    shape.erase(shape.begin() + at + 1);
  } else if (kind == 1) {  // one as two
    const std::int64_t at = d.below(static_cast<std::int64_t>(shape.size()));
    const std::int64_t extent = shape[static_cast<std::size_t>(at)];
    std::int64_t part = 2;
    while (part < extent && extent % part != 0) ++part;
    if (extent < 2 || shape.size() > 5) throw Skip();
    if (d.chance(0.5)) {
      d.add("unflatten", {x},
            {{"axis", {as_number(at)}}, {"shape", {as_number(part), as_number(extent / part)}}});
      return;
    }
    shape[static_cast<std::size_t>(at)] = extent / part;
    shape.insert(shape.begin() + at, part);
  } else if (kind == 2) {
    std::shuffle(shape.begin(), shape.end(), std::minstd_rand(static_cast<unsigned>(d.below(1000))));
  } else if (kind == 3) {
    if (d.chance(0.5) && std::count(shape.begin(), shape.end(), 1) != 0) {
      d.add("squeeze", {x});
      return;
    }
    if (shape.size() > 5) throw Skip();
    d.add("unsqueeze", {x},
          {{"axes",
            {as_number(d.between(-static_cast<std::int64_t>(shape.size()) - 1,
                                 static_cast<std::int64_t>(shape.size())))}}});
    return;
  } else {
    shape = {d.shape(x).elements()};
  }
  d.add("reshape", {x}, {{"shape", extents(Shape(shape))}});
}

void reordered(Draft& d) {
  const int x = d.real(2);
  if (d.chance(0.5)) {
    d.add("transpose", {x}, {{"axes", {as_number(d.axis(x)), as_number(d.axis(x))}}});
    return;
  }
  Numbers order;
  for (int k = 0; k < d.rank(x); ++k) order.push_back(k);
  std::shuffle(order.begin(), order.end(), std::minstd_rand(static_cast<unsigned>(d.below(1000))));
  d.add("permute", {x}, {{"order", order}});
}

void spread(Draft& d) {
  const int x = d.real(0, 4);
  std::vector<std::int64_t> shape(d.shape(x).begin(), d.shape(x).end());
  for (std::int64_t& extent : shape) {
    if (extent == 1 && d.chance(0.6)) extent = d.one_of({2, 3, 5, 9});
  }
  if (d.chance(0.4)) shape.insert(shape.begin(), d.one_of({1, 2, 4}));
  d.add(d.one_of<std::string>({"broadcast_to", "expand"}), {x}, {{"shape", extents(Shape(shape))}});
}

void joined(Draft& d) {
  const int x = d.real(1);
  const int axis = d.axis(x);
  std::vector<int> parts = {x};
  for (std::int64_t k = d.between(0, 2); k > 0; --k) {
    if (d.chance(0.4)) {
      parts.push_back(x);
      continue;
    }
    parts.push_back(
        d.leaf(d.shape(x).with(front_axis(d, x, axis), d.one_of({1, 2, 3, 8})), -1.5, 1.5, d.dtype(x)));
  }
  if (d.chance(0.5)) std::reverse(parts.begin(), parts.end());
  d.add("concat", parts, {{"axis", {as_number(axis)}}});
}

void stacked(Draft& d) {
  const int x = d.real(0, 4);
  std::vector<int> parts = {x, d.chance(0.5) ? x : d.leaf(d.shape(x), -1, 1, d.dtype(x))};
  d.add("stack", parts, {{"axis", {as_number(d.between(-d.rank(x) - 1, d.rank(x)))}}});
}

// Two parts of one split meet again.
void divided(Draft& d) {
  const int x = d.real(1);
  const int axis = d.axis(x);
  const std::int64_t extent = d.shape(x)[front_axis(d, x, axis)];
  if (extent < 2) throw Skip();
  std::map<std::string, Numbers> with = {{"axis", {as_number(axis)}}};
  std::string op = "split";
  if (d.chance(0.5)) {
    const std::int64_t first = d.chance(0.5) && extent % 2 == 0 ? extent / 2 : d.between(1, extent - 1);
    with["extents"] = {as_number(first), as_number(extent - first)};
  } else {
    op = "chunk";
    with["count"] = {2};
  }
  with["out"] = {0};
  const int a = d.add(op, {x}, with);
  with["out"] = {1};
  const int b = d.add(op, {x}, with);
  if (d.shape(a) == d.shape(b))
    d.add(d.one_of<std::string>({"mul", "add", "sub"}), {a, b}, {}, 2 * d.magnitude(a));
}

void sliced(Draft& d) {
  const int x = d.real(1);
  const int axis = d.axis(x);
  const std::int64_t extent = d.shape(x)[front_axis(d, x, axis)];
  if (extent == 0) throw Skip();
  if (d.chance(0.2)) {
    d.add("select", {x},
          {{"axis", {as_number(axis)}}, {"index", {as_number(d.between(-extent, extent - 1))}}});
    return;
  }
  std::map<std::string, Numbers> with = {{"axis", {as_number(axis)}}};
  if (d.chance(0.7)) with["start"] = {as_number(d.between(0, extent - 1))};
  if (d.chance(0.4)) with["stop"] = {as_number(d.between(1, extent))};
  if (d.chance(0.4)) with["step"] = {as_number(d.one_of({2, 3, 1}))};
  if (d.chance(0.15)) {
    with["step"] = {as_number(d.one_of({-1, -2}))};
    with.erase("start");
    with.erase("stop");
  }
  d.add("slice", {x}, with);
}

void padded(Draft& d) {
  const int x = d.real(1);
  std::map<std::string, Numbers> with = {{"mode", {as_number(d.below(4))}}};
  for (int k = 0; k < d.rank(x); ++k) {
    if (d.chance(0.5)) continue;
    const std::int64_t extent = d.shape(x)[k];
    const std::int64_t most = std::min<std::int64_t>(with["mode"][0] == 1 ? extent - 1 : extent, 3);
    if (most < 0) throw Skip();
    with["axes"].push_back(k);
    with["before"].push_back(as_number(d.between(0, most)));
    with["after"].push_back(as_number(d.between(0, most)));
  }
  if (!with.contains("axes")) throw Skip();
  if (with["mode"][0] == 0) with["number"] = {d.one_of({0.0, 0.0, 1.5})};
  d.add("pad", {x}, with);
}

void repeated(Draft& d) {
  const int x = d.real(1, 4);
  if (d.chance(0.5)) {
    d.add("repeat", {x}, {{"axis", {as_number(d.axis(x))}}, {"times", {as_number(d.between(1, 3))}}});
    return;
  }
  Numbers repeats;
  for (int k = 0; k < d.rank(x); ++k) repeats.push_back(as_number(d.one_of({1, 1, 2, 3})));
  d.add("tile", {x}, {{"repeats", repeats}});
}

void turned(Draft& d) {
  const int x = d.real(1);
  if (d.chance(0.5)) {
    d.add("roll", {x}, {{"axis", {as_number(d.axis(x))}}, {"shift", {as_number(d.between(-5, 5))}}});
    return;
  }
  auto with = d.some_axes(x);
  with.erase("keep");
  d.add("flip", {x}, with);
}

void triangle(Draft& d) {
  if (d.chance(0.3)) {
    const int x = d.real(1, 2);
    d.add("diag", {x}, {{"offset", {as_number(d.between(-1, 1))}}});
    return;
  }
  const int x = d.real(2);
  d.add(d.one_of<std::string>({"triu", "tril"}), {x}, {{"offset", {as_number(d.between(-2, 2))}}});
}

void depth(Draft& d) {
  const double order = as_number(d.below(2));
  const std::int64_t block = d.between(2, 3), c = d.between(1, 3), n = d.between(1, 2), h = d.between(1, 4);
  if (d.chance(0.5)) {
    d.add("depth_to_space", {d.leaf({n, c * block * block, h, h + 1})},
          {{"block", {as_number(block)}}, {"order", {order}}});
  } else {
    d.add("space_to_depth", {d.leaf({n, c, h * block, block})},
          {{"block", {as_number(block)}}, {"order", {order}}});
  }
}

void like(Draft& d) {
  const int x = d.real(1, 4);
  switch (d.below(6)) {
    case 0: d.add("reshape_like", {d.add("flatten", {x}, {{"first", {0}}, {"last", {-1}}}), x}); break;
    case 1: {
      const int small = d.leaf(d.shape(x).with(0, 1), -1, 1, d.dtype(x));
      d.add("broadcast_like", {small, x});
      break;
    }
    case 2:
      d.add("sum_like",
            {x, d.leaf(d.shape(x).with(static_cast<int>(d.below(d.rank(x))), 1), -1, 1, d.dtype(x))}, {},
            4 * d.magnitude(x));
      break;
    case 3: d.add(d.one_of<std::string>({"zeros_like", "ones_like"}), {x}, {}, 1); break;
    case 4: d.add("add", {x, d.add("full_like", {x}, {{"number", {1.25}}}, 1)}); break;
    default: d.add("iota_like", {x}, {{"axis", {as_number(d.axis(x))}}});
  }
}

}  // namespace

std::vector<Draw> shape_draws() {
  return {{"reshaped", 4, reshaped}, {"reordered", 4, reordered}, {"spread", 2, spread},
          {"joined", 3, joined},     {"stacked", 1, stacked},     {"divided", 2, divided},
          {"sliced", 3, sliced},     {"padded", 3, padded},       {"repeated", 1, repeated},
          {"turned", 2, turned},     {"triangle", 1, triangle},   {"depth", 1, depth},
          {"like", 2, like}};
}

}  // namespace luge::fuzz
