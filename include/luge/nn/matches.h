// matches: patterns that choose parameters and parts of a network by their paths.
#pragma once

#include <string_view>

namespace luge::nn {

/// Returns true when a path such as "features.conv1.weight" matches a pattern. In the pattern, * matches any
/// text, dots and no text included, and ? matches one byte; everything else matches itself.
///
///     nn::matches("features.*", "features.conv1.weight");  // true
bool matches(std::string_view pattern, std::string_view path);

}  // namespace luge::nn
