// The cache of all Programs: bounded in bytes, the one used longest ago goes first. A Program is looked up by
// the structure of its graph and the settings.
#pragma once

#include <cstddef>
#include <memory>

#include "runtime/program.h"
#include "runtime/subgraph.h"

namespace luge {

/// The Program for a subgraph, from the cache or compiled now. The engine mutex must be held.
std::shared_ptr<const Program> program_for(const Subgraph& subgraph);

/// A Program that the cache may drop; then it has to be made again.
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

/// What the cache holds, by its own account, and how much it may hold.
std::size_t cached_bytes();
std::size_t cache_limit();
void set_cache_limit(std::size_t bytes);

}  // namespace luge
