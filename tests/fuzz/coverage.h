// What the cases reached: passes that changed a graph, kernels that were chosen, ops.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace luge::fuzz {

using Counts = std::map<std::string, std::uint64_t>;

/// Counts from now on whatever this process compiles; "pass fuse_post_ops", "kernel conv/onednn", "choice
/// conv onednn: …", "op conv".
void start_counting(Counts& counts);

/// Keys of the first three kinds that this build has, whether reached or not.
std::vector<std::string> countable();

/// The table that a person reads: what was reached how often, and what was not.
std::string summary(const std::map<std::string, Counts>& by_instruction_set);

}  // namespace luge::fuzz
