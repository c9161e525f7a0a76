#include "experiment/evaluation.h"

#include <algorithm>
#include <chrono>
#include <cmath>

#include "core/base64.h"
#include "experiment/box_evaluation.h"
#include "experiment/confused.h"
#include "experiment/learned.h"
#include "experiment/measure.h"
#include "experiment/precision_recall.h"
#include "experiment/raw_inputs.h"
#include "experiment/sample_predictions.h"
#include "experiment/shown_sample.h"
#include "luge/data/augment.h"
#include "luge/data/picture_fields.h"
#include "luge/error.h"

namespace luge::experiment {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kMostWrong = 24;
constexpr std::int64_t kMostPoints = 2000;
constexpr std::int64_t kLongestText = 200;  // characters that a text goes on
constexpr double kTextSeconds = 0.5;        // and how long that may take
constexpr std::size_t kLongestPrompt = 60;  // characters
constexpr std::int64_t kMostDrawn = 12;
constexpr const char* kContinuation = "continuation";

double share(std::int64_t part, std::int64_t whole) {
  return whole > 0 ? static_cast<double>(part) / static_cast<double>(whole) : 0.0;
}

std::string class_name(const std::vector<std::string>& names, std::size_t k) {
  return k < names.size() ? names[k] : std::to_string(k);
}

Json per_class(const Classified& found, const std::vector<std::string>& names) {
  Json rows = Json::array();
  for (std::size_t k = 0; k < found.confusion.size(); ++k) {
    const std::int64_t hits = found.confusion[k][k];
    const double precision = share(hits, found.guessed(k)), recall = share(hits, found.of_class(k));
    rows.push_back({{"label", class_name(names, k)},
                    {"samples", found.of_class(k)},
                    {"precision", precision},
                    {"recall", recall},
                    {"f1", precision + recall > 0 ? 2 * precision * recall / (precision + recall) : 0.0}});
  }
  return rows;
}

// A sample that is wrong, and how much.
struct Wrong {
  std::int64_t index;
  double size;
};

std::vector<Wrong> largest(std::vector<Wrong> all) {
  std::stable_sort(all.begin(), all.end(), [](const Wrong& a, const Wrong& b) { return a.size > b.size; });
  all.resize(std::min(all.size(), kMostWrong));
  return all;
}

const data::Dataset& shown(const Judged& judged) { return judged.raw ? *judged.raw : judged.samples; }

std::size_t label_at(const Judged& judged, std::int64_t i) {
  return static_cast<std::size_t>(label_of(judged.samples.get(i)));
}

Json wrong_classes(const Judged& judged, const std::vector<std::string>& names, std::int64_t& count) {
  std::vector<Wrong> all;
  for (std::int64_t i = 0; i < judged.samples.size(); ++i) {
    const auto row = judged.answers.row(i);
    const std::size_t label = label_at(judged, i);
    if (is_no_answer(row) || guess_of(row) == label) continue;
    all.push_back({i, -std::log(std::max(probability_of(row, label), 1e-38))});
  }
  count = static_cast<std::int64_t>(all.size());
  Json rows = Json::array();
  for (const Wrong& each : largest(std::move(all))) {
    const auto row = judged.answers.row(each.index);
    const std::size_t label = label_at(judged, each.index), guess = guess_of(row);
    Json entry = {{"index", each.index},
                  {"label", class_name(names, label)},
                  {"guess", class_name(names, guess)},
                  {"probability", probability_of(row, guess)},
                  {"label_probability", probability_of(row, label)},
                  {"loss", each.size}};
    entry.update(shown_sample(shown(judged), each.index));
    rows.push_back(std::move(entry));
  }
  return rows;
}

// The classes that are taken for others most often, with the samples that are so.
Json confused_classes(const Judged& judged, const std::vector<std::string>& names) {
  constexpr std::size_t kPairs = 8, kSamples = 6;
  Json rows = Json::array();
  for (const ConfusedPair& pair : most_confused(judged.samples, judged.answers, kPairs, kSamples)) {
    Json samples = Json::array();
    for (const std::int64_t index : pair.samples) {
      Json entry = {{"index", index}, {"probability", probability_of(judged.answers.row(index), pair.guess)}};
      entry.update(shown_sample(shown(judged), index));
      samples.push_back(std::move(entry));
    }
    rows.push_back({{"label", class_name(names, pair.label)},
                    {"guess", class_name(names, pair.guess)},
                    {"count", pair.count},
                    {"samples", std::move(samples)}});
  }
  return rows;
}

void add_classes(const Judged& judged, Json& json) {
  const std::vector<std::string>& names = judged.net.metadata().classes;
  const Classified found = classify(judged.samples, judged.answers);
  Json classes = Json::array();
  for (std::size_t k = 0; k < found.confusion.size(); ++k) classes.push_back(class_name(names, k));
  json["kind"] = "classes";
  json["classes"] = std::move(classes);
  json["loss"] = found.loss;
  json["accuracy"] = found.accuracy();
  if (judged.answers.width == 1) json["threshold"] = 0.5;
  json["confusion"] = found.confusion;
  json["per_class"] = per_class(found, names);
  if (Json curves = precision_recall(judged, names); !curves.empty()) json["curves"] = std::move(curves);
  std::int64_t count = 0;
  json["wrong"] = wrong_classes(judged, names, count);
  json["wrong_count"] = count;
  json["confused"] = confused_classes(judged, names);
}

void add_numbers(Judged& judged, const data::Recipe& recipe, Json& json) {
  if (judged.raw) take_back_units(judged.answers, recipe, *judged.samples.info().target());
  const data::Dataset& samples = shown(judged);
  const Fitted found = fit_of(samples, judged.answers);
  json["kind"] = "numbers";
  json["mse"] = found.mse;
  json["mae"] = found.mae;
  json["r2"] = found.r2;
  json["baseline_mse"] = found.variance;
  json["target"] = samples.info().target_name;
  if (judged.answers.width != 1) return;
  const std::int64_t step = std::max<std::int64_t>(1, (samples.size() + kMostPoints - 1) / kMostPoints);
  Json points = Json::array();
  std::vector<Wrong> all;
  for (std::int64_t i = 0; i < samples.size(); ++i) {
    const double is = samples.get(i).target.as<float>()[0], said = judged.answers.row(i)[0];
    if (i % step == 0) points.push_back({is, said});
    if (std::isfinite(said)) all.push_back({i, std::abs(said - is)});
  }
  json["points"] = std::move(points);
  Json rows = Json::array();
  for (const Wrong& each : largest(std::move(all))) {
    Json entry = {{"index", each.index},
                  {"label", samples.get(each.index).target.as<float>()[0]},
                  {"guess", judged.answers.row(each.index)[0]},
                  {"loss", each.size}};
    entry.update(shown_sample(samples, each.index));
    rows.push_back(std::move(entry));
  }
  json["wrong"] = std::move(rows);
}

std::string continued(const Judged& judged, const data::Record& prompt, std::int64_t count) {
  const tasks::Learned learned = experiment::learned(judged.net.metadata(), {{kContinuation, count}});
  const auto said = learned.task->predict(judged.net, prompt);
  return said ? std::string((*said)[kContinuation].text()) : "";
}

// Of networks whose task lets a text go on.
void add_text(const Judged& judged, const data::Dataset& raw, Json& json) {
  const nn::Metadata& metadata = judged.net.metadata();
  if (metadata.task.empty() || !reads_text(metadata) || raw.size() == 0) return;
  const std::vector<options::Info> taken = tasks::find(metadata.task).options;
  const data::Schema& fields = raw.info().fields;
  const auto text =
      std::find_if(fields.begin(), fields.end(), [](const auto& each) { return each.second.text; });
  if (text == fields.end() ||
      std::none_of(taken.begin(), taken.end(), [](const auto& each) { return each.name == kContinuation; }))
    return;
  std::string begin(raw.record(0)[text->first].text().substr(0, kLongestPrompt));
  while (!begin.empty() && (static_cast<unsigned char>(begin.back()) & 0xc0) == 0x80) begin.pop_back();
  if (!begin.empty() && static_cast<unsigned char>(begin.back()) >= 0xc0) begin.pop_back();
  if (begin.empty()) return;
  const data::Record prompt = {{text->first, data::HostArray::of_text(begin)}};
  using Clock = std::chrono::steady_clock;
  constexpr std::int64_t first = 4;
  continued(judged, prompt, 1);  // compiles
  const Clock::time_point start = Clock::now();
  continued(judged, prompt, first);
  const double each =
      std::chrono::duration<double>(Clock::now() - start).count() / static_cast<double>(first);
  const auto count = static_cast<std::int64_t>(kTextSeconds / std::max(each, 1e-6));
  json["kind"] = "text";
  json["prompt"] = begin;
  json["text"] = continued(judged, prompt, std::clamp(count, first, kLongestText));
}

// A record as files hold it: without what was done to its input.
data::Record unscaled(const data::Info& info, data::Record record) {
  const data::Affine affine = info.preprocessing.value_or(data::Affine{});
  data::HostArray* input = record.contains(data::kInput) ? &record[data::kInput] : nullptr;
  if (!input || input->field.dtype != f32 || affine == data::Affine{}) return record;
  const std::span<float> values = input->as<float>();
  const std::size_t groups = std::max(affine.offset.size(), affine.scale.size());
  const auto at = [](const std::vector<float>& list, std::size_t k) {
    return list[list.size() == 1 ? 0 : k];
  };
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::size_t k = i * groups / values.size();
    values[i] = values[i] / at(affine.scale, k) + at(affine.offset, k);
  }
  return record;
}

