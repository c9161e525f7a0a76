#include "io/tensorboard/wire.h"

#include <bit>
#include <cstring>

namespace luge::io {
namespace {

static_assert(std::endian::native == std::endian::little, "the byte order of files is that of the machine");

enum Form : int { kVarint = 0, kEight = 1, kLength = 2, kFour = 5 };

template <class T>
T load(std::string_view bytes) {
  T value;
  std::memcpy(&value, bytes.data(), sizeof(value));
  return value;
}

}  // namespace

void MessageWriter::varint(std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) text_ += static_cast<char>(value | 0x80);
  text_ += static_cast<char>(value);
}

void MessageWriter::key(int field, int form) { varint(static_cast<std::uint64_t>(field) << 3 | form); }

template <class T>
void MessageWriter::raw(T value) {
  char bytes[sizeof(value)];
  std::memcpy(bytes, &value, sizeof(value));
  text_.append(bytes, sizeof(value));
}

MessageWriter& MessageWriter::whole(int field, std::int64_t value) {
  key(field, kVarint);
  varint(static_cast<std::uint64_t>(value));
  return *this;
}

MessageWriter& MessageWriter::real(int field, double value) {
  key(field, kEight);
  raw(value);
  return *this;
}

MessageWriter& MessageWriter::single(int field, float value) {
  key(field, kFour);
  raw(value);
  return *this;
}

MessageWriter& MessageWriter::bytes(int field, std::string_view value) {
  key(field, kLength);
  varint(value.size());
  text_.append(value);
  return *this;
}

MessageWriter& MessageWriter::reals(int field, std::span<const double> values) {
  return bytes(field, {reinterpret_cast<const char*>(values.data()), values.size_bytes()});
}

double MessageReader::Field::real() const {
  if (width == 8) return std::bit_cast<double>(bits);
  if (width == 4) return std::bit_cast<float>(static_cast<std::uint32_t>(bits));
  return static_cast<double>(whole());
}

std::optional<std::uint64_t> MessageReader::varint() {
  std::uint64_t value = 0;
  for (int shift = 0; shift < 64 && !rest_.empty(); shift += 7) {
    const auto byte = static_cast<unsigned char>(rest_.front());
    rest_.remove_prefix(1);
    value |= std::uint64_t{byte & 0x7fu} << shift;
    if (byte < 0x80) return value;
  }
  broken_ = true;
  return std::nullopt;
}

std::optional<MessageReader::Field> MessageReader::next() {
  if (rest_.empty() || broken_) return std::nullopt;
  const auto fail = [&]() -> std::optional<Field> {
    broken_ = true;
    return std::nullopt;
  };
  const auto key = varint();
  if (!key || *key >> 3 == 0 || *key >> 3 > 0x1fffffff) return fail();
  Field field{.number = static_cast<int>(*key >> 3), .bytes = {}};
  switch (*key & 7) {
    case kVarint: {
      const auto value = varint();
      if (!value) return fail();
      field.bits = *value;
      return field;
    }
    case kEight:
    case kFour:
      field.width = (*key & 7) == kEight ? 8 : 4;
      if (rest_.size() < static_cast<std::size_t>(field.width)) return fail();
      field.bits = field.width == 8 ? load<std::uint64_t>(rest_) : load<std::uint32_t>(rest_);
      rest_.remove_prefix(static_cast<std::size_t>(field.width));
      return field;
    case kLength: {
      const auto length = varint();
      if (!length || *length > rest_.size()) return fail();
      field.bytes = rest_.substr(0, *length);
      rest_.remove_prefix(*length);
      return field;
    }
    default: return fail();
  }
}

std::size_t packed_count(std::string_view bytes, std::size_t width) { return bytes.size() / width; }
double packed_real(std::string_view bytes, std::size_t at) { return load<double>(bytes.substr(8 * at, 8)); }
float packed_single(std::string_view bytes, std::size_t at) { return load<float>(bytes.substr(4 * at, 4)); }

}  // namespace luge::io
