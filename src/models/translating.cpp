#include "models/translating.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "luge/error.h"

namespace luge::models {

std::vector<std::string> translating_inputs() {
  return {"input", "input.length", "previous", "previous.length"};
}

void check_translating_inputs(const Tensors& in) {
  const std::vector<std::string> names = translating_inputs();
  if (in.size() != names.size())
    throw ShapeError(
        fmt::format("got {} inputs; expected {}: {}", in.size(), names.size(), fmt::join(names, ", ")));
}

Entry translating_entry(const TranslatingOptions& options, double learning_rate,
                        std::function<nn::Model(std::int64_t outputs)> make) {
  return {.input = Shape{options.length},
          .outputs = 4000,
          .defaults = {.data = "",
                       .task = "translation",
                       .loss = "softmax-cross-entropy",
                       .optimizer = "adam",
                       .learning_rate = learning_rate,
                       .batch = 64,
                       .epochs = 10,
                       .metrics = {"accuracy", "perplexity"},
                       .task_options = {{"length", std::to_string(options.length)},
                                        {"source_vocabulary", std::to_string(options.source_vocabulary)}},
                       .settings = {{"loss.label_smoothing", "0.1"},
                                    {"train.clip_norm", "1"},
                                    {"data.similar", "input"},
                                    {"schedule.name", "cosine"},
                                    {"schedule.warmup_ratio", "0.05"}}},
          .make = std::move(make),
          .dtype = i64};
}

}  // namespace luge::models
