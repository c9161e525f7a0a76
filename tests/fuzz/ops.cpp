#include "fuzz/ops.h"

#include <fmt/format.h>

#include "luge/error.h"

namespace luge::fuzz {

const Builds& ops() {
  static const Builds all = [] {
    Builds joined = math_ops();
    for (const Builds& family : {reduce_ops(), shape_ops(), index_ops(), linalg_ops(), nn_ops(), image_ops(),
                                 activation_ops(), loss_ops(), sequence_ops()})
      joined.insert(family.begin(), family.end());
    return joined;
  }();
  return all;
}

Tensor build_line(const Line& line, const Tensors& values, DType real) {
  const auto row = ops().find(line.op);
  if (row == ops().end())
    throw FormatError(fmt::format("a case uses \"{}\", which the table of ops lacks", line.op));
  Tensors in;
  for (int value : line.in) in.push_back(values[static_cast<std::size_t>(value)]);
  return row->second(in, line, real);
}

Tensors build(const Case& c, const std::map<int, Tensor>& leaves, DType real) {
  Tensors values;
  for (std::size_t k = 0; k < c.lines.size(); ++k) {
    const Line& line = c.lines[k];
    values.push_back(line.leaf() ? leaves.at(static_cast<int>(k)) : build_line(line, values, real));
  }
  return values;
}

}  // namespace luge::fuzz
