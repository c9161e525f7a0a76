// isnan: not a number.
#include "luge/ops/compare.h"
#include "ops/elementwise.h"

namespace luge {
namespace {

struct Isnan : Predicate<Isnan, Instruction::isnan, Domain::floating, 1> {
  static constexpr auto name = "isnan";
};
const Registered<Isnan> registered_isnan;

}  // namespace

Tensor isnan(const Tensor& x) { return make<Isnan>({}, x); }

}  // namespace luge
