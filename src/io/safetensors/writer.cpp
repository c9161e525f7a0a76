#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <tuple>

#include "core/utf8.h"
#include "io/checksum.h"
#include "io/files/atomic_file.h"
#include "io/safetensors/header.h"
#include "io/text/json_scanner.h"
#include "luge/error.h"
#include "luge/io/safetensors.h"

namespace luge::io {
namespace {

[[noreturn]] void refuse(const std::string& path, const std::string& what) {
  throw ValueError(fmt::format("{}: {}; nothing was written", path, what));
}

std::string shown(std::string_view name) {
  std::string text;
  append_json_string(text, name);
  return text;
}

void check_text(const std::string& path, std::string_view kind, std::string_view text) {
  if (first_invalid_utf8(text) != std::string_view::npos || text.find('\0') != std::string_view::npos) {
    refuse(path, fmt::format("{} must be UTF-8 without NUL", kind));
  }
}

// Larger elements first, so that each begins at a multiple of its size; then by name.
std::vector<const TensorView*> in_file_order(std::span<const TensorView> tensors) {
  std::vector<const TensorView*> order;
  for (const TensorView& tensor : tensors) order.push_back(&tensor);
  std::sort(order.begin(), order.end(), [](const TensorView* a, const TensorView* b) {
    const std::size_t size_a = size_of(a->dtype);
    const std::size_t size_b = size_of(b->dtype);
    return std::tie(size_b, a->name) < std::tie(size_a, b->name);
  });
  return order;
}

void check(const std::string& path, std::span<const TensorView> tensors) {
  std::vector<std::string_view> names;
  for (const TensorView& tensor : tensors) {
    check_text(path, "the name of tensor " + shown(tensor.name), tensor.name);
    if (tensor.name == kMetadataKey) refuse(path, "a tensor cannot be named __metadata__");
    const auto expected = static_cast<std::uint64_t>(tensor.shape.elements()) * size_of(tensor.dtype);
    if (expected != tensor.bytes.size()) {
      refuse(path, fmt::format("tensor \"{}\" {}{} needs {} bytes, got {}", tensor.name, name(tensor.dtype),
                               tensor.shape.to_string(), expected, tensor.bytes.size()));
    }
    names.push_back(tensor.name);
  }
  std::sort(names.begin(), names.end());
  const auto twice = std::adjacent_find(names.begin(), names.end());
  if (twice != names.end()) refuse(path, fmt::format("two tensors are named \"{}\"", *twice));
}

void check_header_size(const std::string& path, std::uint64_t bytes) {
  if (bytes <= kMaxHeaderBytes) return;
  refuse(path, fmt::format("the header takes {} bytes, at most {} are allowed", bytes, kMaxHeaderBytes));
}

std::string checksums(const std::vector<const TensorView*>& order, const std::string& header) {
  std::string text = fmt::format("{:016x}", xxh64(std::as_bytes(std::span(header))));
  for (const TensorView* tensor : order) text += fmt::format(" {:016x}", xxh64(tensor->bytes));
  return text;
}

}  // namespace

void write_safetensors(const std::string& path, std::span<const TensorView> tensors,
                       const std::map<std::string, std::string>& metadata) {
  check(path, tensors);
  std::uint64_t text_bytes = 0;  // the header is longer still
  for (const auto& [key, value] : metadata) text_bytes += key.size() + value.size();
  check_header_size(path, text_bytes);
  for (const auto& [key, value] : metadata) {
    check_text(path, "a metadata key", key);
    check_text(path, "metadata " + shown(key), value);
  }
  if (metadata.contains(std::string(kChecksumKey)))
    refuse(path, fmt::format("metadata {} is Luge's own", kChecksumKey));

  const auto order = in_file_order(tensors);
  std::vector<StoredTensor> stored;
  std::uint64_t reached = 0;
  for (const TensorView* tensor : order) {
    stored.push_back({tensor->name, tensor->dtype, tensor->shape, reached, reached + tensor->bytes.size()});
    reached += tensor->bytes.size();
  }
  auto all_metadata = metadata;
  all_metadata.emplace(kChecksumKey, checksums(order, safetensors_header_text(stored, metadata)));
  std::string header = safetensors_header_text(stored, all_metadata);
  header.append((8 - header.size() % 8) % 8, ' ');
  check_header_size(path, header.size());

  const auto length = std::bit_cast<std::array<std::byte, 8>>(std::uint64_t{header.size()});
  AtomicFile file(path);
  file.write(length);
  file.write(header);
  for (const TensorView* tensor : order) file.write(tensor->bytes);
  file.commit();
}

}  // namespace luge::io
