// What the networks that classify texts share.
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <functional>
#include <utility>

#include "models/layers.h"

namespace luge::models {

/// The options that all of them have.
struct VocabularyOptions {
  std::int64_t vocabulary = 20000;
  std::int64_t embedding = 128;
  static void common(auto& self, auto&& field) {
    field("vocabulary", self.vocabulary, "ids of tokens; ids that no training text has stay unused", count(),
          options::elsewhere({"num_embeddings", "vocab_size", "input_dim"}));
    field("embedding", self.embedding, "width of the vector of a token", count(),
          options::elsewhere({"embedding_dim", "output_dim"}));
  }
};

/// The entry of a network, whose words are the most frequent ones that its vocabulary has room for.
inline Entry text_classifier(const VocabularyOptions& o, std::function<nn::Model(std::int64_t)> make) {
  const std::int64_t words = o.vocabulary > 1 ? o.vocabulary - 1 : 1;  // id 0 is the unknown one
  return {.input = Shape{32},
          .outputs = 2,
          .defaults = {.data = "",
                       .task = "text-classification",
                       .loss = "softmax-cross-entropy",
                       .optimizer = "adam",
                       .learning_rate = 1e-3,
                       .batch = 50,
                       .epochs = 6,
                       .metrics = {"accuracy"},
                       .task_options = {{"tokenizer", fmt::format("words(lowercase=true,most={})", words)}}},
          .make = std::move(make),
          .dtype = i64};
}

}  // namespace luge::models
