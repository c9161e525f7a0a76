// Runs one candidate of the processor backend on random data and compares with the op's reference loop in
// float64.
#pragma once

#include <string>
#include <vector>

#include "backend/backend.h"
#include "graph/op_registry.h"

namespace luge::testing {

/// An aligned block with known content around what a kernel should write.
class Memory {
 public:
  /// `behind`: bytes that follow and should stay as they are, a multiple of 64.
  explicit Memory(std::size_t bytes, int fill = 0xff, std::size_t behind = 1024);
  void* data() const { return data_; }
  std::size_t bytes() const { return bytes_; }
  /// Nothing was written behind it.
  bool kept() const;
  Memory(Memory&& other) noexcept;
  Memory(const Memory&) = delete;
  ~Memory();

 private:
  static constexpr unsigned char guard = 0xa5;

  void* data_;
  std::size_t bytes_, end_;
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

/// A case with its inputs and what should come of them, for any number of offers.
class KernelTrial {
 public:
  explicit KernelTrial(const KernelCase& c);
  /// max over all elements of |kernel - oracle|, relative to the largest Σ|terms| (the oracle on absolute
  /// values); infinite where the kernel gives no number and the oracle does. Padding that is not zero and
  /// integer outputs that differ are failures of the running test.
  double error(const Offer& offer) const;

 private:
  KernelCase case_;
  std::vector<std::vector<double>> values_, expected_, scale_;
};

/// The error of one offer.
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
