#include "experiment/judged.h"

#include <chrono>

#include "experiment/measure.h"
#include "experiment/runs.h"
#include "luge/io/model_file.h"

namespace luge::experiment {
namespace {

constexpr std::int64_t kMostTrainingSamples = 10'000;

}  // namespace

Judged judge(const std::filesystem::path& run, const Parts& parts, const Parts& raw, double seconds) {
  using Clock = std::chrono::steady_clock;
  const std::string file = model_file(run.string()).file.string();
  const bool held_back = parts.valid.size() > 0;
  const data::Dataset all = held_back ? parts.valid : parts.fit.take(kMostTrainingSamples);
  Judged judged{.split = held_back ? "validation" : "training",
                .samples = all,
                .raw = std::nullopt,
                .whole = held_back ? parts.valid.size() : parts.fit.size(),
                .net = io::read_model(file).net,
                .checkpoint = train::checkpoint_info(file),
                .answers = {}};
  const nn::Metadata& metadata = judged.net.metadata();
  judged.numbers = tells_numbers(metadata, all);
  judged.classes = !judged.numbers && tells_classes(metadata, all);
  if (!judged.numbers && !judged.classes) return judged;
  const Clock::time_point end =
      Clock::now() + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
  judged.answers = answer_while(judged.net, all, [&] { return Clock::now() < end; });
  const auto answered = static_cast<std::int64_t>(judged.answers.values.size()) / judged.answers.width;
  if (answered < all.size()) judged.samples = all.take(answered);
  const data::Dataset& before = held_back ? raw.valid : raw.fit;
  if (before.size() == (held_back ? parts.valid : parts.fit).size()) judged.raw = before.take(answered);
  return judged;
}

}  // namespace luge::experiment
