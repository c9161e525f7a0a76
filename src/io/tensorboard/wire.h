// The wire format of protocol buffers: fields with a number and one of four forms. Event files need some
// forty fields of it (docs/decisions/0046).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace luge::io {

/// Builds the bytes of a message.
class MessageWriter {
 public:
  MessageWriter& whole(int field, std::int64_t value);
  MessageWriter& real(int field, double value);
  MessageWriter& single(int field, float value);
  MessageWriter& bytes(int field, std::string_view value);
  MessageWriter& message(int field, const MessageWriter& value) { return bytes(field, value.text_); }
  /// Repeated numbers, packed.
  MessageWriter& reals(int field, std::span<const double> values);
  const std::string& text() const { return text_; }

 private:
  void varint(std::uint64_t value);
  void key(int field, int form);
  template <class T>
  void raw(T value);

  std::string text_;
};

/// Walks the fields of a message. What is not well formed ends the walk, and `broken` says so.
class MessageReader {
 public:
  struct Field {
    int number = 0;
    std::uint64_t bits = 0;  // a varint, or the bits of a fixed number
    int width = 0;           // bytes of a fixed number; 0 for a varint and for bytes
    std::string_view bytes;  // of a field with a length

    double real() const;
    std::int64_t whole() const { return static_cast<std::int64_t>(bits); }
  };

  explicit MessageReader(std::string_view text) : rest_(text) {}
  std::optional<Field> next();
  bool broken() const { return broken_; }

 private:
  std::optional<std::uint64_t> varint();

  std::string_view rest_;
  bool broken_ = false;
};

/// Packed numbers of 8 bytes (or 4: f32) after each other; incomplete ones at the end are left out.
std::size_t packed_count(std::string_view bytes, std::size_t width);
double packed_real(std::string_view bytes, std::size_t at);
float packed_single(std::string_view bytes, std::size_t at);

}  // namespace luge::io
