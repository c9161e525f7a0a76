// Image filters by name, with their options: what a list of names, such as that of the shell, is made of.
#pragma once

#include <string>
#include <vector>

#include "luge/options.h"
#include "luge/tensor.h"

namespace luge::filters {

/// Registers an image filter under a name that kernel, `luge filter` and `luge list filters` take, with one
/// line that says what it does. `make` is a function that makes the kernels [n,1,height,width], f32, from a
/// struct of its options if it has any. Of several kernels the filter is the length √Σv² of what they give.
/// Returns false when the name is taken.
///
///     const bool added = filters::add("edge", "the difference of neighbors", [] {
///       return tensor({-1.0f, 1.0f}, {1, 1, 1, 2});
///     });
bool add(const std::string& name, const std::string& description, options::Maker<Tensor> make);
/// Returns the kernels [n,1,height,width] of a filter, f32. The text may hold options:
/// "blur(size=7,sigma=2)". Throws ValueError for a name that does not exist, and OptionError for options that
/// are not right.
Tensor kernel(const std::string& text, const options::Values& values = {});
/// Returns the names that kernel takes.
std::vector<std::string> names();

}  // namespace luge::filters
