// greater_equal: a ≥ b.
#include "luge/ops/compare.h"
#include "ops/elementwise.h"

namespace luge {
namespace {

struct GreaterEqual : Predicate<GreaterEqual, Instruction::greater_equal, Domain::number> {
  static constexpr auto name = "greater_equal";
};
const Registered<GreaterEqual> registered_greater_equal;

}  // namespace

Tensor greater_equal(const Operand& a, const Operand& b) { return make_binary<GreaterEqual>(a, b); }

}  // namespace luge