// Of tasks whose answers are neither one class nor numbers: truth and answer of a few samples, drawn.
void add_pictures(const Judged& judged, const data::Dataset& raw, Json& json) {
  if (!shows_pictures(raw)) return;
  const data::Dataset some = raw.take(std::min(raw.size(), kMostDrawn));
  RawInputs inputs;
  for (std::int64_t i = 0; i < some.size(); ++i)
    inputs.inputs.push_back({"", unscaled(some.info(), some.record(i)), "", ""});
  try {
    const tasks::Learned learned = experiment::learned(judged.net.metadata());
    const auto said = predict(judged.net, learned, inputs, [] {});
    // Points are told as they lie in the picture before a letterbox.
    const bool before = !said.empty() && said[0].contains(data::kPoints);
    const data::Dataset few = before ? some : data::steps::with_picture_sizes(learned.recipe, some);
    const std::string png = predictions_figure(few, said, "").png({.scale = 1});
    json["kind"] = "pictures";
    json["drawn"] = few.size();
    json["picture"] = "data:image/png;base64," + base64_text(png);
  } catch (const Error&) {  // without Cairo, or a task that answers otherwise: the figures are shown
  }
}

}  // namespace

Json evaluation_json(Judged& judged, const data::Recipe& recipe, const data::Dataset& raw) {
  Json json = {{"data", judged.samples.info().name},
               {"split", judged.split},
               {"samples", judged.samples.size()},
               {"whole", judged.whole}};
  if (judged.checkpoint) {
    json["epoch"] = judged.checkpoint->position.epoch;
    json["step"] = judged.checkpoint->position.total_steps;
    json["figures"] = Json::object();
    if (!judged.checkpoint->history.epochs.empty()) {
      for (const auto& [name, value] : judged.checkpoint->history.epochs.back().logs)
        json["figures"][name] = value;
    }
  }
  if (judged.classes) add_classes(judged, json);
  if (judged.numbers) add_numbers(judged, recipe, json);
  if (!judged.classes && !judged.numbers) add_text(judged, raw, json);
  if (!json.contains("kind") && raw.size() > 0 && !add_boxes(judged, raw, json))
    add_pictures(judged, raw, json);
  return json;
}

}  // namespace luge::experiment
