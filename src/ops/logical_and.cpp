// logical_and: both are true.
#include "luge/ops/compare.h"
#include "ops/elementwise.h"

namespace luge {
namespace {

struct LogicalAnd : Predicate<LogicalAnd, Instruction::logical_and, Domain::boolean> {
  static constexpr auto name = "logical_and";
};
const Registered<LogicalAnd> registered_logical_and;

}  // namespace

Tensor logical_and(const Operand& a, const Operand& b) { return make_binary<LogicalAnd>(a, b); }

}  // namespace luge
