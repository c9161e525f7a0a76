// Lines of text in files, and what is a source of them.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "core/utf8.h"
#include "data/pictures/annotated.h"
#include "io/files/input_file.h"
#include "luge/data/source.h"
#include "luge/error.h"

namespace luge::data {

/// A text with its class, and where it is: in a line, or a whole file (line 0).
struct TextLine {
  std::string text;
  std::size_t file = 0;
  std::int64_t number = 0, label = 0;
};

/// Calls `each` with the lines of a file that are not blank and their numbers from 1. A line that is too long
/// is refused before it is in memory, and so is text that is not UTF-8.
void lines_of(const std::string& path, std::int64_t longest, auto&& each) {
  constexpr std::size_t kPart = 1 << 16;  // bytes that are read at once
  const io::InputFile file(path);
  std::string part, line;
  std::int64_t number = 1;
  const auto end = [&] {
    if (line.ends_with('\r')) line.pop_back();
    const std::size_t bad = first_invalid_utf8(line);
    if (bad != std::string_view::npos)
      throw FormatError(
          fmt::format("{}, line {}: byte {} is not UTF-8; expected UTF-8 text", path, number, bad + 1));
    if (line.find_first_not_of(" \t") != std::string::npos) each(line, number);
    ++number;
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

/// Texts in memory, with "target" unless there are no classes.
class LinesSource : public Source {
 public:
  std::int64_t size() const override { return static_cast<std::int64_t>(lines_.size()); }
  const Info& info() const override { return info_; }
  void read(std::int64_t index, Row& row) const override {
    const TextLine& line = at(index);
    if (row.wants(0)) row.write(0, HostArray::of_text(line.text));
    if (info_.fields.size() > 1 && row.wants(1)) row.write_as<std::int64_t>(1)[0] = line.label;
  }
  std::string where(std::int64_t index) const override { return where(at(index)); }

 protected:
  std::string where(const TextLine& line) const {
    const std::string& path = paths_[line.file];
    return line.number == 0 ? path : fmt::format("{}, line {}", path, line.number);
  }
  /// Gives each text the label of its class: of the classes that are expected, or of all that occur, sorted.
  void label_all(const std::vector<std::string>& names, const std::vector<std::string>& expected) {
    info_.classes = expected;
    if (expected.empty()) {
      const std::set<std::string> different(names.begin(), names.end());
      info_.classes.assign(different.begin(), different.end());
    }
    info_.fields.set(kTarget, {i64, {}});
    for (std::size_t k = 0; k < lines_.size(); ++k)
      lines_[k].label = label_of(info_.classes, names[k], where(lines_[k]));
  }

  std::vector<TextLine> lines_;
  std::vector<std::string> paths_;
  Info info_;

 private:
  const TextLine& at(std::int64_t index) const { return lines_[static_cast<std::size_t>(index)]; }
};

}  // namespace luge::data
