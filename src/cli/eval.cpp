// luge eval: how good a network is, compared with what guessing would reach.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>

#include "cli/command.h"
#include "cli/inference.h"
#include "cli/interrupt.h"
#include "cli/keys.h"
#include "cli/output.h"
#include "cli/pictures.h"
#include "cli/run_config.h"
#include "cli/training_data.h"
#include "luge/io/model_file.h"
#include "luge/train/checkpoint_info.h"

namespace luge::cli {
namespace fs = std::filesystem;
namespace {

using Json = nlohmann::ordered_json;

struct Part {
  std::string data, split;
  data::Dataset samples;
  std::optional<train::CheckpointInfo> checkpoint = {};  // which state of the training is measured
};

// What a program trained on and called by a name of its own has to be named again.
void check_known(const std::string& data) {
  const auto names = data_set_names();
  if (std::find(names.begin(), names.end(), data) != names.end()) return;
  throw Misuse(
      fmt::format("luge eval: the network was trained on '{}', which is not a data set of the command; "
                  "which data? data=NAME, a folder, or a CSV file",
                  data));
}

// The part of the data that split= names, cut as the run cut it.
Part find_part(const Arguments& given, const ModelPath& path, const nn::Metadata& metadata) {
  const std::string wanted = given.given("data") ? given.text("data") : "";
  const bool configured = has_config(path.run);
  std::vector<std::string> words;
  if (configured) words = config_words(path.run, wanted);
  if (!configured) words.push_back("data=" + (wanted.empty() ? metadata.data : wanted));
  for (const char* key : {"target", "header", "separator"}) {
    if (given.given(key)) words.push_back(fmt::format("{}={}", key, given.text(key)));
  }
  const Arguments config("eval", training_keys(), 0, words);
  const bool values = metadata.output == nn::Output::values;
  if (!configured && wanted.empty()) check_known(metadata.data);
  Data data = load_data(config, config.text("data.name"), values ? TargetKind::values : TargetKind::automatic,
                        {metadata.features, metadata.classes, given.given("target") ? "" : metadata.target});
  const std::string split = given.has("split") ? given.choice("split", {"train", "valid", "test", "all"})
                            : data.test        ? "test"
                            : configured && wanted.empty() ? "valid"
                                                           : "all";
  if (split == "test") {
    if (!data.test)
      throw Misuse(
          fmt::format("luge eval: {} has no test part; split=valid, split=train or split=all", data.name));
    return {data.name, split, *data.test};
  }
  if (split == "all") return {data.name, split, data.train};
  auto [fit, valid] = training_parts(config, data);
  const bool held_back = valid.size() > 0 || given.has("split");
  return split == "train" || !held_back ? Part{data.name, "train", fit} : Part{data.name, split, valid};
}

struct Classified {
  std::vector<std::vector<std::int64_t>> confusion;  // [label][guess]
  double loss = 0;
  std::int64_t samples = 0;

