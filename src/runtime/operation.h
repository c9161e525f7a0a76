// The assignments that operations are made of.
#pragma once

#include <string_view>
#include <utility>
#include <vector>

#include "luge/variable.h"

namespace luge::graph {

using Updates = std::vector<std::pair<Variable, Tensor>>;

/// Throws ValueError naming the caller and the Variable when two updates assign to one Variable.
void check_updates(std::string_view caller, const Updates& updates);

}  // namespace luge::graph
