// Text from networks that predict the next character.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

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

/// Returns a continuation of a text, character by character, from a network of the task next-token. `recipe`
/// is the one that it was trained with (tasks::of), and `metadata.classes` of the network name its ids.
/// Throws ValueError for an empty prompt and for an option that is out of range, FormatError for a prompt
/// that is not UTF-8, and ShapeError when the outputs are not [1,length,ids].
///
///     auto net = nn::load("shakespeare.safetensors");
///     std::cout << tasks::generate(net, tasks::of(net.metadata()).recipe, "ROMEO:", {.seed = 1});
std::string generate(const nn::Module& net, const data::Recipe& recipe, std::string_view prompt,
                     const GenerateOptions& options = {});

/// Whether this is the task next-token, whose networks generate continues texts with.
bool continues_text(const train::Task& task);

}  // namespace luge::tasks
