// What folders do with files that cannot be read.
#pragma once

#include <functional>
#include <string>

namespace luge::data {

/// A function that is told the path of a file that cannot be read, and what is wrong with it. Readers of
/// folders that are given one leave such files out, and decode every file once to find them. Without one they
/// throw the first error.
using BadFile = std::function<void(const std::string& file, const std::string& reason)>;

}  // namespace luge::data
