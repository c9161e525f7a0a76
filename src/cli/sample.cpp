// luge sample: texts from a network that predicts the next character.
#include <fmt/format.h>

#include <cstdio>
#include <nlohmann/json.hpp>

#include "cli/command.h"
#include "cli/interrupt.h"
#include "cli/model_path.h"
#include "cli/output.h"
#include "experiment/learned.h"
#include "experiment/option_keys.h"
#include "experiment/task.h"
#include "luge/data/unknown_text.h"
#include "luge/error.h"
#include "luge/io/model_file.h"
#include "luge/tasks/next_token.h"

namespace luge::cli {
namespace {

using Json = nlohmann::ordered_json;

struct SampleTextOptions {
  static constexpr const char* table = "";
  std::string prompt = "\n";
  std::int64_t count = 500, samples = 1, top_k = 0, seed = 0;
  double temperature = 1, top_p = 1;
  static void fields(auto& self, auto&& field) {
    using namespace options;
    field("prompt", self.prompt, "the text that is gone on with (default: a new line)",
          elsewhere({"start", "text", "prime"}));
    field("count", self.count, "the number of characters of a sample", at_least(1),
          elsewhere({"max_new_tokens", "max_tokens", "n_predict"}));
    field("samples", self.samples, "the number of texts; each has a seed of its own, seed, seed + 1 …",
          at_least(1), elsewhere({"num_samples", "n"}));
    field("temperature", self.temperature,
          "how much chance there is: logits are divided by it; 0: always the likeliest character",
          at_least(0), elsewhere({"temp"}));
    field("top_k", self.top_k,
          "draw from this many likeliest characters, and from those as likely as the last of them; 0: all",
          at_least(0));
    field("top_p", self.top_p,
          "draw from the likeliest characters that together have this probability; 1: all",
          above(0).at_most(1), elsewhere({"nucleus"}));
    field("seed", self.seed, "the same seed gives the same text", at_least(0));
  }
};

tasks::GenerateOptions generating(const SampleTextOptions& options, std::int64_t sample) {
  return {.count = options.count,
          .temperature = options.temperature,
          .top_k = options.top_k,
          .top_p = options.top_p,
          .seed = static_cast<std::uint64_t>(options.seed + sample)};
}

// Text of a network is shown as it comes, with marks for what would control a terminal.
void show(std::string_view text) {
  std::string line;
  for (const char c : text) line += c == '\n' || c == '\t' || static_cast<unsigned char>(c) >= ' ' ? c : '?';
  std::fwrite(line.data(), 1, line.size(), stdout);
  std::fflush(stdout);
}

int sample(const Arguments& arguments) {
  watch_signals();
  const auto options = experiment::read<SampleTextOptions>(arguments);
  const std::string path = model_path(arguments).file.string();
  const nn::Loaded net = io::read_model(path).net;
  const nn::Metadata& metadata = net.metadata();
  const tasks::Learned learned = experiment::learned(metadata);
  if (!learned.task || !tasks::continues_text(*learned.task)) {
    throw experiment::SettingError(fmt::format(
        "{}: has learned {}, which continues no text; luge predict says what such a network tells", path,
        metadata.task.empty() ? "no task" : "task=" + metadata.task));
  }
  data::UnknownText unknown;
  data::add_unknown(learned.recipe, {{"text", data::HostArray::of_text(options.prompt)}}, unknown);
  if (unknown.unknown > 0) tell_aside("luge: prompt: {}\n", unknown.to_string());
  tasks::Generator generator(net, learned.recipe);
  Json list = Json::array();
  for (std::int64_t k = 0; k < options.samples; ++k) {
    tasks::GenerateOptions how = generating(options, k);
    how.tell = [&](std::string_view text) {
      stop_if_asked();
      if (!arguments.json()) show(text);
    };
    if (!arguments.json()) {
      if (options.samples > 1) fmt::print("{}--- seed {}\n", k > 0 ? "\n" : "", how.seed);
      show(options.prompt);
    }
    const std::string text = generator.generate(options.prompt, how);
    list.push_back({{"prompt", options.prompt}, {"text", text}, {"seed", how.seed}});
    if (!arguments.json()) fmt::print("\n");
  }
  if (arguments.json()) print_json(list);
  return 0;
}

std::vector<Key> keys() {
  return experiment::joined(model_file_keys(), experiment::keys_of<SampleTextOptions>());
}

const Registration registration_sample({"sample",
                                        "texts from a network that has learned what comes next",
                                        {"sample run=last prompt=ROMEO: [count=500 temperature=0.8 seed=1]",
                                         "sample model=FILE prompt=TEXT samples=3 top_k=20 top_p=0.9"},
                                        keys,
                                        0,
                                        sample});

}  // namespace
}  // namespace luge::cli
