// logical_not: is false.
#include "luge/ops/compare.h"
#include "ops/elementwise.h"

namespace luge {
namespace {

struct LogicalNot : Predicate<LogicalNot, Instruction::logical_not, Domain::boolean, 1> {
  static constexpr auto name = "logical_not";
};
const Registered<LogicalNot> registered_logical_not;

}  // namespace

Tensor logical_not(const Tensor& x) { return make<LogicalNot>({}, x); }

}  // namespace luge
