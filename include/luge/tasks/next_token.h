// Text from networks that predict the next character.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "luge/data/recipe.h"
#include "luge/nn/module.h"
#include "luge/train/task.h"

namespace luge::tasks {

/// Options of generate.
struct GenerateOptions {
  std::int64_t count = 200;  ///< the number of characters
  /// How much chance there is: logits are divided by it. 0: always the most likely character.
  double temperature = 1;
  /// Only this many most likely characters are drawn from, and those that are as likely as the last of them;
  /// 0: all.
  std::int64_t top_k = 0;
  /// Only the most likely characters are drawn from whose probabilities together reach this, and those that
  /// are as likely as the last of them; 1: all. Source: Holtzman et al. 2020, nucleus sampling.
  double top_p = 1;
  std::uint64_t seed = 0;                           ///< the same seed gives the same text
  std::function<void(std::string_view)> tell = {};  ///< is told each character as soon as it is there
};

/// Options of Generator.
struct GeneratorOptions {
  /// Keep what the network has computed of earlier characters, where it can be read in steps. Without it, all
  /// that the network sees is read again for each character, with equal results up to rounding.
  bool cached = true;
};

/// Writes text with a network of the task next-token, character by character.
///
/// Recurrent layers keep their state from the first character on. Attention keeps keys and values of at most
/// as many characters as the network was trained with; when they are full, the later half of these characters
/// is read again and the text goes on from there. Of a longer prompt it sees the last characters.
class Generator {
 public:
  /// `recipe` is the one that the network was trained with (tasks::of), and `metadata.classes` of the network
  /// name its ids. The network must live as long as the Generator. Throws ValueError for a recipe that does
  /// not make ids of text.
  Generator(const nn::Module& net, const data::Recipe& recipe, const GeneratorOptions& options = {});
  ~Generator();
  Generator(Generator&&) noexcept;
  Generator& operator=(Generator&&) noexcept;

  /// Returns true when the network is read in steps: the work for a character does not grow with the text.
  bool cached() const;
  /// Returns the ids of a text. Throws ValueError for an empty text, and FormatError for one that is not
  /// UTF-8.
  std::vector<std::int64_t> encode(std::string_view text) const;
  /// Forgets what was read.
  void reset();
  /// Reads ids after those that were read before, and returns a logit for each id that may come next. Throws
  /// ValueError for no ids, IndexError for one that the network does not have, and ShapeError when its
  /// outputs are not [1,length,ids].
  std::vector<float> read(std::span<const std::int64_t> ids);
  /// Forgets what was read, and returns a continuation of a text. Throws as encode and read, and ValueError
  /// for an option that is out of range.
  std::string generate(std::string_view prompt, const GenerateOptions& options = {});

 private:
  class Reader;
  std::unique_ptr<Reader> reader_;
};

/// Does what Generator::generate does, once.
///
///     auto net = nn::load("shakespeare.safetensors");
///     std::cout << tasks::generate(net, tasks::of(net.metadata()).recipe, "ROMEO:", {.seed = 1});
std::string generate(const nn::Module& net, const data::Recipe& recipe, std::string_view prompt,
                     const GenerateOptions& options = {});

/// Whether this is the task next-token, whose networks generate continues texts with.
bool continues_text(const train::Task& task);

}  // namespace luge::tasks
