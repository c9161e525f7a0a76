// less_equal: a ≤ b.
#include "luge/ops/compare.h"
#include "ops/elementwise.h"

namespace luge {
namespace {

struct LessEqual : Predicate<LessEqual, Instruction::less_equal, Domain::number> {
  static constexpr auto name = "less_equal";
};
const Registered<LessEqual> registered_less_equal;

}  // namespace

Tensor less_equal(const Operand& a, const Operand& b) { return make_binary<LessEqual>(a, b); }

}  // namespace luge
