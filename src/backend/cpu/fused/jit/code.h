// Generated code, ready to be called.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>

#include "backend/cpu/fused/jit/assembler.h"
#include "backend/cpu/fused/jit/block.h"

namespace luge::tiles::jit {

/// Memory that is written first and executed afterwards, never both at once.
class Code {
 public:
  /// The same bytes are the same code, as long as anybody holds it. Null when the system gives no such
  /// memory.
  static std::shared_ptr<const Code> make(std::span<const std::uint8_t> bytes);
  ~Code();
  Code(const Code&) = delete;
  Code& operator=(const Code&) = delete;

  /// Runs over rows × columns elements; `slots[k]` is the memory of the plan's slot k.
  void operator()(std::byte* const* slots, std::int64_t rows, std::int64_t columns) const {
    function_(slots, rows, columns);
  }

 private:
  using Function = void (*)(std::byte* const*, std::int64_t, std::int64_t);
  Code(void* memory, std::size_t bytes)
      : function_(reinterpret_cast<Function>(memory)), memory_(memory), bytes_(bytes) {}
  Function function_;
  void* memory_;
  std::size_t bytes_;
};

/// The instruction set that code is generated for on this machine, if any: the one the loops dispatch to.
std::optional<Isa> instruction_set();
/// For tests and measurements: whether plans made from now on, by this thread, contain generated code.
bool enabled();
class Disabled {
 public:
  Disabled();
  ~Disabled();
};

/// Machine code of a block, run for one vector of elements after the other; empty when it cannot be had (a
/// mask too many, bytes on AVX2).
std::vector<std::uint8_t> generate(const Block& block, Isa isa);

}  // namespace luge::tiles::jit
