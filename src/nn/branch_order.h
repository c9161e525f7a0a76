// Which layer reads which: the checks that Branches and network files share.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "luge/nn/branches.h"

namespace luge::nn {

/// What is wrong with a list of layers.
struct BranchProblem {
  enum class In { layer, from, outputs, inputs } in;
  std::size_t index;  ///< of the layer or the input
  std::string text;   ///< a sentence without the name of the layer
};

/// The names of what each layer reads: those that `from` leaves out are filled in.
std::vector<std::vector<std::string>> filled_from(const std::vector<Branch>& layers,
                                                  const BranchesOptions& options);
/// The first thing that is wrong with names, `from`, outputs or numbers of inputs.
std::optional<BranchProblem> problem_of(const std::vector<Branch>& layers, const BranchesOptions& options);

}  // namespace luge::nn
