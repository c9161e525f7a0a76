#pragma once

#include <string>

namespace luge::cpu::onednn {

/// "oneDNN 2.6.3 avx512_core_vnni"
std::string describe_library();

}  // namespace luge::cpu::onednn
