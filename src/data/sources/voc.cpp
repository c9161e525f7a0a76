// voc: pictures with boxes in the layout of Pascal VOC. Source: Everingham et al., the VOC devkit.
#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <pugixml.hpp>
#include <set>

#include "core/number.h"
#include "data/bad_files.h"
#include "data/distinct.h"
#include "data/pictures/annotated.h"
#include "luge/error.h"

namespace luge::data {
namespace fs = std::filesystem;
namespace {

constexpr std::uint64_t kMaxFile = std::uint64_t{16} << 20;

// One annotation file. pugixml knows the five entities of XML alone, and opens nothing.
class VocFile {
 public:
  explicit VocFile(const fs::path& path) : path_(path.string()), text_(text_of(path, kMaxFile)) {
    const pugi::xml_parse_result result = document_.load_buffer(text_.data(), text_.size());
    if (!result)
      throw FormatError(fmt::format("{}:{}: is not XML: {}", path_,
                                    line_of(text_, static_cast<std::size_t>(result.offset)),
                                    result.description()));
    root_ = document_.child("annotation");
    if (!root_) fail(document_.first_child(), "expected the element <annotation>");
  }
  std::string where(const pugi::xml_node& node) const {
    const std::ptrdiff_t offset = node ? node.offset_debug() : 0;
    return fmt::format("{}:{}", path_,
                       line_of(text_, static_cast<std::size_t>(std::max<std::ptrdiff_t>(offset, 0))));
  }
  [[noreturn]] void fail(const pugi::xml_node& node, const std::string& what) const {
    throw FormatError(fmt::format("{}: {}", where(node), what));
  }
  double number(const pugi::xml_node& parent, const char* name) const {
    const pugi::xml_node child = parent.child(name);
    if (!child) fail(parent, fmt::format("<{}> has no <{}>", parent.name(), name));
    if (const auto value = parse_number(child.child_value())) return *value;
    fail(child, fmt::format("<{}> is '{}'; expected a number", name,
                            std::string(child.child_value()).substr(0, 40)));
  }
  std::string name(const pugi::xml_node& object) const {
    const std::string name(stripped(object.child_value("name")));
    if (name.empty()) fail(object, "an <object> has no <name>");
    return name;
  }
  std::uint8_t flag(const pugi::xml_node& object, const char* name) const {
    return std::strcmp(object.child_value(name), "1") == 0 ? 1 : 0;
  }
  const pugi::xml_node& root() const { return root_; }

 private:
  std::string path_, text_;
  pugi::xml_document document_;
  pugi::xml_node root_;
};

std::vector<std::string> stems_of(const fs::path& folder, const std::string& part) {
  std::vector<std::string> stems;
  if (part.empty()) {
    for (const auto& entry : fs::directory_iterator(folder / "Annotations")) {
      if (entry.path().extension() == ".xml") stems.push_back(entry.path().stem().string());
    }
    std::sort(stems.begin(), stems.end());
    return stems;
  }
  const fs::path list = folder / "ImageSets" / "Main" / (part + ".txt");
  const std::string text = text_of(list, kMaxFile);
  std::int64_t line = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::string stem(stripped(std::string_view(text).substr(at, end - at)));
    at = end + 1, ++line;
    if (stem.empty()) continue;
    if (stem.find('/') != std::string::npos || stem.find("..") != std::string::npos)
      throw FormatError(
          fmt::format("{}:{}: '{}' is not the name of a picture", list.string(), line, stem.substr(0, 60)));
    stems.push_back(stem);
  }
  return stems;
}

// A damaged file is told where its picture is read, if it belongs to the part.
std::vector<std::string> all_classes(const fs::path& folder, bool skips) {
  const BadFile bad = skips ? BadFile([](const std::string&, const std::string&) {}) : BadFile();
  std::set<std::string> names;
  for (const std::string& stem : stems_of(folder, "")) {
    const fs::path path = folder / "Annotations" / (stem + ".xml");
    worked(bad, path.string(), [&] {
      const VocFile file(path);
      for (const pugi::xml_node& object : file.root().children("object")) names.insert(file.name(object));
    });
  }
  return {names.begin(), names.end()};
}

Annotated read_one(const fs::path& folder, const std::string& stem, const AnnotatedSet& set,
                   const AnnotationOptions& options, BoxChecker& checker) {
  const fs::path path = folder / "Annotations" / (stem + ".xml");
  const VocFile file(path);
  Annotated one;
  one.file = path.string();
  const fs::path picture = picture_of(folder / "JPEGImages", stem);
  if (picture.empty())
    throw FileError(
        fmt::format("{}: there is no picture {} in {}", one.file, stem, (folder / "JPEGImages").string()));
  one.picture = picture.string();
  if (const pugi::xml_node size = file.root().child("size")) {
    const double width = file.number(size, "width"), height = file.number(size, "height");
    if (!(width >= 0 && width <= 1e6 && height >= 0 && height <= 1e6))
      file.fail(size, fmt::format("the size is {}x{}", width, height));
    one.width = static_cast<std::int64_t>(width), one.height = static_cast<std::int64_t>(height);
    if (one.width == 0 || one.height == 0) one.width = one.height = 0;  // some tools do not know it
  }
  one.flags.resize(2);
  for (const pugi::xml_node& object : file.root().children("object")) {
    const pugi::xml_node box = object.child("bndbox");
    if (!box) file.fail(object, "an <object> has no <bndbox>");
    const double x1 = file.number(box, "xmin"), y1 = file.number(box, "ymin"), x2 = file.number(box, "xmax"),
                 y2 = file.number(box, "ymax");
    float corners[4] = {static_cast<float>(x1 - options.base), static_cast<float>(y1 - options.base),
                        static_cast<float>(x2), static_cast<float>(y2)};
    const std::int64_t label = label_of(set.classes, file.name(object), file.where(object));
    if (!checker.keep(corners, x2 <= x1 || y2 <= y1, static_cast<double>(one.width),
                      static_cast<double>(one.height), file.where(box)))
      continue;
    one.boxes.insert(one.boxes.end(), corners, corners + 4);
    one.labels.push_back(label);
    one.flags[0].push_back(file.flag(object, "difficult"));
    one.flags[1].push_back(file.flag(object, "truncated"));
  }
  return one;
}

}  // namespace

Dataset voc(const fs::path& folder, const std::string& part, const AnnotationOptions& options) {
  check_options(options);
  check_distinct("voc", "classes", options.classes);
  std::error_code error;
  if (!fs::is_directory(folder / "Annotations", error))
    throw FileError(
        fmt::format("{}: has no folder Annotations; expected the layout of Pascal VOC", folder.string()));
  AnnotatedSet set{.name = options.name.empty() ? folder_name(folder) : options.name,
                   .classes = options.classes,
                   .flags = {"boxes.difficult", "boxes.truncated"},
                   .channels = options.channels,
                   .pictures = {}};
  if (set.classes.empty()) set.classes = all_classes(folder, options.bad != nullptr);
  BoxChecker checker(options);
  for (const std::string& stem : stems_of(folder, part)) {
    const std::string file = (folder / "Annotations" / (stem + ".xml")).string();
    const bool right = worked(options.bad, file,
                              [&] { set.pictures.push_back(read_one(folder, stem, set, options, checker)); });
    const fs::path picture = right ? fs::path() : picture_of(folder / "JPEGImages", stem);
    if (!picture.empty()) check_alone(picture, options.bad);
  }
  leave_out_bad(set, options.bad);
  checker.tell(set.name);
  return Dataset(annotated_source(std::move(set)));
}

}  // namespace luge::data
