// generate: text from a network that predicts the next character.
#include <fmt/format.h>

#include "core/utf8.h"
#include "luge/compile.h"
#include "luge/error.h"
#include "luge/nn/observe.h"
#include "luge/ops/math.h"
#include "luge/tasks/next_token.h"
#include "tasks/sampling.h"

namespace luge::tasks {
namespace {

SamplingOptions sampling_of(const GenerateOptions& options) {
  return {.temperature = options.temperature,
          .top_k = options.top_k,
          .top_p = options.top_p,
          .seed = options.seed};
}

void check(std::string_view prompt, const GenerateOptions& options) {
  const auto refuse = [](const std::string& what) { throw ValueError("generate: " + what); };
  if (prompt.empty()) refuse("the prompt is empty; expected at least one character");
  if (options.count < 0) refuse(fmt::format("count is {}; expected 0 or more", options.count));
  check_sampling("generate", sampling_of(options));
  const std::size_t bad = first_invalid_utf8(prompt);
  if (bad != std::string_view::npos)
    throw FormatError(fmt::format("generate: the byte at offset {} of the prompt is not UTF-8", bad));
}

// The last `count` characters of a text.
std::string_view tail(std::string_view text, std::int64_t count) {
  std::size_t at = text.size();
  while (at > 0 && count > 0) {
    --at;
    if ((static_cast<unsigned char>(text[at]) & 0xC0) != 0x80) --count;
  }
  return text.substr(at);
}

}  // namespace

std::string generate(const nn::Module& net, const data::Recipe& recipe, std::string_view prompt,
                     const GenerateOptions& options) {
  check(prompt, options);
  const std::vector<std::string>& names = net.metadata().classes;
  const nn::ModeScope mode(net, false);
  const auto forward = compile([&](const Tensor& ids) { return cast(net(ids), f32); });
  Sampler sampler(sampling_of(options));
  std::string text(prompt);
  std::int64_t length = static_cast<std::int64_t>(prompt.size());
  for (std::int64_t k = 0; k < options.count; ++k) {
    const data::Record record = recipe.prediction({{"text", data::HostArray::of_text(tail(text, length))}});
    const auto ids = record[data::kInput].as<std::int64_t>();
    length = static_cast<std::int64_t>(ids.size());
    const std::int64_t used = record[data::kPromptLength].as<std::int64_t>()[0];
    const Tensor logits = forward(tensor(std::vector<std::int64_t>(ids.begin(), ids.end()), {1, length}));
    if (logits.shape() != Shape{1, length, static_cast<std::int64_t>(names.size())} || names.size() < 2) {
      throw ShapeError(
          fmt::format("generate: the output is {}; expected [1,{},{}], a logit for each of the ids "
                      "that the metadata name",
                      logits.shape().to_string(), length, names.size()));
    }
    const std::vector<float> values = logits.to_vector<float>();
    const std::size_t from = static_cast<std::size_t>(used - 1) * names.size();
    // Id 0 is what the vocabulary does not have and is never drawn.
    const std::string& next = names[1 + sampler.draw(std::span(values).subspan(from + 1, names.size() - 1))];
    text += next;
    if (options.tell) options.tell(next);
  }
  return text.substr(prompt.size());
}

}  // namespace luge::tasks
