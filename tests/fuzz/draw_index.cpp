// Draws of index.h and the losses that read labels.
#include "fuzz/draw.h"

namespace luge::fuzz {
namespace {

double as_number(std::int64_t value) { return static_cast<double>(value); }

int indices(Draft& d, const Shape& shape, std::int64_t limit) {
  return d.leaf(shape, 0, as_number(limit), d.one_of<std::string>({"i64", "i64", "i32", "u8"}));
}

void taken(Draft& d) {
  const int x = d.real(1, 4);
  const int axis = static_cast<int>(d.below(d.rank(x)));
  const std::int64_t extent = d.shape(x)[axis];
  if (extent == 0) throw Skip();
  const double at = as_number(axis);
  switch (d.below(5)) {
    case 0: d.add("index_select", {x, indices(d, {d.between(1, 6)}, extent)}, {{"axis", {at}}}); break;
    case 1: {
      const Shape shape = d.shape(x).with(axis, d.between(1, 5));
      d.add("gather", {x, indices(d, shape, extent)}, {{"axis", {at}}});
      break;
    }
    case 2: {
      const Shape shape = d.shape(x).with(axis, d.between(1, 6));
      const int index = indices(d, {shape[axis]}, extent);
      d.add("index_add", {x, index, d.leaf(shape, -1, 1, d.dtype(x))}, {{"axis", {at}}}, d.magnitude(x) + 3);
      break;
    }
    case 3: {
      const Shape shape = d.shape(x).with(axis, d.between(1, 6));
      const int index = indices(d, shape, extent);
      d.add("scatter_add", {x, index, d.leaf(shape, -1, 1, d.dtype(x))}, {{"axis", {at}}},
            d.magnitude(x) + 3);
      break;
    }
    default:
      d.add("take",
            {x, indices(d, d.chance(0.5) ? Shape{d.between(1, 6)} : Shape{2, d.between(1, 3)}, extent)},
            {{"axis", {at}}});
  }
}

// With reductions whose result does not depend on the order of equal indices.
void scattered(Draft& d) {
  const int x = d.real(2, 4);
  if (d.dtype(x) != "real") throw Skip();
  const double how = as_number(d.one_of({1, 2, 3, 4}));
  if (d.chance(0.5)) {
    const int axis = static_cast<int>(d.below(d.rank(x)));
    const std::int64_t extent = d.shape(x)[axis];
    if (extent == 0) throw Skip();
    const Shape shape = d.shape(x).with(axis, d.between(1, 4));
    d.add("scatter", {x, indices(d, shape, extent), d.leaf(shape, -1, 1)},
          {{"axis", {as_number(axis)}}, {"reduction", {how}}}, d.magnitude(x) + 3);
    return;
  }
  const std::int64_t batch = d.chance(0.3) ? 1 : 0, least = d.shape(x)[static_cast<int>(batch)];
  if (least == 0 || d.shape(x)[0] == 0) throw Skip();
  std::vector<std::int64_t> at, made;
  if (batch == 1) at.push_back(d.shape(x)[0]), made = at;
  at.push_back(d.between(1, 4)), made.push_back(at.back());
  at.push_back(1);
  for (int k = static_cast<int>(batch) + 1; k < d.rank(x); ++k) made.push_back(d.shape(x)[k]);
  const int index = indices(d, Shape(at), least);
  if (d.chance(0.4))
    d.add("gather_nd", {x, index}, {{"batch", {as_number(batch)}}});
  else
    d.add("scatter_nd", {x, index, d.leaf(Shape(made), -1, 1)},
          {{"batch", {as_number(batch)}}, {"reduction", {how}}}, d.magnitude(x) + 3);
}

void embedded(Draft& d) {
  const std::int64_t rows = d.one_of({1, 3, 10, 33}), width = d.one_of({1, 3, 8, 16, 33});
  const int ids = indices(d, d.random_shape(1, 2), rows);
  std::map<std::string, Numbers> with;
  if (d.chance(0.3)) with["padding"] = {as_number(d.below(rows))};
  d.add("embedding", {d.leaf({rows, width}), ids}, with);
}

void one_hot(Draft& d) {
  const std::int64_t depth = d.between(1, 9);
  d.add("one_hot", {indices(d, d.random_shape(0, 2), depth)}, {{"depth", {as_number(depth)}}}, 1);
}

void cross_entropy(Draft& d) {
  const int x = d.tame(d.real(1, 4));
  if (d.dtype(x) != "real") throw Skip();
  const int axis = d.chance(0.6) ? d.rank(x) - 1 : static_cast<int>(d.below(d.rank(x)));
  const std::int64_t classes = d.shape(x)[axis];
  if (classes == 0) throw Skip();
  std::map<std::string, Numbers> with = {{"axis", {as_number(axis)}}};
  if (d.chance(0.3)) with["smoothing"] = {0.1};
  int target = -1;
  if (d.chance(0.3)) {
    target = d.add("softmax", {d.leaf(d.shape(x))}, {{"axis", {as_number(axis)}}}, 1);
  } else {
    if (d.chance(0.3)) with["ignore"] = {0};
    target = indices(d, d.shape(x).without(axis), classes);
  }
  const int loss = d.add("softmax_cross_entropy", {x, target}, with);
  if (d.chance(0.5)) d.add("mean", {loss});
}

void binary(Draft& d) {
  const int x = d.tame(d.real());
  const int t = d.leaf(d.shape(x), 0.1, 0.9, d.dtype(x));
  if (d.chance(0.5))
    d.add("binary_cross_entropy_with_logits", {x, t});
  else
    d.add("binary_cross_entropy", {d.add("sigmoid", {x}, {}, 1), t}, {}, 4);
}

}  // namespace

std::vector<Draw> index_draws() {
  return {{"taken", 4, taken},     {"scattered", 2, scattered},         {"embedded", 2, embedded},
          {"one_hot", 1, one_hot}, {"cross_entropy", 3, cross_entropy}, {"binary", 1, binary}};
}

}  // namespace luge::fuzz
