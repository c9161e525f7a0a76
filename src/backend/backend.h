// The one contract between the compiler and a backend: ordered candidates that accept with layouts and a
// cost, or refuse with a reason; what accepts becomes a call with fixed pointers in a Program.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/buffer.h"
#include "graph/op.h"
#include "graph/type.h"
#include "luge/math_mode.h"

namespace luge {

/// An elementwise instruction applied to a kernel's first output before it is stored (a fused consumer).
/// `operand` is the position of the second operand among the kernel's inputs, or -1.
struct PostOp {
  Instruction instruction;
  int operand = -1;
  double slope = 0;  // of relu below 0; only convolutions are asked for another
};

struct KernelRequest {
  const AnyOp& op;
  std::span<const Type> in;  // post-op operands follow the op's own inputs
  std::span<const Type> out;
  std::span<const LayoutId>
      in_layouts;  // what the inputs are in now; `any_layout` where the compiler is free
  std::vector<bool> out_used;
  std::span<const PostOp> post;
  Math math = Math::fast;
  int threads = 1;
};
inline constexpr LayoutId any_layout = ~LayoutId{0};

/// Pointers of one run. Kernels neither allocate nor throw; the first error goes to `status`.
struct KernelCall {
  void* const* in;   // null for type-only inputs
  void* const* out;  // null for outputs nothing reads
  void* scratch;     // Offer::scratch bytes, 64-byte aligned
  Status* status;
  Stream stream = {};  // where a device queues the work
};

/// An accepted candidate, ready to be called any number of times (one call at a time).
class PreparedKernel {
 public:
  virtual ~PreparedKernel() = default;
  virtual void run(const KernelCall& call) const = 0;
};

/// An output that may take over the memory of an input: same bytes, each element read before it is
/// overwritten, as long as no other operand of the step shares that memory.
struct InPlace {
  int input;
  int output = 0;
};

struct Offer {
  std::string refusal;               // empty: accepted
  std::vector<LayoutId> in_layouts;  // wanted; empty: all public
  std::vector<LayoutId> out_layouts;
  std::size_t scratch = 0;
  double cost = 0;                // estimated seconds
  std::vector<InPlace> in_place;  // every pair that would do; an input serves one output only
  std::shared_ptr<const PreparedKernel> kernel;
  std::string note;  // for explain: "winograd", "brgemm avx512", "tile 12 instructions"
  bool accepted() const { return refusal.empty(); }
};
Offer refuse(std::string reason);

class Kernel {
 public:
  virtual ~Kernel() = default;
  virtual std::string_view name() const = 0;
  virtual Offer offer(const KernelRequest& request) const = 0;
};

class Backend {
 public:
  virtual ~Backend() = default;
  virtual std::string_view name() const = 0;
  /// Candidates for an op, best first. The reference loop follows them and takes everything.
  virtual std::span<const Kernel* const> candidates(std::string_view op) const = 0;
  /// Bytes a value takes in a layout, padding included.
  virtual std::size_t bytes(LayoutId layout, const Type& type) const = 0;
  virtual std::string layout_name(LayoutId layout) const = 0;
  /// Converts between layouts of one value.
  virtual std::shared_ptr<const PreparedKernel> reorder(LayoutId from, LayoutId to,
                                                        const Type& type) const = 0;
  /// One line about instruction sets and libraries, for doctor and cache keys.
  virtual std::string describe() const = 0;

  /// Where its kernels find and leave values. What follows is for a device with a memory of its own; a
  /// backend of the host overrides none of it.
  virtual DeviceMemory& memory() const { return host_memory(); }
  const Device& device() const { return memory().device(); }
  /// The stream of Programs: their kernels and copies are given to it in the order of the steps.
  virtual Stream stream() const { return {}; }
  /// Returns when all that the stream was given is done.
  virtual void synchronize(Stream) const {}
  /// The backend of the host whose kernels replace those that this one lacks: the compiler copies what
  /// they read to the host and what they write back. Null where the memory is the host's, and only there.
  virtual const Backend* fallback() const { return nullptr; }
};

/// The processor backend: oneDNN and fused tiles before the reference loops.
const Backend& cpu_backend();
/// Reference loops alone: the oracle of the tests.
const Backend& reference_backend();

using Kernels = std::vector<std::unique_ptr<const Kernel>>;
template <class... K>
Kernels best_first(std::unique_ptr<K>... kernels) {
  Kernels list;
  (list.push_back(std::move(kernels)), ...);
  return list;
}
template <class... K>
Kernels make_kernels() {
  return best_first(std::make_unique<const K>()...);
}

}  // namespace luge
