#include "io/text/json_problem.h"

#include <string_view>

namespace luge::io {

std::string json_problem(const std::exception& error) {
  const std::string_view what = error.what();
  const std::size_t end = what.starts_with('[') ? what.find("] ") : what.npos;
  return std::string(end == what.npos ? what : what.substr(end + 2));
}

}  // namespace luge::io
