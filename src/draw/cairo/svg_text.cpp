#include "draw/cairo/svg_text.h"

#include <fmt/format.h>

#include <array>
#include <cctype>
#include <map>
#include <string_view>

#include "core/utf8.h"

namespace luge::draw {
namespace {

std::string escaped(const std::string& text) {
  std::string out;
  for (const char c : valid_utf8(text)) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      default:
        if (static_cast<unsigned char>(c) >= 0x20)
          out += c;
        else
          out += ' ';
    }
  }
  return out;
}

// The names that Cairo counts through the process.
constexpr std::array<std::string_view, 2> kCounted = {"surface", "image"};

bool begins_name(const std::string& svg, std::size_t at) {
  return at > 0 && (svg[at - 1] == '"' || svg[at - 1] == '#');
}

std::string with_own_names(const std::string& svg) {
  std::string out;
  std::map<std::string, std::size_t> names;
  for (std::size_t i = 0; i < svg.size();) {
    std::size_t end = i;
    for (const std::string_view stem : kCounted) {
      if (!begins_name(svg, i) || svg.compare(i, stem.size(), stem) != 0) continue;
      std::size_t digits = i + stem.size();
      while (digits < svg.size() && std::isdigit(static_cast<unsigned char>(svg[digits]))) ++digits;
      if (digits == i + stem.size()) continue;
      const auto found = names.emplace(svg.substr(i, digits - i), names.size()).first;
      out += fmt::format("{}{}", stem, found->second);
      end = digits;
      break;
    }
    if (end == i) out += svg[i++];
    i = std::max(i, end);
  }
  return out;
}

}  // namespace

std::string readable_svg(const std::string& svg, const std::string& title,
                         const std::vector<std::string>& texts) {
  std::string out = with_own_names(svg);
  const std::size_t open = out.find("<svg"), end = open == std::string::npos ? open : out.find('>', open);
  if (end == std::string::npos) return out;
  std::string said = fmt::format("\n<title>{}</title>\n<desc>", escaped(title));
  for (const std::string& text : texts) said += escaped(text) + "\n";
  out.insert(end + 1, said + "</desc>");
  return out;
}

}  // namespace luge::draw
