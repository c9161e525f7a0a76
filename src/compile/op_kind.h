// Which ops a pass means: told by attribute type, role and instruction, never by name.
#pragma once

#include "graph/node.h"

namespace luge::compiler {

using OpKind = bool (*)(const Node&);

/// The op with attributes A that plays this role.
template <class A, Role role>
bool op_with(const Node& node) {
  return node.leaf == Leaf::none && node.op->traits().role == role && node.op->attributes<A>() != nullptr;
}

/// The elementwise ops of this instruction.
template <Instruction instruction>
bool op_of(const Node& node) {
  return node.leaf == Leaf::none && node.op->instruction() == instruction;
}

/// Is this output `out` of such an op?
inline bool is_output(const Edge& edge, OpKind kind, int out) { return edge.out == out && kind(*edge.node); }

}  // namespace luge::compiler
