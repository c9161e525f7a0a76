// Readers are strangers whose English is a second language. Comments, errors, help and pages use the usual
// words, in American spelling.
#include <gtest/gtest.h>

#include <cctype>
#include <regex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "support/source_tree.h"

namespace luge {
namespace {

using testing::SourceFile;

std::string lower(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

bool is_letter(char c) { return std::isalpha(static_cast<unsigned char>(c)) || c == '_'; }

// What a line of C++ says to a reader: its comment and its string literals.
std::string said(const std::string& line) {
  std::string text;
  bool quoted = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (!quoted && line.compare(i, 2, "//") == 0) return text + line.substr(i);
    const bool quote = line[i] == '"' && (i == 0 || (line[i - 1] != '\\' && line[i - 1] != '\''));
    if (quote) {
      quoted = !quoted;
      text += ' ';
    } else if (quoted) {
      text += line[i];
    }
  }
  return text;
}

// True when the phrase is in the text as whole words; both are in lower case.
bool says(const std::string& text, const std::string& phrase) {
  for (auto at = text.find(phrase); at != std::string::npos; at = text.find(phrase, at + 1)) {
    const std::size_t end = at + phrase.size();
    if ((at == 0 || !is_letter(text[at - 1])) && (end == text.size() || !is_letter(text[end]))) return true;
  }
  return false;
}

// "in place" and "last place" are terms of the field.
std::string without_terms(std::string text) {
  for (const std::string_view term : {"in place", "in_place", "in-place", "last place"}) {
    for (auto at = text.find(term); at != std::string::npos; at = text.find(term))
      text.erase(at, term.size());
  }
  return text;
}

// Words and phrases that must be read twice, and what to write instead.
const std::vector<std::pair<std::string, std::string>> kUnusual = {
    {"behind", "after"},
    {"beside", "next to, besides, with"},
    {"stands", "is"},
    {"stood", "was"},
    {"let go", "released"},
    {"lets go", "releases"},
    {"letting go", "releasing"},
    {"nobody", "nothing, no one"},
    {"somebody", "something, someone"},
    {"whoever", "code that, the one that"},
    {"anew", "again"},
    {"at hand", "present"},
    {"one's own", "your own"},
    {"so many", "this number of"},
    {"unless told", "unless ... is set"},
    {"when told", "when ... is set"},
    {"if need be", "if necessary"},
    {"in the making", "not computed yet"},
    {"be it", "even"},
    {"what becomes of", "what happens to"},
    {"what it is given", "its input"},
    {"by turns", "in alternation"},
    {"for ever", "without end"},
    {"place", "position, index, element, file"},
    {"places", "positions, indices, elements"},
    {"is no key", "is not a key"},
    {"is no number", "is not a number"},
};

const std::vector<std::pair<std::string, std::string>> kUnusualInHeaders = {
    {"as many", "this number of"},
};

TEST(Words, AreTheUsualOnes) {
  const auto files = testing::source_files({"include", "src", "docs", "README.md", "CONTRIBUTING.md"});
  ASSERT_GT(files.size(), 400u);
  for (const SourceFile& file : files) {
    const bool code = file.path.ends_with(".h") || file.path.ends_with(".cpp");
    if (!code && !file.path.ends_with(".md")) continue;
    for (std::size_t i = 0; i < file.lines.size(); ++i) {
      const std::string text = without_terms(lower(code ? said(file.lines[i]) : file.lines[i]));
      for (const auto& [phrase, instead] : kUnusual) {
        EXPECT_FALSE(says(text, phrase)) << file.path << ":" << i + 1 << " says '" << phrase
                                         << "' (write: " << instead << ") in: " << file.lines[i];
      }
    }
  }
}

// Stems, for all forms of the word.
const std::vector<std::string> kBritish = {
    "normalis",  "optimis",    "initialis",   "specialis", "materialis", "serialis", "organis",
    "recognis",  "standardis", "vectoris",    "minimis",   "maximis",    "summaris", "utilis",
    "quantis",   "regularis",  "parallelise", "generalis", "tokenis",    "penalis",  "randomis",
    "neighbour", "colour",     "behaviour",   "favour",    "honour",     "flavour",  "centre",
    "centring",  "metre",      "fibre",       "labelled",  "labelling",  "modelled", "modelling",
    "travelled", "cancelled",  "cancelling",  "signalled", "analyse ",   "analysed", "catalogue",
    "offence",   "defence",    "licence",     "judgement", "artefact",   "whilst",   "grey"};

// Without words that are a whole literal: the command also takes the British form of some keys and values.
std::string without_aliases(const std::string& line) {
  static const std::regex alias("\"[a-z.]+\"");
  return std::regex_replace(line, alias, "");
}

TEST(Words, AreSpelledInAmericanEnglish) {
  for (const SourceFile& file :
       testing::source_files({"include", "src", "tests", "tools", "examples", "bench", "docs", "cmake",
                              "CMakeLists.txt", "README.md", "CONTRIBUTING.md", "CHANGELOG.md"})) {
    const bool data = file.path.ends_with(".safetensors") || file.path.ends_with(".bin");
    if (data || file.path.ends_with("words_test.cpp")) continue;
    const bool command = file.path.starts_with("src/cli/") || file.path.starts_with("src/experiment/") ||
                         file.path.starts_with("tests/experiment/");
    for (std::size_t i = 0; i < file.lines.size(); ++i) {
      const std::string text = lower(command ? without_aliases(file.lines[i]) : file.lines[i]);
      for (const std::string& stem : kBritish) {
        EXPECT_EQ(text.find(stem), std::string::npos)
            << file.path << ":" << i + 1 << " has the British '" << stem << "' in: " << file.lines[i];
      }
    }
  }
}

TEST(Words, TheCheckNoticesWhatIsUnusual) {
  EXPECT_TRUE(says(lower(said("int x;  // Behind it")), "behind"));
  EXPECT_TRUE(says(lower(said("fail(\"a label stands there\");")), "stands"));
  EXPECT_FALSE(says(lower(said("int behind = 1;")), "behind"));
  EXPECT_FALSE(says("besides, understands", "beside"));
  EXPECT_FALSE(says("besides, understands", "stands"));
}

}  // namespace
}  // namespace luge
