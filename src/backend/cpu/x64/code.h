// Generated code, ready to be called.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>

#include "backend/cpu/x64/assembler.h"

namespace luge::cpu::x64 {

/// Memory that is written first and executed afterwards, never both at once.
class Code {
 public:
  /// The same bytes are the same code, as long as it is in use. Null when the system refuses such
  /// memory.
  static std::shared_ptr<const Code> make(std::span<const std::uint8_t> bytes);
  ~Code();
  Code(const Code&) = delete;
  Code& operator=(const Code&) = delete;

  /// The code as a function of this type.
  template <class Function>
  Function* as() const {
    return reinterpret_cast<Function*>(memory_);
  }

 private:
  Code(void* memory, std::size_t bytes) : memory_(memory), bytes_(bytes) {}
  void* memory_;
  std::size_t bytes_;
};

/// The instruction set that code is generated for on this machine, if any: the one the loops dispatch to.
std::optional<Isa> instruction_set();

}  // namespace luge::cpu::x64
