#include "experiment/confused.h"

#include <algorithm>
#include <map>

#include "experiment/measure.h"

namespace luge::experiment {

double probability_of(std::span<const float> row, std::size_t label) {
  return row.size() == 1 ? static_cast<double>(label == 1 ? row[0] : 1 - row[0])
                         : static_cast<double>(row[label]);
}

std::vector<ConfusedPair> most_confused(const data::Dataset& samples, const Answers& answers,
                                        std::size_t pairs, std::size_t each) {
  struct Sample {
    std::int64_t index;
    double sure;
  };
  std::map<std::pair<std::size_t, std::size_t>, std::vector<Sample>> found;
  for (std::int64_t i = 0; i < samples.size(); ++i) {
    const auto row = answers.row(i);
    const auto label = static_cast<std::size_t>(label_of(samples.get(i)));
    const std::size_t guess = guess_of(row);
    if (is_no_answer(row) || guess == label) continue;
    found[{label, guess}].push_back({i, probability_of(row, guess)});
  }
  struct Ranked {
    ConfusedPair pair;
    double sure = 0;
  };
  std::vector<Ranked> all;
  for (auto& [classes, wrong] : found) {
    std::stable_sort(wrong.begin(), wrong.end(),
                     [](const Sample& a, const Sample& b) { return a.sure > b.sure; });
    Ranked next{{classes.first, classes.second, std::ssize(wrong), {}}};
    for (const Sample& sample : wrong) next.sure += sample.sure;
    for (std::size_t k = 0; k < std::min(each, wrong.size()); ++k)
      next.pair.samples.push_back(wrong[k].index);
    all.push_back(std::move(next));
  }
  std::stable_sort(all.begin(), all.end(), [](const Ranked& a, const Ranked& b) {
    return std::pair(a.pair.count, a.sure) > std::pair(b.pair.count, b.sure);
  });
  std::vector<ConfusedPair> best;
  for (std::size_t k = 0; k < std::min(pairs, all.size()); ++k) best.push_back(std::move(all[k].pair));
  return best;
}

}  // namespace luge::experiment
