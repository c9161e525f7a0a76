// Which value of a block is in which vector register while its operations are written out one by one: a value
// leaves its register after its last use, or earlier, the one needed again latest first, when registers run
// out.
#pragma once

#include <vector>

#include "backend/cpu/fused/jit/block.h"

namespace luge::cpu::fused::jit {

/// When each value of a block is used: at the positions of operations, then of outputs and reductions.
class Uses {
 public:
  explicit Uses(const Block& block);
  bool live(int value) const { return !at_[static_cast<std::size_t>(value)].empty(); }
  /// The first use after a position; `never` when there is none.
  int next(int value, int position) const;
  int count(int value) const { return static_cast<int>(at_[static_cast<std::size_t>(value)].size()); }
  static constexpr int never = 1 << 30;

 private:
  std::vector<std::vector<int>> at_;
};

class RegisterFile {
 public:
  RegisterFile(int registers, std::size_t values)
      : holds_(static_cast<std::size_t>(registers), kFree), in_(values, -1) {}
  int where(int value) const { return in_[static_cast<std::size_t>(value)]; }
  int value_in(int reg) const { return holds_[static_cast<std::size_t>(reg)]; }
  /// A register that is free, or -1.
  int find_free() const;
  void put(int value, int reg);
  /// A register taken for something that is not a value.
  void take(int reg) {
    holds_[static_cast<std::size_t>(reg)] = kTaken;
    used();
  }
  void free(int reg);
  bool holds_value(int reg) const { return holds_[static_cast<std::size_t>(reg)] >= 0; }
  int size() const { return static_cast<int>(holds_.size()); }
  int peak() const { return peak_; }

 private:
  void used();
  static constexpr int kFree = -1, kTaken = -2;
  std::vector<int> holds_;
  std::vector<int> in_;
  int peak_ = 0;
};

}  // namespace luge::cpu::fused::jit
