#include "backend/cpu/fused/jit/code.h"

namespace luge::cpu::fused::jit {
namespace {
thread_local int disabled = 0;
}

bool enabled() { return disabled == 0 && instruction_set().has_value(); }
Disabled::Disabled() { ++disabled; }
Disabled::~Disabled() { --disabled; }

}  // namespace luge::cpu::fused::jit
