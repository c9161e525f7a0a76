#include "metrics/figure_names.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <set>

#include "core/utf8.h"

namespace luge::metrics {
namespace {

// Letters of other alphabets stay.
std::string cleaned(const std::string& name) {
  std::string result = valid_utf8(name);
  for (char& c : result) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80 && !std::isalnum(byte) && c != '_' && c != '-') c = '_';
  }
  return result;
}

}  // namespace

std::vector<std::string> figure_names(const std::string& metric, const std::vector<std::string>& classes) {
  std::vector<std::string> cleaned_names, names;
  for (const std::string& name : classes) cleaned_names.push_back(cleaned(name));
  std::multiset<std::string> all(cleaned_names.begin(), cleaned_names.end());
  for (std::size_t label = 0; label < classes.size(); ++label) {
    std::string name = cleaned_names[label];
    if (name.empty()) name = std::to_string(label);
    // A name that this makes may be that of another class, too.
    while (all.count(name) > (name == cleaned_names[label] ? 1u : 0u)) name += fmt::format("_{}", label);
    all.insert(name);
    names.push_back(fmt::format("{}.{}", metric, name));
  }
  return names;
}

}  // namespace luge::metrics
