// Tokenizers: known ids, text that comes back, streams, files.
#include "luge/data/tokenizer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "luge/error.h"

namespace luge::data {
namespace {

using Ids = std::vector<std::int64_t>;

Tokenizer::Texts of(std::vector<std::string> texts) {
  return [texts = std::move(texts)](const auto& each) {
    for (const std::string& text : texts) each(text);
  };
}

// Source: the worked example of byte pair encoding in Wikipedia, with the lowest pair of the highest count.
TEST(Tokenizers, BpeOfAKnownText) {
  const TokenizerRef bpe =
      tokenizer("bpe", {{"merges", std::int64_t{3}}, {"split", "none"}})->fit(of({"aaabdaaabac"}));
  EXPECT_EQ(bpe->encode("aaabdaaabac"), (Ids{258, 100, 258, 97, 99}));
  EXPECT_EQ(bpe->size(), 259);
  EXPECT_EQ(bpe->piece(258), "aaab");
}

TEST(Tokenizers, BpeMergesRunsFromTheLeft) {
  const TokenizerRef bpe =
      tokenizer("bpe", {{"merges", std::int64_t{1}}, {"split", "none"}})->fit(of({"aaaa"}));
  EXPECT_EQ(bpe->encode("aaaaa"), (Ids{256, 256, 97}));
}

// What was counted piece by piece is what a count from the beginning gives: each merge of the training is
// found again by counting the pairs of the text that the merges before it make.
TEST(Tokenizers, BpeLearnsThePairsThatCountingFinds) {
  const std::string text = "the cat sat on the mat and the rat sat on that hat; then the cat ate the rat";
  constexpr std::int64_t kMerges = 20;
  const TokenizerRef all =
      tokenizer("bpe", {{"merges", kMerges}, {"split", "none"}})->fit(of({text}));
  for (std::int64_t k = 0; k < kMerges; ++k) {
    const TokenizerRef some = tokenizer("bpe", {{"merges", k}, {"split", "none"}})->fit(of({text}));
    const Ids ids = some->encode(text);
    std::map<std::pair<std::int64_t, std::int64_t>, int> counts;
    for (std::size_t i = 0; i + 1 < ids.size(); ++i) ++counts[{ids[i], ids[i + 1]}];
    const auto best = std::max_element(counts.begin(), counts.end(),
                                       [](const auto& a, const auto& b) { return a.second < b.second; });
    if (best->second < 2) break;
    EXPECT_EQ(all->piece(256 + k), some->piece(best->first.first) + some->piece(best->first.second)) << k;
  }
}

TEST(Tokenizers, TextComesBackAndSpecialNamesAreText) {
  const std::string text = "hello 👋 world 🌍 你好，世界 <pad><end> it's fine";
  for (const char* name : {"bpe(pad=true,end=true)", "characters(pad=true,end=true)"}) {
    const TokenizerRef made = tokenizer(name)->fit(of({text, text}));
    const Ids ids = made->encode(text);
    EXPECT_EQ(made->decode(ids), text) << name;
    EXPECT_EQ(std::count(ids.begin(), ids.end(), *made->special().end), 0) << name;
    EXPECT_EQ(*made->special().end, made->size() - 1) << name;
    EXPECT_EQ(made->bytes(*made->special().pad, true), "") << name;
    EXPECT_EQ(made->piece(*made->special().pad), "<pad>") << name;
  }
}

TEST(Tokenizers, StreamsHoldIncompleteCharacters) {
  const TokenizerRef bytes = tokenizer("bpe(merges=0)")->fit(of({"a"}));
  StreamDecoder stream(bytes);
  std::vector<std::string> parts;
  for (const std::int64_t id : bytes->encode("a👋é")) parts.push_back(stream.add(id));
  EXPECT_EQ(parts, (std::vector<std::string>{"a", "", "", "", "👋", "", "é"}));
  EXPECT_EQ(stream.finish(), "");
  stream.add(0xF0);
  EXPECT_EQ(stream.finish(), "\xEF\xBF\xBD");
}

TEST(Tokenizers, WordsAreCountedAndRare) {
  const TokenizerRef words =
      tokenizer("words(lowercase=true,min_count=2)")->fit(of({"The end, the End.", "a the, b"}));
  EXPECT_EQ(words->pieces(), (std::vector<std::string>{"<unknown>", "the", ",", "end"}));
  EXPECT_EQ(words->encode("THE a end,"), (Ids{1, 0, 3, 2}));
  EXPECT_EQ(words->decode(Ids{1, 0, 3}), "the <unknown> end");
  EXPECT_EQ(tokenizer("words(most=1)")->fit(of({"b b a a"}))->pieces().back(), "a");
}

TEST(Tokenizers, FilesGiveThemBack) {
  const std::string text = "one two, two \"three\" 三 三";
  for (const std::string& name : tokenizer_names()) {
    const TokenizerRef made = tokenizer(name, {{"begin", true}})->fit(of({text}));
    const TokenizerRef read = Tokenizer::from_json(made->to_json());
    EXPECT_EQ(read->encode(text), made->encode(text)) << name;
    EXPECT_EQ(read->pieces(), made->pieces()) << name;
    EXPECT_EQ(read->special().begin, made->special().begin) << name;
    EXPECT_THROW(made->piece(made->size()), IndexError) << name;
    EXPECT_THROW(tokenizer(name)->encode(text), StateError) << name;
  }
}

TEST(BadInput, C90_TokenizersRefuseBrokenText) {
  for (const std::string& name : tokenizer_names()) {
    EXPECT_THROW(tokenizer(name)->fit(of({"ok", "bad \xFF"})), FormatError) << name;
    EXPECT_THROW(tokenizer(name)->fit(of({""})), ValueError) << name;
    EXPECT_THROW(tokenizer(name)->fit(of({"ok"}))->encode("\xC3"), FormatError) << name;
  }
}

TEST(BadInput, C90_TokenizersRefuseDamagedFiles) {
  EXPECT_THROW(Tokenizer::from_json("{"), FormatError);
  EXPECT_THROW(Tokenizer::from_json(R"({"name":"none","state":"{}"})"), FormatError);
  for (const char* pairs : {"[97]", "[97,256]", "[97,-1]", "[97,98,97,98]"}) {
    const std::string file =
        std::string(R"({"name":"bpe","state":"{\"learned\":true,\"pairs\":)") + pairs + "}\"}";
    EXPECT_THROW(Tokenizer::from_json(file), FormatError) << pairs;
  }
  EXPECT_THROW(Tokenizer::from_json(R"({"name":"words","state":"{\"words\":[\"a\",\"a\"]}"})"), FormatError);
}

}  // namespace
}  // namespace luge::data
