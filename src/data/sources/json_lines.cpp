// Texts in objects of JSON, one in each line.
#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <optional>

#include "data/distinct.h"
#include "data/sources/lines.h"
#include "luge/data/text_lines.h"

namespace luge::data {
namespace {

using Json = nlohmann::json;

class JsonLines final : public LinesSource {
 public:
  JsonLines(const std::string& path, const TextLinesOptions& options, const std::string& text,
            const std::string& label)
      : text_(text), label_(label) {
    paths_ = {path};
    std::vector<std::string> classes;  // of each line
    lines_of(path, options.longest, [&](const std::string& line, std::int64_t number) {
      const std::string where = fmt::format("{}, line {}", path, number);
      const Json object = object_of(line, where);
      lines_.push_back({text_of(object, where), 0, number, 0});
      if (lines_.size() == 1) labeled_ = object.contains(label_);
      if (labeled_) classes.push_back(class_of(object, where));
    });
    if (lines_.empty()) throw FormatError(fmt::format("{}: has no line with an object of JSON", path));
    info_.name = options.name.empty() ? std::filesystem::path(path).stem().string() : options.name;
    info_.fields = {{"text", Field::utf8()}};
    if (labeled_) label_all(classes, options.classes);
  }

 private:
  static Json object_of(const std::string& line, const std::string& where) {
    // Nothing nested is of use, and a line of a million brackets would end the program.
    int depth = 0;
    const auto shallow = [&depth](int, Json::parse_event_t event, Json&) {
      using enum Json::parse_event_t;
      depth += event == object_start || event == array_start;
      depth -= event == object_end || event == array_end;
      if (depth > kDeepest) throw std::length_error("nested too deep");
      return true;
    };
    Json object;
    try {
      object = Json::parse(line, shallow);
    } catch (const std::exception&) {
      throw FormatError(
          fmt::format("{}: is not JSON; expected an object such as {{\"text\": \"…\"}}", where));
    }
    if (object.is_object()) return object;
    throw FormatError(fmt::format("{}: is {}; expected an object of JSON", where, object.type_name()));
  }
  std::string text_of(const Json& object, const std::string& where) const {
    const auto found = object.find(text_);
    if (found != object.end() && found->is_string()) return found->get<std::string>();
    throw FormatError(fmt::format("{}: has no text in the member '{}'", where, text_));
  }
  std::string class_of(const Json& object, const std::string& where) const {
    const auto found = object.find(label_);
    if (found != object.end() && found->is_string()) return found->get<std::string>();
    if (found != object.end() && found->is_number_integer()) return found->dump();
    throw FormatError(
        fmt::format("{}: has no class in the member '{}'; expected a text or a whole number", where, label_));
  }
  static constexpr int kDeepest = 64;
  std::string text_, label_;
  bool labeled_ = false;
};

}  // namespace

Dataset json_lines(const std::filesystem::path& file, const TextLinesOptions& options,
                   const std::string& text, const std::string& label) {
  check_distinct("json_lines", "classes", options.classes);
  if (options.longest < 1)
    throw ValueError(fmt::format("json_lines: longest is {}; expected 1 or more", options.longest));
  return Dataset(std::make_shared<JsonLines>(file.string(), options, text, label));
}

}  // namespace luge::data
