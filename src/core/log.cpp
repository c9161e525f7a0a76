#include "core/log.h"

#include <cstdio>
#include <cstdlib>

namespace luge {

bool logging(std::string_view subject) {
  const char* variable = std::getenv("LUGE_LOG");
  std::string_view list = variable ? variable : "";
  while (!list.empty()) {
    const std::size_t comma = list.find(',');
    if (list.substr(0, comma) == subject) return true;
    list = comma == std::string_view::npos ? std::string_view() : list.substr(comma + 1);
  }
  return false;
}

void log(std::string_view subject, std::string_view text) {
  std::fprintf(stderr, "luge %.*s: %.*s\n", static_cast<int>(subject.size()), subject.data(),
               static_cast<int>(text.size()), text.data());
}

}  // namespace luge
