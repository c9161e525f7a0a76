#include "cli/wrong_pictures.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "cli/interrupt.h"
#include "cli/picture_files.h"
#include "experiment/confused.h"
#include "experiment/pictures.h"
#include "luge/draw/picture_grid.h"

namespace luge::cli {
namespace {

constexpr std::size_t kMostInFigure = 100;

struct Wrong {
  std::int64_t index;
  std::size_t label, guess;
  double probability;  // of the guess
};

std::string class_name(const std::vector<std::string>& names, std::size_t k) {
  return k < names.size() ? names[k] : std::to_string(k);
}

std::vector<Wrong> find_wrong(const data::Dataset& samples, const experiment::Answers& answers) {
  std::vector<Wrong> all;
  for (std::int64_t i = 0; i < samples.size(); ++i) {
    stop_if_asked();
    const auto label = static_cast<std::size_t>(experiment::label_of(samples.get(i)));
    const auto row = answers.row(i);
    const std::size_t guess = experiment::guess_of(row);
    if (guess == label && !experiment::is_no_answer(row)) continue;
    const bool no = row.size() == 1 && guess == 0;  // one answer is the probability of class 1
    const float said = row[row.size() == 1 ? 0 : guess];
    all.push_back({i, label, guess, no ? 1 - said : said});
  }
  return all;
}

io::Image picture(const data::Dataset& samples, std::int64_t index) {
  return experiment::picture_of(samples.get(index).input,
                                samples.info().preprocessing.value_or(data::Affine{}));
}

std::int64_t draw_wrong(const data::Dataset& samples, std::vector<Wrong> wrong,
                        const std::vector<std::string>& classes, const std::string& file) {
  std::stable_sort(wrong.begin(), wrong.end(),
                   [](const Wrong& a, const Wrong& b) { return a.probability > b.probability; });
  wrong.resize(std::min(wrong.size(), kMostInFigure));
  std::vector<draw::Picture> pictures;
  for (const Wrong& each : wrong) {
    pictures.push_back({.image = picture(samples, each.index),
                        .caption = fmt::format("{}\n→ {} {:.0f}%", class_name(classes, each.label),
                                               class_name(classes, each.guess), 100 * each.probability)});
  }
  if (!pictures.empty()) draw::picture_grid(pictures).write(file);
  return static_cast<std::int64_t>(pictures.size());
}

}  // namespace

std::int64_t write_wrong(const data::Dataset& samples, const experiment::Answers& answers,
                         const std::vector<std::string>& classes, const std::string& to) {
  const bool figure = draw::is_figure_name(to);
  if (!figure) make_folder(to);
  const std::vector<Wrong> wrong = find_wrong(samples, answers);
  if (figure) return draw_wrong(samples, wrong, classes, to);
  for (const Wrong& each : wrong) {
    stop_if_asked();
    const std::string name =
        fmt::format("{:05}-true-{}-guess-{}.png", each.index, file_word(class_name(classes, each.label)),
                    file_word(class_name(classes, each.guess)));
    io::write_png((std::filesystem::path(to) / name).string(), picture(samples, each.index));
  }
  return static_cast<std::int64_t>(wrong.size());
}

std::int64_t draw_confused(const data::Dataset& samples, const experiment::Answers& answers,
                           const std::vector<std::string>& classes, const std::string& file) {
  constexpr std::size_t kPairs = 8, kSamples = 6;
  const auto pairs = experiment::most_confused(samples, answers, kPairs, kSamples);
  std::vector<draw::Picture> pictures;
  for (const experiment::ConfusedPair& pair : pairs) {
    for (std::size_t k = 0; k < kSamples; ++k) {
      if (k >= pair.samples.size()) {  // an empty cell, so that the next pair begins a row
        pictures.push_back({.image = {1, 1, 1, {255}}});
        continue;
      }
      const std::int64_t index = pair.samples[k];
      pictures.push_back(
          {.image = picture(samples, index),
           .caption = fmt::format(
               "{} → {} {:.0f}%\n{}", class_name(classes, pair.label), class_name(classes, pair.guess),
               100 * experiment::probability_of(answers.row(index), pair.guess),
               k == 0 ? fmt::format("{} times", pair.count) : fmt::format("no. {}", index))});
    }
  }
  if (!pictures.empty())
    draw::picture_grid(pictures, {.columns = static_cast<std::int64_t>(kSamples)}).write(file);
  return std::ssize(pairs);
}

}  // namespace luge::cli
