// What the tokenizers share: special ids after the pieces, and files.
#pragma once

#include <fmt/format.h>

#include <memory>
#include <string>
#include <utility>

#include "core/options_file.h"
#include "core/utf8.h"
#include "luge/data/tokenizer.h"
#include "luge/error.h"

namespace luge::data {

constexpr const char *kUnknownPiece = "<unknown>", *kPadPiece = "<pad>", *kBeginPiece = "<begin>",
                     *kEndPiece = "<end>";

/// The options that all tokenizers have.
struct SpecialOptions {
  bool pad = false, begin = false, end = false;
  static void common(auto& self, auto&& field) {
    field("pad", self.pad, "there is an id <pad>, which is no token");
    field("begin", self.begin, "there is an id <begin> for the beginning of a text");
    field("end", self.end, "there is an id <end> for the end of a text");
  }
};

/// Throws FormatError for text that is not UTF-8.
inline void check_text(const char* who, std::string_view text) {
  const std::size_t bad = first_invalid_utf8(text);
  if (bad == std::string_view::npos) return;
  throw FormatError(fmt::format("{}: the byte at offset {} of the text is not UTF-8; expected UTF-8 text",
                                who, bad));
}

/// Base class. Self has kName and kDescription, and a constructor from State, which lists the options of
/// Options and the pieces.
template <class Self, class Options, class State>
class TokenizerWith : public Tokenizer {
 public:
  explicit TokenizerWith(State state) : state_(std::move(state)) { options::check(Self::kName, state_); }
  std::string name() const override { return Self::kName; }
  std::string state() const override { return options::to_json(options::get(state_)); }
  bool fitted() const override { return plain_size() > 0; }
  std::int64_t size() const override {
    return plain_size() + static_cast<int>(state_.pad) + static_cast<int>(state_.begin) +
           static_cast<int>(state_.end);
  }
  SpecialIds special() const override {
    SpecialIds ids;
    std::int64_t next = plain_size();
    ids.unknown = unknown();
    if (state_.pad) ids.pad = next++;
    if (state_.begin) ids.begin = next++;
    if (state_.end) ids.end = next++;
    return ids;
  }
  std::vector<std::int64_t> encode(std::string_view text) const override {
    if (!fitted())
      throw StateError(fmt::format("tokenizer {}: has no pieces yet; call fit with texts", Self::kName));
    check_text(Self::kName, text);
    return encode_plain(text);
  }
  std::string bytes(std::int64_t id, bool first) const override {
    check(id);
    return id < plain_size() ? plain_bytes(id, first) : "";
  }
  std::string piece(std::int64_t id) const override {
    check(id);
    if (id < plain_size()) return plain_piece(id);
    const SpecialIds ids = special();
    return id == ids.pad ? kPadPiece : id == ids.begin ? kBeginPiece : kEndPiece;
  }

  /// Registers the tokenizer; its file calls it once.
  static bool add() {
    return add_tokenizer(
        Self::kName, Self::kDescription,
        [](const Options& options) -> TokenizerRef { return std::make_shared<const Self>(State{options}); },
        [](std::string_view text) -> TokenizerRef {
          return std::make_shared<const Self>(
              options_from_file<State>(fmt::format("tokenizer {}", Self::kName), text));
        });
  }

 protected:
  /// Pieces without special ids; 0 before fit.
  virtual std::int64_t plain_size() const = 0;
  virtual std::optional<std::int64_t> unknown() const { return std::nullopt; }
  virtual std::vector<std::int64_t> encode_plain(std::string_view text) const = 0;
  virtual std::string plain_bytes(std::int64_t id, bool first) const = 0;
  virtual std::string plain_piece(std::int64_t id) const = 0;
  State state_;

 private:
  void check(std::int64_t id) const {
    if (id >= 0 && id < size()) return;
    throw IndexError(fmt::format("tokenizer {}: the id {} does not exist; expected 0 to {}", Self::kName, id,
                                 size() - 1));
  }
};

}  // namespace luge::data
