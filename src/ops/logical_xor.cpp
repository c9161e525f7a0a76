// logical_xor: exactly one is true.
#include "luge/ops/compare.h"
#include "ops/elementwise.h"

namespace luge {
namespace {

struct LogicalXor : Predicate<LogicalXor, Instruction::logical_xor, Domain::boolean> {
  static constexpr auto name = "logical_xor";
};
const Registered<LogicalXor> registered_logical_xor;

}  // namespace

Tensor logical_xor(const Operand& a, const Operand& b) { return make_binary<LogicalXor>(a, b); }

}  // namespace luge
