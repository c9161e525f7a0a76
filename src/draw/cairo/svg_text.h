// Makes the SVG that Cairo writes readable for search, for screen readers and for comparison.
#pragma once

#include <string>
#include <vector>

namespace luge::draw {

/// Cairo draws letters as outlines. The result has the texts as <title> and <desc>, too, and names that are
/// counted from 0 in each file: Cairo counts them on through the process.
std::string readable_svg(const std::string& svg, const std::string& title,
                         const std::vector<std::string>& texts);

}  // namespace luge::draw
