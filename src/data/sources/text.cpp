// Text files, cut into records of some thousand characters.
#include <fmt/format.h>

#include <algorithm>

#include "core/utf8.h"
#include "io/files/input_file.h"
#include "luge/data/sources.h"
#include "luge/error.h"

namespace luge::data {
namespace {

constexpr const char* kText = "text";

std::string read_text(const std::string& path) {
  const io::InputFile file(path);
  std::string text(file.size(), '\0');
  file.read(0, std::as_writable_bytes(std::span(text)));
  if (text.empty()) throw FormatError(fmt::format("{}: is empty; expected text", path));
  const std::size_t bad = first_invalid_utf8(text);
  if (bad == std::string_view::npos) return text;
  throw FormatError(fmt::format("{}: the byte at offset {} is not UTF-8; expected UTF-8 text", path, bad));
}

bool continues(char byte) { return (static_cast<unsigned char>(byte) & 0xC0) == 0x80; }

// Where records of `length` characters begin, and the end.
std::vector<std::size_t> cuts(const std::string& text, std::int64_t length) {
  const auto characters = std::count_if(text.begin(), text.end(), [](char byte) { return !continues(byte); });
  if (length == 0) length = std::clamp<std::int64_t>(characters / 100, 1024, 16384);
  std::vector<std::size_t> found;
  std::int64_t seen = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (continues(text[at])) continue;
    if (seen++ % length == 0) found.push_back(at);
  }
  found.push_back(text.size());
  return found;
}

class TextSource final : public Source {
 public:
  TextSource(std::string path, std::int64_t length)
      : path_(std::move(path)), text_(read_text(path_)), cuts_(cuts(text_, length)) {
    info_.name = std::filesystem::path(path_).filename().string();
    info_.fields = {{kText, Field::utf8()}};
  }
  std::int64_t size() const override { return static_cast<std::int64_t>(cuts_.size()) - 1; }
  const Info& info() const override { return info_; }
  void read(std::int64_t index, Row& row) const override {
    if (row.wants(0)) row.write(0, HostArray::of_text(record(index)));
  }
  std::string where(std::int64_t index) const override {
    return fmt::format("{}, text from byte {}", path_, cuts_[static_cast<std::size_t>(index)]);
  }

 private:
  std::string_view record(std::int64_t index) const {
    const auto k = static_cast<std::size_t>(index);
    return std::string_view(text_).substr(cuts_[k], cuts_[k + 1] - cuts_[k]);
  }
  std::string path_, text_;
  std::vector<std::size_t> cuts_;
  Info info_;
};

}  // namespace

Dataset text_file(const std::filesystem::path& file, const TextOptions& options) {
  if (options.record < 0)
    throw ValueError(fmt::format("text_file: record is {}; expected 1 or more, or 0", options.record));
  return Dataset(std::make_shared<TextSource>(file.string(), options.record));
}

}  // namespace luge::data
