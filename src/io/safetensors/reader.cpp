#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <new>
#include <numeric>
#include <utility>

#include "core/nearest.h"
#include "io/checksum.h"
#include "io/files/input_file.h"
#include "io/safetensors/header.h"
#include "luge/error.h"
#include "luge/io/safetensors.h"

namespace luge::io {
namespace {

std::uint64_t header_length(const InputFile& file) {
  std::uint64_t length = 0;
  if (file.size() < sizeof(length)) {
    throw FormatError(fmt::format(
        "{}: a safetensors file begins with the 8 bytes of its header's length, this file has {} in all",
        file.path(), file.size()));
  }
  file.read(0, std::as_writable_bytes(std::span(&length, 1)));
  if (length > kMaxHeaderBytes) {
    throw FormatError(
        fmt::format("{}: the header's length is {}, at most {} are allowed; is it a safetensors file?",
                    file.path(), length, kMaxHeaderBytes));
  }
  if (length > file.size() - sizeof(length)) {
    throw FormatError(
        fmt::format("{}: the header's length is {}, but only {} bytes follow; the file was cut short",
                    file.path(), length, file.size() - sizeof(length)));
  }
  return length;
}

std::vector<std::uint64_t> parse_checksums(const std::string& text, std::size_t count,
                                           const std::string& where) {
  constexpr std::size_t kDigits = 16;
  const auto damaged = [&] { return FormatError(fmt::format("{}: the checksums are damaged", where)); };
  const bool lower_case = text.find_first_of("ABCDEF") == std::string::npos;
  if (text.size() != count * (kDigits + 1) - 1 || !lower_case) throw damaged();
  std::vector<std::uint64_t> sums(count);
  for (std::size_t i = 0; i < count; ++i) {
    const char* const digits = text.data() + i * (kDigits + 1);
    const auto [end, error] = std::from_chars(digits, digits + kDigits, sums[i], 16);
    const bool last = i + 1 == count;
    if (error != std::errc() || end != digits + kDigits || (!last && *end != ' ')) throw damaged();
  }
  return sums;
}

}  // namespace

struct SafetensorsFile::Content {
  InputFile file;
  std::uint64_t data_begin = 0;
  SafetensorsHeader header;
  bool has_checksums = false;
  std::vector<std::uint64_t> checksums;  // of the tensors, in their order; empty in a file that has none
  std::vector<std::uint32_t> by_name;

  explicit Content(const std::string& path) : file(path) {
    const std::uint64_t length = header_length(file);
    data_begin = 8 + length;
    std::string json(length, '\0');
    file.read(8, std::as_writable_bytes(std::span(json)));
    header = parse_safetensors_header(json, file.size() - data_begin, path);
    take_checksums();
    by_name.resize(header.tensors.size());
    std::iota(by_name.begin(), by_name.end(), 0u);
    std::sort(by_name.begin(), by_name.end(),
              [&](auto a, auto b) { return header.tensors[a].name < header.tensors[b].name; });
  }

  void take_checksums() {
    auto entry = header.metadata.extract(std::string(kChecksumKey));
    if (entry.empty()) return;
    checksums = parse_checksums(entry.mapped(), header.tensors.size() + 1, file.path());
    const std::string text = safetensors_header_text(header.tensors, header.metadata);
    if (checksums.front() != xxh64(std::as_bytes(std::span(text)))) {
      throw FormatError(fmt::format("{}: the header is damaged: its checksum does not match", file.path()));
    }
    checksums.erase(checksums.begin());
    has_checksums = true;
  }

  // Position in header.tensors, or -1.
  std::ptrdiff_t find(std::string_view name) const {
    const auto found = std::lower_bound(
        by_name.begin(), by_name.end(), name,
        [&](auto index, std::string_view wanted) { return header.tensors[index].name < wanted; });
    return found != by_name.end() && header.tensors[*found].name == name ? static_cast<std::ptrdiff_t>(*found)
                                                                         : -1;
  }

  std::size_t index(std::string_view name) const {
    const std::ptrdiff_t found = find(name);
    if (found >= 0) return static_cast<std::size_t>(found);
    std::vector<std::string> names;
    for (const StoredTensor& tensor : header.tensors) names.push_back(tensor.name);
    throw FormatError(
        fmt::format("{}: there is no tensor \"{}\"{}", file.path(), name, suggestion(name, names)));
  }

