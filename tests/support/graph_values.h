// What the graphs of the compiler look like and what they compute, for tests of passes.
#pragma once

#include <functional>
#include <string_view>
#include <vector>

#include "compile/graph.h"

namespace luge::testing {

/// How many nodes of the graph are ops of this name.
int count_ops(const compiler::Graph& graph, std::string_view name);

/// Element i of leaf k.
using LeafFill = std::function<double(std::size_t leaf, std::int64_t element)>;
/// A number in [-1.4, 1.4]; neighbors have both signs.
double some_number(std::size_t leaf, std::int64_t element);

/// The elements of every root, by the reference loops: of the graph as it is, for no pass runs but the one
/// that expands ops without a loop.
std::vector<std::vector<double>> values_of(const compiler::Graph& graph, const LeafFill& fill = some_number);

/// Expects the values of two graphs over the same leaves to be equal, or `tolerance` · max(1, |value|) apart.
void expect_same_values(const compiler::Graph& before, const compiler::Graph& after, double tolerance = 0,
                        const LeafFill& fill = some_number);

}  // namespace luge::testing
