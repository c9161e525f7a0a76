#include "luge/nn/matches.h"

namespace luge::nn {

// The last * is the only one that must ever take more text, so there is one position to go back to.
bool matches(std::string_view pattern, std::string_view path) {
  std::size_t p = 0, at = 0;
  std::size_t star = std::string_view::npos, resume = 0;
  while (at < path.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      resume = at;
    } else if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == path[at])) {
      ++p, ++at;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      at = ++resume;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

}  // namespace luge::nn
