// characters: one id for each character.
#include <algorithm>
#include <set>
#include <unordered_map>

#include "data/tokenizers/members.h"

namespace luge::data {
namespace {

struct PlainCharacters : SpecialOptions {
  static void fields(auto& self, auto&& field) { common(self, field); }
};
struct KnownCharacters : PlainCharacters {
  std::string characters = {};  // in the order of their ids, from 1
  static void fields(auto& self, auto&& field) {
    common(self, field);
    field("characters", self.characters, "the vocabulary");
  }
};

class CharacterTokenizer final
    : public TokenizerWith<CharacterTokenizer, PlainCharacters, KnownCharacters> {
 public:
  static constexpr const char *kName = "characters",
                              *kDescription = "one id for each character of the training data";
  explicit CharacterTokenizer(KnownCharacters state) : TokenizerWith(std::move(state)) {
    check_text("tokenizer characters: the vocabulary", state_.characters);
    points_ = code_points(state_.characters);
    for (std::size_t k = 0; k < points_.size(); ++k) {
      if (!ids_.emplace(points_[k], static_cast<std::int64_t>(k) + 1).second)
        throw FormatError("tokenizer characters: a character is in the vocabulary twice");
    }
  }
  TokenizerRef fit(const Texts& texts) const override {
    std::set<std::uint32_t> seen;
    texts([&](std::string_view text) {
      check_text(kName, text);
      for (const std::uint32_t point : code_points(text)) seen.insert(point);
    });
    if (seen.empty()) throw ValueError("tokenizer characters: the texts have no characters to learn");
    KnownCharacters fitted = state_;
    fitted.characters.clear();
    for (const std::uint32_t point : seen) append_utf8(fitted.characters, point);
    return std::make_shared<const CharacterTokenizer>(std::move(fitted));
  }

 protected:
  std::int64_t plain_size() const override {
    return points_.empty() ? 0 : static_cast<std::int64_t>(points_.size()) + 1;
  }
  std::optional<std::int64_t> unknown() const override { return 0; }
  std::vector<std::int64_t> encode_plain(std::string_view text) const override {
    std::vector<std::int64_t> ids;
    for (const std::uint32_t point : code_points(text)) {
      const auto found = ids_.find(point);
      ids.push_back(found == ids_.end() ? 0 : found->second);
    }
    return ids;
  }
  std::string plain_bytes(std::int64_t id, bool) const override {
    std::string text;
    append_utf8(text, id == 0 ? 0xFFFD : points_[static_cast<std::size_t>(id - 1)]);
    return text;
  }
  std::string plain_piece(std::int64_t id) const override {
    return id == 0 ? kUnknownPiece : plain_bytes(id, false);
  }

 private:
  std::vector<std::uint32_t> points_;
  std::unordered_map<std::uint32_t, std::int64_t> ids_;
};

const bool added_characters_of_text = CharacterTokenizer::add();

}  // namespace
}  // namespace luge::data
