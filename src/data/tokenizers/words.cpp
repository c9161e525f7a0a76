// words: one id for each word. Punctuation marks of ASCII are words of their own.
#include <algorithm>
#include <map>
#include <unordered_map>

#include "data/tokenizers/members.h"

namespace luge::data {
namespace {

struct WordOptions : SpecialOptions {
  bool lowercase = false;
  std::int64_t most = 0, min_count = 1;
  static void fields(auto& self, auto&& field) {
    field("lowercase", self.lowercase, "A to Z are read as a to z");
    field("most", self.most, "the number of words that are kept, the most frequent ones; 0: all",
          options::at_least(0), options::elsewhere({"max_features", "vocab_size"}));
    field("min_count", self.min_count, "how often a word must be in the training data",
          options::at_least(1), options::elsewhere({"min_freq", "min_frequency"}));
    common(self, field);
  }
};
struct KnownWords : WordOptions {
  std::vector<std::string> words = {};  // in the order of their ids, from 1
  static void fields(auto& self, auto&& field) {
    WordOptions::fields(self, field);
    field("words", self.words, "the vocabulary");
  }
};

bool is_blank(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
bool is_mark(char c) { return c > ' ' && c < 127 && !std::isalnum(static_cast<unsigned char>(c)) && c != '\''; }

// Calls `each` with every word of a text.
void words_of(std::string_view text, bool lowercase, auto&& each) {
  std::string word;
  const auto end = [&] {
    if (!word.empty()) each(word);
    word.clear();
  };
  for (const char c : text) {
    if (is_blank(c) || is_mark(c)) end();
    if (is_blank(c)) continue;
    word += lowercase && c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    if (is_mark(c)) end();
  }
  end();
}

class WordTokenizer final : public TokenizerWith<WordTokenizer, WordOptions, KnownWords> {
 public:
  static constexpr const char *kName = "words",
                              *kDescription = "one id for each word and punctuation mark, the frequent first";
  explicit WordTokenizer(KnownWords state) : TokenizerWith(std::move(state)) {
    for (std::size_t k = 0; k < state_.words.size(); ++k) {
      check_text("tokenizer words: the vocabulary", state_.words[k]);
      if (!ids_.emplace(state_.words[k], static_cast<std::int64_t>(k) + 1).second)
        throw FormatError(
            fmt::format("tokenizer words: '{}' is in the vocabulary twice", state_.words[k]));
    }
  }
  TokenizerRef fit(const Texts& texts) const override {
    std::map<std::string, std::int64_t> counts;
    texts([&](std::string_view text) {
      check_text(kName, text);
      words_of(text, state_.lowercase, [&](const std::string& word) { ++counts[word]; });
    });
    std::vector<std::pair<std::string, std::int64_t>> order(counts.begin(), counts.end());
    std::erase_if(order, [&](const auto& word) { return word.second < state_.min_count; });
    if (order.empty())
      throw ValueError(fmt::format("tokenizer words: no word is in the texts {} times (min_count)",
                                   state_.min_count));
    std::stable_sort(order.begin(), order.end(),
                     [](const auto& a, const auto& b) { return a.second > b.second; });
    if (state_.most > 0 && order.size() > static_cast<std::size_t>(state_.most))
      order.resize(static_cast<std::size_t>(state_.most));
    KnownWords fitted = state_;
    fitted.words.clear();
    for (auto& [word, count] : order) fitted.words.push_back(word);
    return std::make_shared<const WordTokenizer>(std::move(fitted));
  }

 protected:
  std::int64_t plain_size() const override {
    return state_.words.empty() ? 0 : static_cast<std::int64_t>(state_.words.size()) + 1;
  }
  std::optional<std::int64_t> unknown() const override { return 0; }
  std::vector<std::int64_t> encode_plain(std::string_view text) const override {
    std::vector<std::int64_t> ids;
    words_of(text, state_.lowercase, [&](const std::string& word) {
      const auto found = ids_.find(word);
      ids.push_back(found == ids_.end() ? 0 : found->second);
    });
    return ids;
  }
  std::string plain_bytes(std::int64_t id, bool first) const override {
    return (first ? "" : " ") + plain_piece(id);
  }
  std::string plain_piece(std::int64_t id) const override {
    return id == 0 ? kUnknownPiece : state_.words[static_cast<std::size_t>(id - 1)];
  }

 private:
  std::unordered_map<std::string, std::int64_t> ids_;
};

const bool added_words = WordTokenizer::add();

}  // namespace
}  // namespace luge::data
