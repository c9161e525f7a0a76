// not_equal: a ≠ b.
#include "luge/ops/compare.h"
#include "ops/elementwise.h"

namespace luge {
namespace {

struct NotEqual : Predicate<NotEqual, Instruction::not_equal, Domain::any> {
  static constexpr auto name = "not_equal";
};
const Registered<NotEqual> registered_not_equal;

}  // namespace

Tensor not_equal(const Operand& a, const Operand& b) { return make_binary<NotEqual>(a, b); }

}  // namespace luge
