// isinf: one of the infinities.
#include "luge/ops/compare.h"
#include "ops/elementwise.h"

namespace luge {
namespace {

struct Isinf : Predicate<Isinf, Instruction::isinf, Domain::floating, 1> {
  static constexpr auto name = "isinf";
};
const Registered<Isinf> registered_isinf;

}  // namespace

Tensor isinf(const Tensor& x) { return make<Isinf>({}, x); }

}  // namespace luge
