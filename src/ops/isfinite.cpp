// isfinite: neither NaN nor an infinity.
#include "luge/ops/compare.h"
#include "ops/elementwise.h"

namespace luge {
namespace {

struct Isfinite : Predicate<Isfinite, Instruction::isfinite, Domain::floating, 1> {
  static constexpr auto name = "isfinite";
};
const Registered<Isfinite> registered_isfinite;

}  // namespace

Tensor isfinite(const Tensor& x) { return make<Isfinite>({}, x); }

}  // namespace luge
