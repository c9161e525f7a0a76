// A chain of oneDNN primitives as one prepared kernel: everything is created at preparation, a run only sets
// pointers.
#pragma once

#include <vector>

#include "backend/backend.h"
#include "backend/cpu/onednn/api.h"

namespace luge::cpu::onednn {

/// Where an argument's memory comes from at run time.
struct MemorySource {
  enum class Of : std::uint8_t { in, out, scratch } of;
  std::size_t index;  // position among inputs or outputs; byte offset into scratch
};
inline MemorySource in(std::size_t position) { return {MemorySource::Of::in, position}; }
inline MemorySource out(std::size_t position) { return {MemorySource::Of::out, position}; }

struct Argument {
  int id;  // DNNL_ARG_…
  Desc desc;
  MemorySource source;
};

/// While it lives, OpenMP regions of this thread have `threads` threads: primitives must run with as many as
/// they were created for, and small ones are faster on one.
class ThreadScope {
 public:
  explicit ThreadScope(int threads);
  ~ThreadScope();
  ThreadScope(const ThreadScope&) = delete;
  ThreadScope& operator=(const ThreadScope&) = delete;

 private:
  int before_;
};

class PrimitiveChain final : public PreparedKernel {
 public:
  explicit PrimitiveChain(int threads) : threads_(threads) {}

  /// Books bytes of scratch shared by the whole chain.
  MemorySource book(std::size_t bytes);
  /// Appends a primitive; its own scratchpad is booked after it.
  void add(const dnnl::primitive_desc_base& desc, const dnnl::primitive& primitive,
           std::vector<Argument> arguments);
  /// Appends a conversion of layouts.
  void add_reorder(const Desc& from, MemorySource source, const Desc& to, MemorySource target);

  std::size_t scratch() const { return scratch_; }
  void run(const KernelCall& call) const override;

 private:
  struct Bound {
    dnnl::memory memory;
    MemorySource source;
  };
  struct Stage {
    dnnl::primitive primitive;
    std::vector<Bound> bound;
    std::vector<dnnl_exec_arg_t> arguments;
  };

  int threads_;
  std::size_t scratch_ = 0;
  std::vector<Stage> stages_;
};

}  // namespace luge::cpu::onednn
