// The table of ops that cases are made of: how a line is built with the public functions.
#pragma once

#include <functional>
#include <map>
#include <string>

#include "fuzz/case.h"

namespace luge::fuzz {

/// Inputs of a line, the line, and the element type that stands for "real".
using Build = std::function<Tensor(const Tensors&, const Line&, DType)>;
using Builds = std::map<std::string, Build, std::less<>>;

/// All rows by name.
const Builds& ops();

/// The rows of one family of headers each; ops() joins them.
Builds math_ops();
Builds reduce_ops();
Builds shape_ops();
Builds index_ops();
Builds linalg_ops();
Builds nn_ops();
Builds image_ops();
Builds activation_ops();
Builds loss_ops();
Builds sequence_ops();

/// Every value of a case from its leaves' (in the order of lines; others are not read). Throws FormatError
/// for an op without a row, and what the functions throw.
Tensors build(const Case& c, const std::map<int, Tensor>& leaves, DType real);
Tensor build_line(const Line& line, const Tensors& values, DType real);

}  // namespace luge::fuzz
