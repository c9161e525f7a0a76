// What the files that make and free nodes ask of each other.
#pragma once

#include <cstdint>

namespace luge {

struct Node;

/// The sequence number of a node that is being made.
std::uint64_t take_sequence();
/// The node dies: no gradients are asked of it any more.
void forget_grad_root(const Node* node);

}  // namespace luge
