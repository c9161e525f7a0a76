// Runs one candidate of the processor backend on random data and compares with the op's reference loop in
// float64.
#pragma once

#include <string>
#include <vector>

#include "backend/backend.h"
#include "graph/op.h"

namespace luge::testing {

/// An aligned block with known content around what a kernel should write.
class Memory {
 public:
  explicit Memory(std::size_t bytes, int fill = 0xff);
  void* data() const { return data_; }
  std::size_t bytes() const { return bytes_; }
  Memory(Memory&& other) noexcept;
  Memory(const Memory&) = delete;
  ~Memory();

 private:
  void* data_;
  std::size_t bytes_;
};

struct KernelCase {
  OpRef op;
  std::vector<Type> in;
  std::vector<PostOp> post = {};
  std::vector<LayoutId> layouts = {};  // what inputs are in; empty: all public
  std::vector<bool> out_used = {};     // empty: all
  Math math = Math::fast;
  int threads = 2;
  bool ties = false;  // few different values, so that maxima repeat
  /// Input that is an output of another op's reference (positions); -1: none.
  int computed = -1;
  OpRef computed_by = nullptr;  // its second output, from an input of type in.back()

  std::vector<Type> out() const;
  Offer offer(const Kernel& kernel) const;
};

/// max over all elements of |kernel - oracle|, relative to the largest Σ|terms| (the oracle on absolute
/// values). Padding that is not zero and integer outputs that differ are failures of the running test.
double run_case(const KernelCase& c, const Offer& offer);

/// The candidate with this name, or null.
const Kernel* find_kernel(std::string_view op, std::string_view name);
/// "name: note" of all candidates that accept, one a line, each run and compared; `bound` for each.
std::vector<std::string> check_candidates(const KernelCase& c, double bound, double winograd_bound = 0);

template <class A>
OpRef make_op(std::string_view name, const A& attributes) {
  const OpEntry* entry = find_op(name);
  return entry ? entry->create(fields_of(attributes)) : nullptr;
}

}  // namespace luge::testing
