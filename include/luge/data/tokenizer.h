// Tokenizers: text as ids, and ids as text.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "luge/options.h"

namespace luge::data {

/// The ids that stand for no text. They come after those of the pieces, so that they change none of them.
struct SpecialIds {
  std::optional<std::int64_t> unknown;  ///< what the vocabulary does not have
  std::optional<std::int64_t> pad;      ///< no token
  std::optional<std::int64_t> begin;    ///< the beginning of a text
  std::optional<std::int64_t> end;      ///< the end of a text
};

/// Makes ids of text. A tokenizer learns its pieces from texts once, and never changes afterwards. Text never
/// becomes a special id, whatever it says: "<end>" is five characters.
///
///     auto bpe = data::tokenizer("bpe", {{"merges", 1000}})->fit(texts);
///     std::string same = bpe->decode(bpe->encode("the same"));
class Tokenizer {
 public:
  /// Calls its argument with each text of the training data.
  using Texts = std::function<void(const std::function<void(std::string_view text)>& each)>;

  virtual ~Tokenizer() = default;
  /// Returns the name that the tokenizer is registered with, such as "bpe".
  virtual std::string name() const = 0;
  /// Returns the tokenizer with pieces learned from texts. Throws ValueError when there is nothing to learn
  /// from, and FormatError for text that is not UTF-8.
  virtual std::shared_ptr<const Tokenizer> fit(const Texts& texts) const = 0;
  /// Returns true when there are pieces.
  virtual bool fitted() const = 0;
  /// Returns the number of ids, special ones included.
  virtual std::int64_t size() const = 0;
  /// Returns the special ids.
  virtual SpecialIds special() const = 0;
  /// Returns the ids of a text, without begin and end. Throws StateError before fit, and FormatError for text
  /// that is not UTF-8.
  virtual std::vector<std::int64_t> encode(std::string_view text) const = 0;
  /// Returns the bytes that an id adds to a text, in which it is the first or not; none for a special id.
  /// The bytes of one id need not be whole characters. Throws IndexError for an id that does not exist.
  virtual std::string bytes(std::int64_t id, bool first) const = 0;
  /// Returns what an id is called in tables, such as "the" or "<pad>".
  virtual std::string piece(std::int64_t id) const = 0;
  /// Returns the options and the pieces as the text of a JSON object.
  virtual std::string state() const = 0;

  /// Returns the text of ids; U+FFFD is where their bytes are not UTF-8.
  std::string decode(std::span<const std::int64_t> ids) const;
  /// Returns the names of all ids.
  std::vector<std::string> pieces() const;
  /// Returns name and state as the text of a JSON object, for files.
  std::string to_json() const;
  /// Reads what to_json returned. Throws FormatError when it is damaged or the tokenizer is not registered.
  static std::shared_ptr<const Tokenizer> from_json(std::string_view text);
};

/// A tokenizer as others hold it.
using TokenizerRef = std::shared_ptr<const Tokenizer>;

/// Returns the text of ids one after the other; characters whose bytes are not all there yet wait.
class StreamDecoder {
 public:
  /// Makes one that has seen no id.
  explicit StreamDecoder(TokenizerRef tokenizer) : tokenizer_(std::move(tokenizer)) {}
  /// Returns the whole characters that are known with this id. Throws IndexError as Tokenizer::bytes does.
  std::string add(std::int64_t id);
  /// Returns what waits, with U+FFFD for bytes that never became a character.
  std::string finish();

 private:
  TokenizerRef tokenizer_;
  std::string waiting_;
  bool first_ = true;
};

/// Registers a tokenizer: `make` makes one without pieces, and `read` reads what Tokenizer::state returned.
/// Returns false when the name is taken.
bool add_tokenizer(const std::string& name, const std::string& description,
                   options::Maker<TokenizerRef> make,
                   std::function<TokenizerRef(std::string_view state)> read);
/// Returns the tokenizer that a text such as "bpe(merges=500)" describes, without pieces. Throws ValueError
/// for a name that is not known, and OptionError.
TokenizerRef tokenizer(const std::string& text, const options::Values& values = {});
/// Returns the names of the tokenizers, sorted.
std::vector<std::string> tokenizer_names();

}  // namespace luge::data
