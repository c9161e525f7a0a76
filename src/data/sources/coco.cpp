// coco: pictures with boxes, masks and points in one JSON file. Source: Lin et al. 2014, the COCO data
// format.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "data/distinct.h"
#include "data/pictures/annotated.h"
#include "luge/error.h"

namespace luge::data {
namespace fs = std::filesystem;
namespace {

using Json = nlohmann::json;

constexpr std::uint64_t kMaxFile = std::uint64_t{1} << 30;
constexpr std::int64_t kMaxExtent = 1'000'000;

// Reads values of the file; errors name the list and the position in it.
class CocoFile {
 public:
  explicit CocoFile(const fs::path& path) : path_(path.string()) {
    const std::string text = text_of(path, kMaxFile);
    try {
      json_ = Json::parse(text);
    } catch (const Json::parse_error& error) {
      constexpr std::size_t kShown = 20;
      const std::size_t end = std::min(error.byte, text.size()), begin = end - std::min(end, kShown);
      std::string before = text.substr(begin, end - begin);
      std::replace_if(
          before.begin(), before.end(), [](char c) { return static_cast<unsigned char>(c) < ' '; }, ' ');
      throw FormatError(
          fmt::format("{}:{}: is not JSON after '{}'", path_, line_of(text, error.byte), before));
    }
    if (!json_.is_object()) throw FormatError(fmt::format("{}: expected a JSON object", path_));
  }
  const std::string& path() const { return path_; }
  const Json& list(const char* name, bool needed = true) const {
    static const Json none = Json::array();
    const auto found = json_.find(name);
    if (found != json_.end() && found->is_array()) return *found;
    if (found == json_.end() && !needed) return none;
    throw FormatError(fmt::format("{}: has no list '{}'", path_, name));
  }
  std::string at(const char* list, std::size_t index) const {
    return fmt::format("{}: {}[{}]", path_, list, index);
  }

