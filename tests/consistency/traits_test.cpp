// What ops say of themselves in their traits is true, for the compiler believes it.
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>
#include <vector>

#include "graph/node.h"
#include "graph/op_registry.h"
#include "luge/ops/math.h"
#include "luge/ops/random.h"
#include "luge/random.h"
#include "ops/attributes/reduce.h"
#include "support/op_run.h"

namespace luge::testing {
namespace {

Type type_of(const Edge& edge) { return edge.node->outputs[static_cast<std::size_t>(edge.out)].type; }

bool is_identity_at_same_type(const Traits& traits) {
  return traits.alias || traits.broadcast || traits.identity_at_same_type;
}

// The nodes of the cases and of their gradients whose op says so, one for each op.
std::map<std::string, Node*> identities_in(const std::vector<Traced>& traced) {
  std::map<std::string, Node*> found;
  for (const Traced& each : traced) {
    for (Node* node : topological(each.roots)) {
      if (node->leaf == Leaf::none && is_identity_at_same_type(node->op->traits()))
        found.emplace(std::string(node->op->name()), node);
    }
  }
  return found;
}

std::vector<Traced> traced_cases() {
  std::vector<Traced> traced;
  for (const OpCase& row : op_cases()) {
    std::vector<Value> values;
    for (const Tensor& element : elements(row.inputs[0], row.name)) values.push_back(value_of(element));
    traced.push_back(trace(row, values, row.gradient));
  }
  return traced;
}

// The op of the node on an input that has the output's type already: by the reference loops, with no pass
// that would take it away.
TEST(Traits, WhatIsTheIdentityAtTheSameTypeGivesItsInput) {
  random::seed(4);
  const std::vector<Traced> traced = traced_cases();
  std::set<std::string> checked;
  for (const auto& [name, node] : identities_in(traced)) {
    SCOPED_TRACE(name);
    Tensors leaves;
    for (std::size_t k = 0; k < node->inputs.size(); ++k)
      leaves.push_back(argument_leaf(k == 0 ? node->outputs[0].type : type_of(node->inputs[k]), "x"));
    Tensor result;
    try {
      result = make_single(node->op, leaves);
    } catch (const Error&) {
      continue;  // such an input it does not take
    }
    if (result.shape() != leaves[0].shape() || result.dtype() != leaves[0].dtype()) continue;
    std::vector<Value> inputs;
    for (const Tensor& leaf : leaves)
      inputs.push_back(value_of(cast(random::normal(leaf.shape(), 0, 9), leaf.dtype())));
    const auto values = run_graph({result}, leaves, inputs, {.disabled = optional_passes()});
    EXPECT_EQ(values[0].bytes, inputs[0].bytes);
    checked.insert(name);
  }
  for (const OpEntry& entry : registered_ops()) {
    const Traits& traits = entry.create({})->traits();
    if (traits.broadcast || traits.identity_at_same_type) {
      EXPECT_TRUE(checked.contains(std::string(entry.name))) << entry.name << " says so and was not met";
    }
  }
  EXPECT_GE(checked.size(), 5u);
}

TEST(Traits, AReductionHasAxes) {
  int reductions = 0;
  for (const OpEntry& entry : registered_ops()) {
    const OpRef op = entry.create({});
    if (!op->traits().reduction) continue;
    EXPECT_TRUE(op->attributes<ReduceAttributes>()) << entry.name;
    ++reductions;
  }
  EXPECT_GE(reductions, 4);
}

// What a pattern asks for must be one op: no two with the same attribute type play the same role.
TEST(Traits, ARoleIsPlayedByOneOpOfItsAttributeType) {
  std::vector<OpRef> with_role;
  for (const OpEntry& entry : registered_ops()) {
    OpRef op = entry.create({});
    if (op->traits().role != Role::none) with_role.push_back(std::move(op));
  }
  EXPECT_GE(with_role.size(), 9u);
  for (const OpRef& a : with_role) {
    EXPECT_FALSE(a->fields().empty()) << a->name() << " has a role but no attributes by which it is found";
    for (const OpRef& b : with_role) {
      const bool same = a->shares_attribute_type(*b) && a->traits().role == b->traits().role;
      EXPECT_EQ(same, a == b) << a->name() << " and " << b->name();
    }
  }
}

}  // namespace
}  // namespace luge::testing
