// The structural program cache: a byte-bounded LRU, looked up by hash and then compared exactly.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "runtime/program.h"
#include "runtime/subgraph.h"

namespace luge {

/// The Program for a subgraph, from the cache or compiled now. The engine mutex must be held.
std::shared_ptr<const Program> program_for(const Subgraph& subgraph);

/// A Program that the cache may let go of, and then has to be made again.
class ProgramHandle {
 public:
  ProgramHandle() = default;
  explicit ProgramHandle(const std::shared_ptr<const Program>& program) : program_(program) {}
  /// The Program, used now as far as the cache is concerned; null when it is gone. The engine mutex must be
  /// held.
  std::shared_ptr<const Program> use() const;

 private:
  std::weak_ptr<const Program> program_;
};

/// What the cache holds, by its own account, and how much it may: the Programs used longest ago go first.
std::size_t cached_bytes();
std::size_t cache_limit();
void set_cache_limit(std::size_t bytes);

/// For tests on machines where float32 is quicker: with precision = bf16, products are bfloat16 all the same.
void set_always_narrow(bool on);

/// Binds leaves (converting layouts where the Program wants others) and runs. `donated[k]` set: the buffer
/// was moved out of its node and may be taken over.
std::vector<BufferRef> run_program(const Program& program, std::vector<BoundLeaf>& leaves);

/// What a leaf of a subgraph holds now: buffer or element bytes.
BoundLeaf bound(Edge leaf);

}  // namespace luge
