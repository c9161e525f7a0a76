// Errors of layers with several inputs.
#pragma once

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "luge/error.h"
#include "luge/nn/module.h"

namespace luge::nn {

/// Throws ShapeError that names the inputs of a module.
[[noreturn]] inline void refuse_inputs(const Module& module, std::size_t given) {
  const std::vector<std::string> names = module.input_names();
  throw ShapeError(fmt::format("{} tensor{} given; the inputs are {} ({})", given,
                               given == 1 ? " is" : "s are", names.size(), fmt::join(names, ", ")));
}

}  // namespace luge::nn
