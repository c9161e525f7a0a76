// logical_or: at least one is true.
#include "luge/ops/compare.h"
#include "ops/elementwise.h"

namespace luge {
namespace {

struct LogicalOr : Predicate<LogicalOr, Instruction::logical_or, Domain::boolean> {
  static constexpr auto name = "logical_or";
};
const Registered<LogicalOr> registered_logical_or;

}  // namespace

Tensor logical_or(const Operand& a, const Operand& b) { return make_binary<LogicalOr>(a, b); }

}  // namespace luge
