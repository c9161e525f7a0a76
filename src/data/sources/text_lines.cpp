// Texts of one line each.
#include "luge/data/text_lines.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "core/utf8.h"
#include "data/distinct.h"
#include "data/fingerprint.h"
#include "data/pictures/annotated.h"
#include "io/files/input_file.h"
#include "luge/error.h"

namespace luge::data {
namespace {

constexpr std::size_t kPart = 1 << 16;  // bytes that are read at once

struct TextLine {
  std::string text;
  std::size_t file = 0;
  std::int64_t number = 0, label = 0;
};

// Calls `each` with the lines of a file and their numbers from 1; a line that is too long is refused before
// it is in memory.
void lines_of(const std::string& path, std::int64_t longest, auto&& each) {
  const io::InputFile file(path);
  std::string part, line;
  std::int64_t number = 1;
  const auto end = [&] {
    if (line.ends_with('\r')) line.pop_back();
    each(line, number++);
    line.clear();
  };
  for (std::uint64_t at = 0; at < file.size(); at += part.size()) {
    part.resize(static_cast<std::size_t>(std::min<std::uint64_t>(kPart, file.size() - at)));
    file.read(at, std::as_writable_bytes(std::span(part)));
    for (std::size_t from = 0; from < part.size();) {
      const std::size_t stop = std::min(part.find('\n', from), part.size());
      line.append(part, from, stop - from);
      if (static_cast<std::int64_t>(line.size()) > longest)
        throw FormatError(fmt::format("{}, line {}: is longer than {} bytes; expected one text in each line",
                                      path, number, longest));
      if (stop < part.size()) end();
      from = stop + 1;
    }
  }
  if (!line.empty()) end();
}

class TextLines final : public Source {
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
  std::int64_t size() const override { return static_cast<std::int64_t>(lines_.size()); }
  const Info& info() const override { return info_; }
  void read(std::int64_t index, Row& row) const override {
    const TextLine& line = at(index);
    if (row.wants(0)) row.write(0, HostArray::of_text(line.text));
    if (row.wants(1)) row.write_as<std::int64_t>(1)[0] = line.label;
  }
  std::string where(std::int64_t index) const override {
    return fmt::format("{}, line {}", paths_[at(index).file], at(index).number);
  }

 private:
  const TextLine& at(std::int64_t index) const { return lines_[static_cast<std::size_t>(index)]; }
  void add(const ClassFile& file, std::int64_t longest) {
    const std::string path = file.file.string();
    const std::int64_t label = label_of(info_.classes, file.name, path);
    const std::size_t before = lines_.size();
    lines_of(path, longest, [&](const std::string& line, std::int64_t number) {
      const std::size_t bad = first_invalid_utf8(line);
      if (bad != std::string_view::npos)
        throw FormatError(fmt::format("{}, line {}: byte {} is not UTF-8; expected UTF-8 text", path, number,
                                      bad + 1));
      if (line.find_first_not_of(" \t") != std::string::npos)
        lines_.push_back({line, paths_.size(), number, label});
    });
    if (lines_.size() == before)
      throw FormatError(fmt::format("{}: has no text; expected one text in each line", path));
    paths_.push_back(path);
  }
  std::vector<TextLine> lines_;
  std::vector<std::string> paths_;
  Info info_;
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
