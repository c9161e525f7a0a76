// What is known against implementations of oneDNN. This is the only file that names them;
// docs/decisions/0020 tells how each was found. The next implementation in oneDNN's
// order is then asked, so that nothing is refused that another one does right.
#pragma once

#include <string_view>

#include "backend/cpu/onednn/conv.h"
#include "backend/cpu/onednn/matmul.h"

namespace luge::cpu::onednn {

/// `operands`: post-ops with an operand of more than one number follow it.
bool wrong_forward(std::string_view implementation, bool operands);
bool wrong_data(std::string_view implementation, const ConvProblem& problem);
bool wrong_weights(std::string_view implementation, const ConvProblem& problem, Family family);
bool wrong_matmul(std::string_view implementation, bool operands);

}  // namespace luge::cpu::onednn