  void check_sum(std::size_t tensor, std::uint64_t sum) const {
    if (!has_checksums || sum == checksums[tensor]) return;
    throw FormatError(fmt::format("{}: tensor \"{}\" is damaged: its checksum is {:016x}, expected {:016x}",
                                  file.path(), header.tensors[tensor].name, sum, checksums[tensor]));
  }

  void check_booleans(const StoredTensor& tensor, std::span<const std::byte> bytes,
                      std::uint64_t first) const {
    if (tensor.dtype != DType::boolean) return;
    const auto bad =
        std::find_if(bytes.begin(), bytes.end(), [](std::byte value) { return value > std::byte{1}; });
    if (bad == bytes.end()) return;
    throw FormatError(
        fmt::format("{}: tensor \"{}\" element {}: expected a bool, 0 or 1, got {}", file.path(), tensor.name,
                    first + static_cast<std::uint64_t>(bad - bytes.begin()), std::to_integer<int>(*bad)));
  }

  void read(std::size_t index, std::span<std::byte> bytes) const {
    const StoredTensor& tensor = header.tensors[index];
    file.read(data_begin + tensor.begin, bytes);
    if (has_checksums) check_sum(index, xxh64(bytes));
    check_booleans(tensor, bytes, 0);
  }
};

SafetensorsFile::SafetensorsFile(const std::string& path) : content_(std::make_unique<Content>(path)) {}
SafetensorsFile::SafetensorsFile(SafetensorsFile&&) noexcept = default;
SafetensorsFile& SafetensorsFile::operator=(SafetensorsFile&&) noexcept = default;
SafetensorsFile::~SafetensorsFile() = default;

const std::string& SafetensorsFile::path() const { return content_->file.path(); }
const std::vector<StoredTensor>& SafetensorsFile::tensors() const { return content_->header.tensors; }
const std::map<std::string, std::string>& SafetensorsFile::metadata() const {
  return content_->header.metadata;
}
bool SafetensorsFile::has_checksums() const { return content_->has_checksums; }
bool SafetensorsFile::contains(std::string_view name) const { return content_->find(name) >= 0; }

std::vector<std::string> SafetensorsFile::names() const {
  std::vector<std::string> result;
  for (const StoredTensor& tensor : tensors()) result.push_back(tensor.name);
  return result;
}

const StoredTensor& SafetensorsFile::type(std::string_view name) const {
  return tensors()[content_->index(name)];
}

void SafetensorsFile::read(std::string_view name, std::span<std::byte> bytes) const {
  const std::size_t index = content_->index(name);
  if (const std::uint64_t needed = tensors()[index].size_in_bytes(); needed != bytes.size()) {
    throw ValueError(
        fmt::format("{}: tensor \"{}\" has {} bytes, got room for {}", path(), name, needed, bytes.size()));
  }
  content_->read(index, bytes);
}

std::vector<std::byte> SafetensorsFile::read(std::string_view name) const {
  const std::size_t index = content_->index(name);
  std::vector<std::byte> bytes;
  try {
    bytes.resize(tensors()[index].size_in_bytes());
  } catch (const std::exception&) {  // bad_alloc or length_error
    throw MemoryError(fmt::format("{}: no memory for the {} bytes of tensor \"{}\"", path(),
                                  tensors()[index].size_in_bytes(), name));
  }
  content_->read(index, bytes);
  return bytes;
}

std::map<std::string, std::vector<std::byte>> SafetensorsFile::read_all() const {
  std::map<std::string, std::vector<std::byte>> all;
  for (const StoredTensor& tensor : tensors()) all.emplace(tensor.name, read(tensor.name));
  return all;
}

void SafetensorsFile::verify() const {
  std::vector<std::byte> block(std::size_t{1} << 20);
  for (std::size_t i = 0; i < tensors().size(); ++i) {
    const StoredTensor& tensor = tensors()[i];
    Xxh64 hash;
    for (std::uint64_t done = 0; done < tensor.size_in_bytes(); done += block.size()) {
      const auto part =
          std::span(block).first(std::min<std::uint64_t>(block.size(), tensor.size_in_bytes() - done));
      content_->file.read(content_->data_begin + tensor.begin + done, part);
      content_->check_booleans(tensor, part, done);
      hash.update(part);
    }
    content_->check_sum(i, hash.digest());
  }
}

}  // namespace luge::io
