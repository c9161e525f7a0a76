// Draws of plain and projected recurrent layers, lengths, masks that are added, and positions.
#include "fuzz/draw.h"

namespace luge::fuzz {
namespace {

using With = std::map<std::string, Numbers>;

double as_number(std::int64_t value) { return static_cast<double>(value); }

void plain(Draft& d) {
  const std::int64_t t = d.one_of({1, 2, 5}), n = d.one_of({1, 3}), in = d.one_of({1, 4, 17}),
                     h = d.one_of({1, 4, 9, 16});
  const bool first = d.chance(0.5);
  With with;
  if (first) with["batch_first"] = {1};
  if (d.chance(0.3)) with["relu"] = {1};
  if (d.chance(0.3)) with["out"] = {1};
  std::vector<int> inputs = {d.leaf(first ? Shape{n, t, in} : Shape{t, n, in}),
                             d.weights({h, in}, in, "real"), d.weights({h, h}, h, "real"),
                             d.leaf({h}, -0.5, 0.5)};
  if (d.chance(0.4)) inputs.push_back(d.leaf({n, h}, -1, 1));
  d.add("rnn", inputs, with, with.contains("relu") ? 3 : 1);
}

void projected(Draft& d) {
  const std::int64_t t = d.one_of({1, 2, 4}), n = d.one_of({1, 3}), in = d.one_of({1, 5}),
                     h = d.one_of({2, 4, 9}), p = d.between(1, h - 1);
  const bool first = d.chance(0.5);
  With with;
  if (first) with["batch_first"] = {1};
  with["out"] = {as_number(d.between(0, 2))};
  if (with["out"][0] == 2 && d.chance(0.5)) with["every_c"] = {1};
  std::vector<int> inputs = {d.leaf(first ? Shape{n, t, in} : Shape{t, n, in}),
                             d.weights({4 * h, in}, in, "real"), d.weights({4 * h, p}, p, "real"),
                             d.weights({p, h}, h, "real"), d.leaf({4 * h}, -0.5, 0.5)};
  if (d.chance(0.4)) inputs.push_back(d.leaf({n, p}, -1, 1)), inputs.push_back(d.leaf({n, h}, -1, 1));
  d.add("lstm_projected", inputs, with, 2);
}

void lengths(Draft& d) {
  const int x = d.real(2, 4);
  const std::int64_t axis = d.between(0, d.rank(x) - 1), batch = d.between(0, d.rank(x) - 1);
  if (axis == batch) throw Skip();
  const int length =
      d.leaf({d.shape(x)[static_cast<int>(batch)]}, 0, as_number(d.shape(x)[static_cast<int>(axis)] + 1),
             d.one_of<std::string>({"i64", "i32"}));
  if (d.chance(0.8)) {
    d.add("reverse_sequence", {x, length}, {{"axis", {as_number(axis)}}, {"batch", {as_number(batch)}}});
  } else if (batch == 0) {
    d.add("check_lengths", {length, x}, {{"axis", {as_number(axis)}}});
  }
}

void looked(Draft& d) {
  const std::int64_t n = d.between(1, 2), shared = d.one_of({1, 2}), heads = shared * d.one_of({1, 2}),
                     t = d.one_of({1, 3, 8}), s = d.chance(0.5) ? t : d.one_of({1, 4, 9}),
                     width = d.one_of({1, 4, 8});
  With with;
  if (d.chance(0.4)) with["causal"] = {1};
  if (d.chance(0.3)) with["scale"] = {0.5};
  const int q = d.leaf({n, heads, t, width}), k = d.leaf({n, shared, s, width});
  if (d.chance(0.5)) {
    std::vector<int> in = {q, k};
    if (d.chance(0.5))
      in.push_back(d.chance(0.5) ? d.leaf({n, 1, t, s}, 0, 2, "bool") : d.leaf({t, s}, -2, 2));
    d.add("attention_weights", in, with, 1);
    return;
  }
  std::vector<int> in = {q, k, d.leaf({n, shared, s, width})};
  if (d.chance(0.7)) in.push_back(d.leaf(d.chance(0.5) ? Shape{t, s} : Shape{n, heads, t, s}, -2, 2));
  d.add("attention", in, with);
}

void turned(Draft& d) {
  const std::int64_t t = d.one_of({1, 3, 8}), width = d.one_of({2, 4, 6, 16});
  With with;
  if (d.chance(0.5)) with["interleaved"] = {1};
  if (d.chance(0.3)) with["features"] = {2};
  if (d.chance(0.3)) with["offset"] = {as_number(d.between(1, 30))};
  std::vector<int> in = {d.leaf(d.chance(0.5) ? Shape{t, width} : Shape{2, 3, t, width})};
  if (d.chance(0.4)) in.push_back(d.leaf({t}, 0, 60, "i64")), with.erase("offset");
  d.add("rotary_embedding", in, with);
}

void waves(Draft& d) {
  d.add("sinusoidal_encoding", {d.leaf(d.random_shape(0, 2), 0, 60, "i64")},
        {{"width", {as_number(d.between(1, 9))}}, {"base", {d.one_of({10.0, 10000.0})}}}, 1);
}

}  // namespace

std::vector<Draw> sequence_draws() {
  return {{"rnn", 1, plain},       {"lstm_projected", 1, projected},
          {"lengths", 1, lengths}, {"attention_mask", 1, looked},
          {"rotary", 1, turned},   {"waves", 1, waves}};
}

}  // namespace luge::fuzz