  std::int64_t of_class(std::size_t k) const {
    std::int64_t sum = 0;
    for (const std::int64_t n : confusion[k]) sum += n;
    return sum;
  }
  std::int64_t guessed(std::size_t k) const {
    std::int64_t sum = 0;
    for (const auto& row : confusion) sum += row[k];
    return sum;
  }
  double accuracy() const {
    std::int64_t hits = 0;
    for (std::size_t k = 0; k < confusion.size(); ++k) hits += confusion[k][k];
    return samples > 0 ? static_cast<double>(hits) / static_cast<double>(samples) : 0.0;
  }
};

std::int64_t label_of(const data::Sample& sample) {
  return sample.target.field.dtype == DType::f32 ? std::lround(sample.target.as<float>()[0])
                                                 : sample.target.as<std::int64_t>()[0];
}

std::size_t guess_of(std::span<const float> row) {
  if (row.size() == 1) return row[0] > 0.5f;
  return static_cast<std::size_t>(std::max_element(row.begin(), row.end()) - row.begin());
}

std::string class_name(const std::vector<std::string>& names, std::size_t k) {
  return k < names.size() ? names[k] : std::to_string(k);
}

Classified classify(const data::Dataset& samples, const Answers& answers, std::size_t classes) {
  Classified result;
  result.confusion.assign(classes, std::vector<std::int64_t>(classes));
  result.samples = samples.size();
  for (std::int64_t i = 0; i < samples.size(); ++i) {
    const std::int64_t label = label_of(samples.get(i));
    if (label < 0 || label >= static_cast<std::int64_t>(classes)) {
      throw IndexError(
          fmt::format("{}: label {} is not a class; expected 0 to {}", samples.where(i), label, classes - 1));
    }
    const auto row = answers.row(i);
    const bool binary = row.size() == 1;
    const std::size_t guess = guess_of(row);
    const double p = binary ? (label == 1 ? row[0] : 1 - row[0]) : row[static_cast<std::size_t>(label)];
    result.loss -= std::log(std::max(p, 1e-38)) / static_cast<double>(samples.size());
    if (std::any_of(row.begin(), row.end(), [](float x) { return std::isnan(x); }))
      continue;  // taken for none
    ++result.confusion[static_cast<std::size_t>(label)][guess];
  }
  return result;
}

// Labels as they are and as they were guessed, in the names of the pictures that were taken for something
// else.
std::int64_t write_wrong(const Part& part, const Answers& answers, const std::vector<std::string>& names,
                         const fs::path& folder) {
  make_folder(folder);
  std::int64_t count = 0;
  for (std::int64_t i = 0; i < part.samples.size(); ++i) {
    stop_if_asked();
    const data::Sample sample = part.samples.get(i);
    const auto label = static_cast<std::size_t>(label_of(sample));
    const auto row = answers.row(i);
    const std::size_t guess = guess_of(row);
    const bool none = std::any_of(row.begin(), row.end(), [](float x) { return std::isnan(x); });
    if (guess == label && !none) continue;
    const std::string name = fmt::format("{:05}-true-{}-guess-{}.png", i, file_word(class_name(names, label)),
                                         file_word(class_name(names, guess)));
    io::write_png((folder / name).string(),
                  picture_of(sample.input, part.samples.info().preprocessing.value_or(data::Affine{})));
    ++count;
  }
  return count;
}

double ratio(std::int64_t part, std::int64_t whole) {
  return whole > 0 ? static_cast<double>(part) / static_cast<double>(whole) : 0.0;
}

// The document's beginning, the same for classes and values. The checkpoint's own epoch is told, whatever
// the run's table says: the best one measured may be one that could not be written.
Json head_json(const Part& part) {
  Json json = {{"data", part.data}, {"split", part.split}, {"samples", part.samples.size()}};
  if (part.checkpoint) {
    json["checkpoint"] = {{"epoch", part.checkpoint->position.epoch},
                          {"step", part.checkpoint->position.total_steps}};
  }
  return json;
}

void print_head(const Part& part) {
  fmt::print("{} {}: {} samples", part.data, part.split, part.samples.size());
  if (part.checkpoint) fmt::print(", checkpoint of {}", part.checkpoint->to_string());
  fmt::print("\n");
}

void report_classes(const Arguments& arguments, const Part& part, const Classified& found,
                    const std::vector<std::string>& names) {
  const std::size_t classes = found.confusion.size();
  std::int64_t largest = 0;
  Json per_class = Json::array();
  for (std::size_t k = 0; k < classes; ++k) {
    const std::int64_t hits = found.confusion[k][k];
    const double precision = ratio(hits, found.guessed(k)), recall = ratio(hits, found.of_class(k));
    const double f1 = precision + recall > 0 ? 2 * precision * recall / (precision + recall) : 0.0;
    largest = std::max(largest, found.of_class(k));
    per_class.push_back({{"label", class_name(names, k)},
                         {"samples", found.of_class(k)},
                         {"precision", precision},
                         {"recall", recall},
                         {"f1", f1}});
  }
  const double chance = 1.0 / static_cast<double>(classes), majority = ratio(largest, found.samples);
  if (arguments.json()) {
    Json json = head_json(part);
    json["metrics"] = {{"loss", found.loss}, {"accuracy", found.accuracy()}};
    json["baselines"] = {{"chance", chance}, {"majority", majority}};
    json["per_class"] = per_class;
    json["confusion"] = found.confusion;
    print_json(json);
    return;
  }
  print_head(part);
  fmt::print("loss      {:.4f}\naccuracy  {:.4f}   (chance {:.4f}, always the largest class {:.4f})\n\n",
             found.loss, found.accuracy(), chance, majority);
  fmt::print("{:<16}{:>9}{:>11}{:>9}{:>9}\n", "class", "samples", "precision", "recall", "f1");
  for (const Json& row : per_class) {
    fmt::print("{:<16}{:>9}{:>11.4f}{:>9.4f}{:>9.4f}\n", row["label"].get<std::string>(),
               row["samples"].get<std::int64_t>(), row["precision"].get<double>(),
               row["recall"].get<double>(), row["f1"].get<double>());
  }
  if (classes > 20) return;
  fmt::print("\nrows: the class, columns: what it was taken for\n");
  for (std::size_t k = 0; k < classes; ++k) {
    fmt::print("{:<16}", class_name(names, k));
    for (const std::int64_t count : found.confusion[k]) fmt::print("{:>6}", count);
    fmt::print("\n");
  }
}

void report_values(const Arguments& arguments, const Part& part, const Answers& answers) {
  const data::Dataset& samples = part.samples;
  double squares = 0, absolute = 0, sum = 0, sum_of_squares = 0;
  std::int64_t count = 0;
  for (std::int64_t i = 0; i < samples.size(); ++i) {
    const data::Sample sample = samples.get(i);
    const auto target = sample.target.as<float>();
    for (std::size_t k = 0; k < target.size(); ++k, ++count) {
      const double t = target[k], error = t - answers.row(i)[k];
      squares += error * error;
      absolute += std::abs(error);
      sum += t;
      sum_of_squares += t * t;
    }
  }
  const double n = static_cast<double>(std::max<std::int64_t>(count, 1)),
               variance = sum_of_squares / n - sum * sum / (n * n);
  const double mse = squares / n, mae = absolute / n, r2 = variance > 0 ? 1 - mse / variance : 0.0;
  if (arguments.json()) {
    Json json = head_json(part);
    json["metrics"] = {{"loss", mse}, {"mae", mae}, {"r2", r2}};
    json["baselines"] = {{"mean", variance}};
    json["per_class"] = Json::array();
    print_json(json);
    return;
  }
  print_head(part);
  fmt::print("mse  {:.6g}   (always the mean: {:.6g})\nmae  {:.6g}\nr2   {:.4f}\n", mse, variance, mae, r2);
}

int eval(const Arguments& arguments) {
  watch_signals();
  const ModelPath path = model_path(arguments);
  const nn::Loaded net = io::read_model(path.file.string()).net;
  const nn::Metadata& metadata = net.metadata();
  Part part = find_part(arguments, path, metadata);
  part.checkpoint = train::checkpoint_info(path.file.string());
  if (part.samples.size() == 0)
    throw ValueError(fmt::format("{} {}: holds no samples", part.data, part.split));
  if (arguments.given("wrong") && (metadata.output == nn::Output::values || !is_picture(metadata.input))) {
    arguments.misuse("wrong",
                     fmt::format("a network that tells pictures apart; this one takes {} and gives {}",
                                 metadata.input.to_string(),
                                 metadata.output == nn::Output::values ? "values" : "classes"));
  }
  const Answers answers = answer(net, scaled_for(metadata, part.samples));
  if (metadata.output == nn::Output::values) {
    report_values(arguments, part, answers);
    return 0;
  }
  const std::size_t classes = answers.width == 1 ? 2 : static_cast<std::size_t>(answers.width);
  report_classes(arguments, part, classify(part.samples, answers, classes), metadata.classes);
  if (arguments.given("wrong")) {
    const std::string folder = arguments.text("wrong");
    const std::int64_t count = write_wrong(part, answers, metadata.classes, folder);
    fmt::print(stderr, "{} misclassified pictures are in {}\n", count, folder);
  }
  return 0;
}

std::vector<Key> keys() {
  std::vector<Key> all = model_file_keys();
  all.push_back({"data", "data set, folder or CSV file (default: what it was trained on)"});
  all.push_back({"wrong", "folder for the misclassified pictures, true and guessed label in their names"});
  all.push_back(
      {"split",
       "train, valid, test, or all of a table (default: test where there is one, valid of the run's "
       "own table, or train if nothing was held back, all of another)"});
  for (Key& key : table_keys()) all.push_back(std::move(key));
  return all;
}

const Registration registration({"eval",
                                 "metrics of a trained network",
                                 {"eval run=last", "eval model=FILE data=NAME [split=test wrong=FOLDER]"},
                                 keys(),
                                 0,
                                 eval});

}  // namespace
}  // namespace luge::cli
