// Finds the known names that are most similar to an unknown one.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace luge {

/// Edits (insert, delete, replace, swap of neighbors) that lead from one word to the other; upper and lower
/// case are the same letter, and so are - and _.
std::size_t edit_distance(std::string_view a, std::string_view b);

/// The candidates nearest to `name`, best first, at most `count`; ties in the given order. Those that share
/// nothing with it are left out.
std::vector<std::string> nearest(std::string_view name, const std::vector<std::string>& candidates,
                                 std::size_t count = 3);

/// The end of an error's text: "; did you mean lenet5?", or what there is to choose from when nothing is
/// near. Empty without candidates.
std::string suggestion(std::string_view name, const std::vector<std::string>& candidates);

}  // namespace luge
