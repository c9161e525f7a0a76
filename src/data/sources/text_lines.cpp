// Texts of one line each.
#include "luge/data/text_lines.h"

#include <fmt/format.h>

#include <set>

#include "data/distinct.h"
#include "data/pictures/annotated.h"
#include "data/sources/lines.h"

namespace luge::data {
namespace {

class TextLines final : public LinesSource {
 public:
  TextLines(const std::vector<ClassFile>& files, const TextLinesOptions& options) {
    info_.name = options.name.empty() ? files.front().file.stem().string() : options.name;
    info_.classes = options.classes;
    if (info_.classes.empty()) {
      std::set<std::string> names;
      for (const ClassFile& file : files) names.insert(file.name);
      info_.classes.assign(names.begin(), names.end());
    }
    info_.fields = {{"text", Field::utf8()}, {std::string(kTarget), {i64, {}}}};
    for (const ClassFile& file : files) add(file, options.longest);
  }

 private:
  void add(const ClassFile& file, std::int64_t longest) {
    const std::string path = file.file.string();
    const std::int64_t label = label_of(info_.classes, file.name, path);
    const std::size_t before = lines_.size();
    lines_of(path, longest, [&](const std::string& line, std::int64_t number) {
      lines_.push_back({line, paths_.size(), number, label});
    });
    if (lines_.size() == before)
      throw FormatError(fmt::format("{}: has no text; expected one text in each line", path));
    paths_.push_back(path);
  }
};

}  // namespace

Dataset text_lines(const std::vector<ClassFile>& files, const TextLinesOptions& options) {
  check_distinct("text_lines", "classes", options.classes);
  if (files.empty()) throw ValueError("text_lines: no file was given");
  if (options.longest < 1)
    throw ValueError(fmt::format("text_lines: longest is {}; expected 1 or more", options.longest));
  return Dataset(std::make_shared<TextLines>(files, options));
}

}  // namespace luge::data
