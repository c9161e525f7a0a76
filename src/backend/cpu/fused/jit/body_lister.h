// The bodies of a loop, listed before the loop around them is written.
#pragma once

#include "backend/cpu/fused/jit/listing.h"
#include "backend/cpu/fused/jit/residents.h"

namespace luge::cpu::fused::jit {

class BodyLister {
 public:
  explicit BodyLister(const LoopPlan& plan) : plan_(plan) {}

  /// `count` whole vectors.
  Listing whole(int count);
  /// A part of a vector, whose reductions go to the accumulators of this number.
  Listing part(int accumulator);
  /// After a row: the accumulators of a reduction become its result.
  Listing row_result(std::size_t reduction);
  /// After rows of columns: the accumulators of `count` vectors are added to the f64 sums of the columns.
  Listing add_to_sums(int count);

  /// False once something needed more registers than there are: none of the listings can be used then.
  bool fits() const { return fits_; }

 private:
  const LoopPlan& plan_;
  bool fits_ = true;
};

}  // namespace luge::cpu::fused::jit
