// yolo: pictures with boxes in text files of their own. Source: the Darknet and Ultralytics layouts.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>

#include "core/number.h"
#include "data/bad_files.h"
#include "data/distinct.h"
#include "data/pictures/annotated.h"
#include "luge/error.h"

namespace luge::data {
namespace fs = std::filesystem;
namespace {

constexpr std::uint64_t kMaxFile = std::uint64_t{16} << 20;
constexpr double kSlack = 0.001;  // by which rounded numbers may leave 0 … 1

std::vector<std::string_view> split(std::string_view text, char at) {
  std::vector<std::string_view> parts;
  while (true) {
    const std::size_t end = text.find(at);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

std::vector<std::string_view> words_in(std::string_view line) {
  std::vector<std::string_view> words;
  while (true) {
    const std::size_t begin = line.find_first_not_of(" \t\r");
    if (begin == std::string_view::npos) return words;
    const std::size_t end = std::min(line.find_first_of(" \t\r", begin), line.size());
    words.push_back(line.substr(begin, end - begin));
    line.remove_prefix(end);
  }
}

std::string unquoted(std::string_view text) {
  text = stripped(text);
  if (text.size() >= 2 && (text[0] == '\'' || text[0] == '"') && text.back() == text[0])
    text = text.substr(1, text.size() - 2);
  return std::string(text);
}

// "names: [a, b]", "names:" with lines "- a", or with lines "0: a". The rest of the file is not read.
std::vector<std::string> names_in(const fs::path& file) {
  const std::string text = text_of(file, kMaxFile);
  const auto fail = [&](std::size_t line, const std::string& what) {
    throw FormatError(fmt::format("{}:{}: {}", file.string(), line + 1, what));
  };
  const std::vector<std::string_view> lines = split(text, '\n');
  const auto is_names = [](std::string_view line) { return line.starts_with("names:"); };
  const auto found = std::find_if(lines.begin(), lines.end(), is_names);
  if (found == lines.end())
    throw FormatError(fmt::format("{}: has no line 'names:' with the classes", file.string()));
  auto at = static_cast<std::size_t>(found - lines.begin());
  std::string rest(stripped(lines[at].substr(6)));
  std::vector<std::string> names;
  if (!rest.empty() && rest[0] == '[') {
    while (rest.find(']') == std::string::npos && ++at < lines.size())
      rest += " " + std::string(stripped(lines[at]));
    const std::size_t end = rest.find(']');
    if (end == std::string::npos) fail(at - 1, "the list of names is never closed");
    for (const std::string_view name : split(std::string_view(rest).substr(1, end - 1), ','))
      if (!stripped(name).empty()) names.push_back(unquoted(name));
    return names;
  }
  if (!rest.empty() && rest[0] != '#') fail(at, "expected names as a list, or one in each line below");
  std::map<std::int64_t, std::string> numbered;
  for (++at; at < lines.size(); ++at) {
    const std::string_view line = stripped(lines[at]);
    if (line.empty() || line[0] == '#') continue;
    if (line.starts_with("- ")) {
      names.push_back(unquoted(line.substr(2)));
      continue;
    }
    std::int64_t number = -1;
    const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), number);
    if (error != std::errc() || end == line.data() + line.size() || *end != ':') break;
    if (!numbered.emplace(number, unquoted(line.substr(static_cast<std::size_t>(end - line.data()) + 1)))
             .second)
      fail(at, fmt::format("the class {} is there twice", number));
  }
  for (const auto& [number, name] : numbered) {
    if (number != static_cast<std::int64_t>(names.size()))
      throw FormatError(fmt::format("{}: the class {} has no name; expected all numbers from 0",
                                    file.string(), names.size()));
    names.push_back(name);
  }
  return names;
}

std::vector<std::string> classes_of(const fs::path& folder) {
  std::error_code error;
  for (const char* name : {"data.yaml", "data.yml", "dataset.yaml"}) {
    if (fs::exists(folder / name, error)) return names_in(folder / name);
  }
  if (!fs::exists(folder / "classes.txt", error))
    throw FileError(
        fmt::format("{}: has neither data.yaml nor classes.txt, which name the classes", folder.string()));
  const std::string text = text_of(folder / "classes.txt", kMaxFile);
  std::vector<std::string> names;
  for (const std::string_view line : split(text, '\n'))
    if (!stripped(line).empty()) names.emplace_back(stripped(line));
  return names;
}

struct Folders {
  fs::path pictures, labels;
};
Folders folders_of(const fs::path& folder, const std::string& part) {
  std::error_code error;
  const Folders ways[] = {{folder / part / "images", folder / part / "labels"},
                          {folder / "images" / part, folder / "labels" / part}};
  for (const Folders& way : ways) {
    if (fs::is_directory(way.pictures, error) && fs::is_directory(way.labels, error)) return way;
  }
  throw FileError(fmt::format("{}: has no folders {} and {}", folder.string(), ways[0].pictures.string(),
                              ways[0].labels.string()));
}

void read_lines(const fs::path& file, Annotated& one, std::size_t classes, BoxChecker& checker) {
  const std::string text = text_of(file, kMaxFile);
  std::int64_t number = 0;
  for (const std::string_view line : split(text, '\n')) {
    ++number;
    const std::vector<std::string_view> words = words_in(line);
    if (words.empty()) continue;
    const std::string where = fmt::format("{}:{}", file.string(), number);
    if (words.size() != 5)
      throw FormatError(
          fmt::format("{}: has {} numbers; expected 5: class, x, y, width, height", where, words.size()));
    std::int64_t label = -1;
    const auto [end, error] = std::from_chars(words[0].data(), words[0].data() + words[0].size(), label);
    if (error != std::errc() || end != words[0].data() + words[0].size() || label < 0 ||
        label >= static_cast<std::int64_t>(classes))
      throw FormatError(
          fmt::format("{}: the class is '{}'; expected 0 to {}", where, words[0].substr(0, 40), classes - 1));
    double values[4];
    for (std::size_t k = 0; k < 4; ++k) {
      const auto value = parse_number(words[k + 1]);
      if (!value || *value < -kSlack || *value > 1 + kSlack)
        throw FormatError(fmt::format("{}: '{}' is not a share of the picture; expected numbers from 0 to 1",
                                      where, words[k + 1].substr(0, 40)));
      values[k] = *value;
    }
    const auto [x, y, width, height] = values;
    float box[4] = {static_cast<float>(x - width / 2), static_cast<float>(y - height / 2),
                    static_cast<float>(x + width / 2), static_cast<float>(y + height / 2)};
    if (!checker.keep(box, width <= 0 || height <= 0, 1, 1, where)) continue;
    one.boxes.insert(one.boxes.end(), box, box + 4);
    one.labels.push_back(label);
  }
}

}  // namespace

Dataset yolo(const fs::path& folder, const std::string& part, const AnnotationOptions& options) {
  check_options(options);
  check_distinct("yolo", "classes", options.classes);
  const Folders in = folders_of(folder, part);
  AnnotatedSet set{.name = options.name.empty() ? folder_name(folder) : options.name,
                   .classes = options.classes,
                   .flags = {},
                   .channels = options.channels,
                   .pictures = {}};
  if (set.classes.empty()) set.classes = classes_of(folder);
  if (set.classes.empty())
    throw FormatError(fmt::format("{}: the list of classes is empty", folder.string()));
  std::vector<fs::path> pictures;
  for (const auto& entry : fs::directory_iterator(in.pictures)) {
    if (is_picture_name(entry.path()) && !entry.path().filename().string().starts_with("."))
      pictures.push_back(entry.path());
  }
  std::sort(pictures.begin(), pictures.end());
  BoxChecker checker(options);
  for (const fs::path& picture : pictures) {
    Annotated one{.picture = picture.string(),
                  .file = (in.labels / picture.stem()).string() + ".txt",
                  .relative = true};
    std::error_code error;
    const bool right = worked(options.bad, one.file, [&] {
      fs::exists(one.file, error) ? read_lines(one.file, one, set.classes.size(), checker)
                                  : checker.note_missing(one.picture);
    });
    right ? set.pictures.push_back(std::move(one)) : check_alone(picture, options.bad);
  }
  leave_out_bad(set, options.bad);
  checker.tell(set.name);
  return Dataset(annotated_source(std::move(set)));
}

}  // namespace luge::data
