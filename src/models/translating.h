// What networks that translate share: inputs, options, and how they are trained.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "luge/models/gallery.h"
#include "models/layers.h"

namespace luge::models {

/// The options of all of them.
struct TranslatingOptions {
  std::int64_t source_vocabulary = 6000;
  std::int64_t length = 64;
  static void common(auto& self, auto&& field) {
    field("source_vocabulary", self.source_vocabulary, "the most different tokens that are read",
          options::at_least(4));
    field("length", self.length, "the most tokens of a training text; longer ones are cut", count(),
          options::elsewhere({"max_length", "block_size", "context"}));
  }
};

/// Ids that are read, those that come before each id that is written, and how many of each row are not
/// padding.
std::vector<std::string> translating_inputs();
/// Throws ShapeError for another number of inputs.
void check_translating_inputs(const Tensors& in);
/// The entry of a network that translates.
Entry translating_entry(const TranslatingOptions& options, double learning_rate,
                        std::function<nn::Model(std::int64_t outputs)> make);

}  // namespace luge::models
