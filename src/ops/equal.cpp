// equal: a = b.
#include "luge/ops/compare.h"
#include "ops/elementwise.h"

namespace luge {
namespace {

struct Equal : Predicate<Equal, Instruction::equal, Domain::any> {
  static constexpr auto name = "equal";
};
const Registered<Equal> registered_equal;

}  // namespace

Tensor equal(const Operand& a, const Operand& b) { return make_binary<Equal>(a, b); }

}  // namespace luge
