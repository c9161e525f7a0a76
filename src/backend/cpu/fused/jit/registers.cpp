#include "backend/cpu/fused/jit/registers.h"

#include <algorithm>

namespace luge::cpu::fused::jit {

Uses::Uses(const Block& block) : at_(block.operations.size()) {
  const auto end = static_cast<int>(block.operations.size());
  const auto use = [&](int value, int position) {
    if (value >= 0) at_[static_cast<std::size_t>(value)].push_back(position);
  };
  int position = end;
  for (const auto& output : block.outputs) use(output.value, position++);
  for (const auto& reduction : block.reductions) use(reduction.value, position++);
  // Backwards, so that what only dead operations use is dead itself.
  for (int i = end; i-- > 0;) {
    const Operation& operation = block.operations[static_cast<std::size_t>(i)];
    if (operation.op == Op::input || !live(i)) continue;
    for (int source : {operation.a, operation.b, operation.c}) use(source, i);
  }
  for (auto& positions : at_) std::sort(positions.begin(), positions.end());
}

int Uses::next(int value, int position) const {
  const auto& positions = at_[static_cast<std::size_t>(value)];
  const auto found = std::upper_bound(positions.begin(), positions.end(), position);
  return found == positions.end() ? never : *found;
}

int RegisterFile::find_free() const {
  const auto found = std::find(holds_.begin(), holds_.end(), kFree);
  return found == holds_.end() ? -1 : static_cast<int>(found - holds_.begin());
}

void RegisterFile::put(int value, int reg) {
  holds_[static_cast<std::size_t>(reg)] = value;
  in_[static_cast<std::size_t>(value)] = reg;
  used();
}

void RegisterFile::free(int reg) {
  int& held = holds_[static_cast<std::size_t>(reg)];
  if (held >= 0) in_[static_cast<std::size_t>(held)] = -1;
  held = kFree;
}

void RegisterFile::used() {
  const auto now = holds_.size() - static_cast<std::size_t>(std::count(holds_.begin(), holds_.end(), kFree));
  peak_ = std::max(peak_, static_cast<int>(now));
}

}  // namespace luge::cpu::fused::jit
