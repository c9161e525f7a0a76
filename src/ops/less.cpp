// less: a < b.
#include "luge/ops/compare.h"
#include "ops/elementwise.h"

namespace luge {
namespace {

struct Less : Predicate<Less, Instruction::less, Domain::number> {
  static constexpr auto name = "less";
};
const Registered<Less> registered_less;

}  // namespace

Tensor less(const Operand& a, const Operand& b) { return make_binary<Less>(a, b); }

}  // namespace luge