 private:
  std::string path_;
  Json json_;
};

std::int64_t whole(const Json& object, const char* key, const std::string& where) {
  const auto found = object.is_object() ? object.find(key) : object.end();
  if (!object.is_object() || found == object.end() || !found->is_number_integer())
    throw FormatError(fmt::format("{}: '{}' is missing or not a whole number", where, key));
  return found->get<std::int64_t>();
}
std::string text(const Json& object, const char* key, const std::string& where) {
  const auto found = object.is_object() ? object.find(key) : object.end();
  if (!object.is_object() || found == object.end() || !found->is_string())
    throw FormatError(fmt::format("{}: '{}' is missing or not a text", where, key));
  return found->get<std::string>();
}
std::vector<float> numbers(const Json& list, const char* key, const std::string& where) {
  const auto fail = [&] { throw FormatError(fmt::format("{}: '{}' is not a list of numbers", where, key)); };
  if (!list.is_array()) fail();
  std::vector<float> values;
  for (const Json& each : list) {
    if (!each.is_number()) fail();
    values.push_back(each.get<float>());
  }
  return values;
}

std::map<std::int64_t, std::string> categories_of(const CocoFile& file) {
  std::map<std::int64_t, std::string> names;
  const Json& list = file.list("categories");
  for (std::size_t k = 0; k < list.size(); ++k) {
    const std::string where = file.at("categories", k);
    if (!names.emplace(whole(list[k], "id", where), text(list[k], "name", where)).second)
      throw FormatError(fmt::format("{}: the id {} is there twice", where, whole(list[k], "id", where)));
  }
  if (names.empty()) throw FormatError(fmt::format("{}: has no categories", file.path()));
  return names;
}

// A name below the folder: without "..", not absolute.
fs::path below(const fs::path& folder, const std::string& name, const std::string& where) {
  const fs::path path(name);
  const bool up = std::any_of(path.begin(), path.end(), [](const fs::path& part) { return part == ".."; });
  if (name.empty() || path.is_absolute() || up || name.find('\0') != std::string::npos)
    throw FormatError(
        fmt::format("{}: the file name '{}' leads out of the folder", where, name.substr(0, 80)));
  return folder / path;
}

Area area_of(const Json& object, const Annotated& picture, const std::string& where) {
  Area area;
  const auto found = object.find("segmentation");
  if (found == object.end()) return area;
  if (found->is_array()) {
    for (const Json& polygon : *found) {
      area.polygons.push_back(numbers(polygon, "segmentation", where));
      if (area.polygons.back().size() < 6 || area.polygons.back().size() % 2 != 0)
        throw FormatError(fmt::format("{}: a polygon has {} numbers; expected pairs, 3 or more", where,
                                      area.polygons.back().size()));
    }
    return area;
  }
  const auto counts = found->is_object() ? found->find("counts") : found->end();
  if (!found->is_object() || counts == found->end())
    throw FormatError(fmt::format("{}: 'segmentation' holds neither polygons nor run lengths", where));
  if (counts->is_string()) {
    area.runs = decoded_runs(counts->get<std::string>(), where);
  } else {
    for (const float run : numbers(*counts, "counts", where))
      area.runs.push_back(static_cast<std::int64_t>(run));
  }
  std::int64_t sum = 0;
  for (const std::int64_t run : area.runs) {
    if (run < 0 || run > picture.width * picture.height - sum)
      throw FormatError(fmt::format("{}: the run lengths exceed the {} pixels of the picture", where,
                                    picture.width * picture.height));
    sum += run;
  }
  return area;
}

void add_points(Annotated& one, const Json& object, const std::string& where) {
  const auto found = object.find("keypoints");
  if (found == object.end()) return;
  const std::vector<float> values = numbers(*found, "keypoints", where);
  if (values.size() % 3 != 0)
    throw FormatError(
        fmt::format("{}: 'keypoints' has {} numbers; expected three for each point", where, values.size()));
  for (std::size_t k = 0; k < values.size(); k += 3) {
    const bool labeled = values[k + 2] > 0;
    one.points.insert(one.points.end(),
                      {labeled ? values[k] : 0.0f, labeled ? values[k + 1] : 0.0f, labeled ? 1.0f : 0.0f});
  }
}

}  // namespace

Dataset coco(const fs::path& path, const fs::path& pictures, const AnnotationOptions& options) {
  check_options(options);
  check_distinct("coco", "classes", options.classes);
  const CocoFile file(path);
  const std::map<std::int64_t, std::string> categories = categories_of(file);
  AnnotatedSet set{.name = options.name.empty() ? path.stem().string() : options.name,
                   .classes = options.classes,
                   .flags = {"boxes.crowd"},
                   .masks = options.masks,
                   .channels = options.channels,
                   .pictures = {}};
  if (set.classes.empty()) {
    for (const auto& [id, name] : categories) set.classes.push_back(name);
  }
  check_distinct(file.path(), "categories", set.classes);
  std::map<std::int64_t, std::size_t> by_id;
  const Json& images = file.list("images");
  for (std::size_t k = 0; k < images.size(); ++k) {
    const std::string where = file.at("images", k);
    Annotated one{.picture = below(pictures, text(images[k], "file_name", where), where).string(),
                  .file = where,
                  .width = whole(images[k], "width", where),
                  .height = whole(images[k], "height", where)};
    if (one.width < 1 || one.height < 1 || one.width > kMaxExtent || one.height > kMaxExtent)
      throw FormatError(fmt::format("{}: the size is {}x{}", where, one.width, one.height));
    one.flags.resize(1);
    if (!by_id.emplace(whole(images[k], "id", where), set.pictures.size()).second)
      throw FormatError(fmt::format("{}: the id {} is there twice", where, whole(images[k], "id", where)));
    set.pictures.push_back(std::move(one));
  }
  BoxChecker checker(options);
  const Json& annotations = file.list("annotations", false);
  for (std::size_t k = 0; k < annotations.size(); ++k) {
    const std::string where = file.at("annotations", k);
    const Json& each = annotations[k];
    const auto picture = by_id.find(whole(each, "image_id", where));
    if (picture == by_id.end())
      throw FormatError(
          fmt::format("{}: there is no picture with the id {}", where, whole(each, "image_id", where)));
    const auto category = categories.find(whole(each, "category_id", where));
    if (category == categories.end())
      throw FormatError(
          fmt::format("{}: there is no category with the id {}", where, whole(each, "category_id", where)));
    Annotated& one = set.pictures[picture->second];
    const auto bbox = each.find("bbox");
    const std::vector<float> box = bbox == each.end() ? std::vector<float>() : numbers(*bbox, "bbox", where);
    if (box.size() != 4)
      throw FormatError(
          fmt::format("{}: 'bbox' has {} numbers; expected x, y, width, height", where, box.size()));
    float corners[4] = {box[0], box[1], box[0] + box[2], box[1] + box[3]};
    const std::int64_t label = label_of(set.classes, category->second, where);
    if (!checker.keep(corners, box[2] <= 0 || box[3] <= 0, static_cast<double>(one.width),
                      static_cast<double>(one.height), where))
      continue;
    one.boxes.insert(one.boxes.end(), corners, corners + 4);
    one.labels.push_back(label);
    one.flags[0].push_back(each.contains("iscrowd") && each["iscrowd"] == 1 ? 1 : 0);
    if (options.masks) one.areas.push_back(area_of(each, one, where));
    add_points(one, each, where);
    set.points = set.points || !one.points.empty();
  }
  leave_out_bad(set, options.bad);
  checker.tell(set.name);
  return Dataset(annotated_source(std::move(set)));
}

}  // namespace luge::data
