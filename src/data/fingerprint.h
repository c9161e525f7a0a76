// Hashes of the content of data sets.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "io/checksum.h"

namespace luge::data {

class Fingerprint {
 public:
  template <class T>
  Fingerprint& add(std::span<const T> values) {
    const std::uint64_t bytes = values.size_bytes();
    hash_.update(std::as_bytes(std::span(&bytes, 1)));  // so that neighbors cannot flow into each other
    hash_.update(std::as_bytes(values));
    return *this;
  }
  Fingerprint& add(std::string_view text) { return add(std::span(text)); }
  Fingerprint& add(std::uint64_t number) { return add(std::span<const std::uint64_t>(&number, 1)); }
  std::uint64_t value() const { return hash_.digest(); }

 private:
  io::Xxh64 hash_;
};

}  // namespace luge::data
