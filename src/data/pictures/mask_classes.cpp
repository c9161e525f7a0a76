// mask_classes: the names, and the colors, of the classes of masks.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "data/pictures/annotated.h"
#include "luge/data/annotations.h"
#include "luge/error.h"

namespace luge::data {
namespace fs = std::filesystem;
namespace {

constexpr std::uint64_t kMaxFile = std::uint64_t{1} << 20;
constexpr std::size_t kMost = 256;  // a mask has bytes
constexpr const char *kNames = "classes.txt", *kColors = "labelmap.txt";

// Calls `read` with each line that is not empty and does not begin with #, and where it is.
template <class Read>
void each_line(const fs::path& file, const Read& read) {
  const std::string text = text_of(file, kMaxFile);
  std::string_view rest = text;
  for (int number = 1; !rest.empty(); ++number) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    const std::string_view line = stripped(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (!line.empty() && line[0] != '#') read(line, fmt::format("{}:{}", file.string(), number));
  }
}

void add_name(std::vector<std::string>& names, std::string_view name, const std::string& where) {
  if (std::find(names.begin(), names.end(), name) != names.end())
    throw FormatError(fmt::format("{}: the class '{}' is there twice", where, name));
  if (names.size() == kMost)
    throw FormatError(fmt::format("{}: has more than {} classes; a mask has bytes", where, kMost));
  names.emplace_back(name);
}

// "128,0,64"
MaskColor color_of(std::string_view text, const std::string& where) {
  MaskColor color{};
  const char *at = text.data(), *end = at + text.size();
  for (std::size_t k = 0; k < 3; ++k) {
    int value = -1;
    const auto [next, error] = std::from_chars(at, end, value);
    const bool separated = k == 2 ? next == end : next != end && *next == ',';
    if (error != std::errc() || value < 0 || value > 255 || !separated) {
      throw FormatError(
          fmt::format("{}: the color is '{}'; expected red, green and blue from 0 to 255, such as "
                      "128,0,64",
                      where, text.substr(0, 40)));
    }
    color[k] = static_cast<std::uint8_t>(value);
    at = next + (k < 2);
  }
  return color;
}

}  // namespace

MaskClasses mask_classes(const fs::path& folder) {
  MaskClasses classes;
  std::error_code error;
  if (fs::exists(folder / kColors, error)) {
    each_line(folder / kColors, [&](std::string_view line, const std::string& where) {
      const std::size_t colon = line.find(':');
      if (colon == std::string_view::npos || colon == 0)
        throw FormatError(
            fmt::format("{}: expected NAME:RED,GREEN,BLUE, got '{}'", where, line.substr(0, 60)));
      std::string_view color = line.substr(colon + 1);
      color = color.substr(0, color.find(':'));  // CVAT writes parts and actions after it
      add_name(classes.names, stripped(line.substr(0, colon)), where);
      const MaskColor own = color_of(stripped(color), where);
      if (std::find(classes.colors.begin(), classes.colors.end(), own) != classes.colors.end())
        throw FormatError(fmt::format("{}: the color {} is there twice", where, stripped(color)));
      classes.colors.push_back(own);
    });
  } else if (fs::exists(folder / kNames, error)) {
    each_line(folder / kNames,
              [&](std::string_view line, const std::string& where) { add_name(classes.names, line, where); });
  } else {
    return classes;
  }
  if (classes.names.size() < 2) {
    throw FormatError(fmt::format("{}: names {} classes; expected two at least, the background too",
                                  (folder / (classes.colors.empty() ? kNames : kColors)).string(),
                                  classes.names.size()));
  }
  return classes;
}

}  // namespace luge::data
