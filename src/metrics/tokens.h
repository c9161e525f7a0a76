// Texts and lists of ids in records as sequences of tokens, and how far two of them are apart.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "luge/data/record.h"

namespace luge::metrics {

using Tokens = std::vector<std::string>;

enum class Split : std::uint8_t { words, characters };

/// What was predicted and what is true. Throws ValueError or DTypeError naming `who` and the field.
std::pair<Tokens, Tokens> tokens_of(const std::string& who, const data::Record& prediction,
                                    const data::Record& truth, Split split);
/// How many tokens must be inserted, deleted or replaced so that one becomes the other.
std::int64_t edits_between(const Tokens& a, const Tokens& b);

/// A fixed number of whole numbers from 0, which are added.
class WholeSums {
 public:
  explicit WholeSums(std::size_t size = 0) : sums_(size) {}
  std::int64_t& operator[](std::size_t k) { return sums_[k]; }
  std::int64_t operator[](std::size_t k) const { return sums_[k]; }
  void add(const WholeSums& other);
  std::string text() const;
  /// Reads text(). Throws FormatError naming `who`.
  static WholeSums parse(const std::string& who, const std::string& text, std::size_t size);

 private:
  std::vector<std::int64_t> sums_;
};

}  // namespace luge::metrics
