#include "io/tensorboard/record.h"

#include <cstring>

#include "io/tensorboard/crc32c.h"

namespace luge::io {
namespace {

template <class T>
void append(std::string& to, T value) {
  char bytes[sizeof(value)];
  std::memcpy(bytes, &value, sizeof(value));
  to.append(bytes, sizeof(value));
}

std::uint32_t checksum_in(std::string_view bytes) {
  std::uint32_t value;
  std::memcpy(&value, bytes.data(), sizeof(value));
  return value;
}

}  // namespace

void append_record(std::string& to, std::string_view bytes) {
  const std::size_t head = to.size();
  append(to, std::uint64_t{bytes.size()});
  append(to, masked_crc32c(std::string_view(to).substr(head, sizeof(std::uint64_t))));
  to.append(bytes);
  append(to, masked_crc32c(bytes));
}

std::optional<std::uint64_t> record_length(std::string_view head) {
  std::uint64_t length;
  std::memcpy(&length, head.data(), sizeof(length));
  if (length > kMaxRecordBytes) return std::nullopt;
  if (masked_crc32c(head.substr(0, sizeof(length))) != checksum_in(head.substr(sizeof(length))))
    return std::nullopt;
  return length;
}

bool record_is_right(std::string_view bytes, std::string_view tail) {
  return masked_crc32c(bytes) == checksum_in(tail);
}

}  // namespace luge::io
