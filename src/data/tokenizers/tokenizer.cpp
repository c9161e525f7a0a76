#include "luge/data/tokenizer.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <map>

#include "core/options_file.h"
#include "core/registry.h"
#include "core/utf8.h"
#include "luge/error.h"

namespace luge::data {
namespace {

Registry<TokenizerRef>& known_tokenizers() {
  static auto& registry = *new Registry<TokenizerRef>({.one = "tokenizer", .many = "tokenizers"});
  return registry;
}

using ReadState = std::function<TokenizerRef(std::string_view state)>;
std::map<std::string, ReadState>& state_readers() {
  static auto& readers = *new std::map<std::string, ReadState>;
  return readers;
}

struct TokenizerFile {
  std::string name, state;
  static void fields(auto& self, auto&& field) {
    field("name", self.name, "the tokenizer");
    field("state", self.state, "its options and pieces");
  }
};

// The bytes at the end that may be the beginning of one character.
std::size_t incomplete_bytes(std::string_view text) {
  for (std::size_t back = 1; back <= std::min<std::size_t>(3, text.size()); ++back) {
    const auto byte = static_cast<unsigned char>(text[text.size() - back]);
    if ((byte & 0xC0) == 0x80) continue;
    const std::size_t needed = byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : byte >= 0xC0 ? 2 : 1;
    return needed > back ? back : 0;
  }
  return 0;
}

}  // namespace

std::string Tokenizer::decode(std::span<const std::int64_t> ids) const {
  std::string text;
  for (std::size_t k = 0; k < ids.size(); ++k) text += bytes(ids[k], text.empty());
  return valid_utf8(text);
}

std::vector<std::string> Tokenizer::pieces() const {
  std::vector<std::string> all;
  for (std::int64_t id = 0; id < size(); ++id) all.push_back(piece(id));
  return all;
}

std::string Tokenizer::to_json() const {
  return options::to_json(options::get(TokenizerFile{name(), state()}));
}

TokenizerRef Tokenizer::from_json(std::string_view text) {
  const auto file = options_from_file<TokenizerFile>("tokenizer", text);
  const auto found = state_readers().find(file.name);
  if (found == state_readers().end())
    throw FormatError(fmt::format("tokenizer: '{}' is not known; expected one of {}", valid_utf8(file.name),
                                  fmt::join(tokenizer_names(), ", ")));
  return found->second(file.state);
}

std::string StreamDecoder::add(std::int64_t id) {
  const std::string more = tokenizer_->bytes(id, first_);
  first_ = first_ && more.empty();
  waiting_ += more;
  const std::size_t whole = waiting_.size() - incomplete_bytes(waiting_);
  std::string text = valid_utf8(std::string_view(waiting_).substr(0, whole));
  waiting_.erase(0, whole);
  return text;
}

std::string StreamDecoder::finish() {
  std::string text = valid_utf8(waiting_);
  waiting_.clear();
  return text;
}

bool add_tokenizer(const std::string& name, const std::string& description,
                   options::Maker<TokenizerRef> make, ReadState read) {
  if (!known_tokenizers().add(name, description, std::move(make))) return false;
  return state_readers().emplace(name, std::move(read)).second;
}

TokenizerRef tokenizer(const std::string& text, const options::Values& values) {
  return known_tokenizers().make(text, values);
}

std::vector<std::string> tokenizer_names() { return known_tokenizers().names(); }

}  // namespace luge::data
