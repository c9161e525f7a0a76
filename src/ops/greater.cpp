// greater: a > b.
#include "luge/ops/compare.h"
#include "ops/elementwise.h"

namespace luge {
namespace {

struct Greater : Predicate<Greater, Instruction::greater, Domain::number> {
  static constexpr auto name = "greater";
};
const Registered<Greater> registered_greater;

}  // namespace

Tensor greater(const Operand& a, const Operand& b) { return make_binary<Greater>(a, b); }

}  // namespace luge
