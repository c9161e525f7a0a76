// luge eval: how good a network is, compared with what guessing would reach.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <tuple>

#include "cli/command.h"
#include "cli/figures_table.h"
#include "cli/interrupt.h"
#include "cli/model_path.h"
#include "cli/output.h"
#include "cli/picture_files.h"
#include "cli/translations.h"
#include "cli/unknown.h"
#include "cli/wrong_pictures.h"
#include "experiment/box_evaluation.h"
#include "experiment/ensemble.h"
#include "experiment/family_keys.h"
#include "experiment/fit_options.h"
#include "experiment/learned.h"
#include "experiment/measure.h"
#include "experiment/option_keys.h"
#include "experiment/pictures.h"
#include "experiment/run_pictures.h"
#include "experiment/several_parts.h"
#include "experiment/target_units.h"
#include "experiment/task.h"
#include "luge/io/model_file.h"
#include "luge/train/checkpoint_info.h"

namespace luge::cli {
namespace {

using Json = nlohmann::ordered_json;

// The figures of one of several: a member of an ensemble, and the ensemble itself.
struct OfMember {
  std::string name;
  train::Logs figures;
};

struct Measured {
  experiment::Part part;
  std::vector<std::pair<std::string, double>> asked = {};  // the figures of metrics=
  std::optional<train::CheckpointInfo> checkpoint = {};    // which state of the training is measured
  std::vector<OfMember> members = {};                      // of an ensemble, without itself
  std::string rule = {};                                   // how their answers are combined
  data::UnknownText unknown = {};                          // characters of texts

  const data::Dataset& samples() const { return part.samples; }
  std::string title() const {
    return fmt::format("{} {}: {} samples", part.data, part.split, samples().size());
  }
};

std::string class_name(const std::vector<std::string>& names, std::size_t k) {
  return k < names.size() ? names[k] : std::to_string(k);
}

double ratio(std::int64_t part, std::int64_t whole) {
  return whole > 0 ? static_cast<double>(part) / static_cast<double>(whole) : 0.0;
}

// The document's beginning, the same for classes and values. The checkpoint's own epoch is told, whatever
// the run's table says: the best one measured may be one that could not be written.
Json head_json(const Measured& part, std::int64_t samples) {
  Json json = {{"data", part.part.data}, {"split", part.part.split}, {"samples", samples}};
  if (part.checkpoint) {
    json["checkpoint"] = {{"epoch", part.checkpoint->position.epoch},
                          {"step", part.checkpoint->position.total_steps}};
  }
  if (part.unknown.unknown > 0) json["unknown"] = unknown_json(part.unknown);
  return json;
}

void print_head(const Measured& part, std::int64_t samples) {
  fmt::print("{} {}: {} samples", part.part.data, part.part.split, samples);
  if (part.checkpoint) fmt::print(", checkpoint of {}", part.checkpoint->to_string());
  fmt::print("\n");
}

void add_members(const Measured& part, Json& json) {
  if (part.members.empty()) return;
  json["combine"] = part.rule;
  for (const OfMember& one : part.members) {
    Json figures = Json::object();
    for (const auto& [name, value] : one.figures) figures[name] = value;
    json["members"].push_back({{"name", one.name}, {"metrics", std::move(figures)}});
  }
}

void print_members(const Measured& part, const train::Logs& own) {
  if (part.members.empty()) return;
  const auto print_row = [](const std::string& name, const train::Logs& figures) {
    fmt::print("{:<24}", name);
    for (const auto& [figure, value] : figures)
      fmt::print("  {:>{}.4g}", value, std::max<std::size_t>(10, figure.size()));
    fmt::print("\n");
  };
  fmt::print("\n{:<24}", "");
  for (const auto& [figure, value] : own) fmt::print("  {:>10}", figure);
  fmt::print("\n");
  for (const OfMember& one : part.members) print_row(one.name, one.figures);
  print_row(part.rule, own);
}

// The figures that were asked for, among the document's metrics.
void add_asked(const Measured& part, Json& json) {
  for (const auto& [name, value] : part.asked) json["metrics"][name] = value;
}

void print_asked(const Measured& part) {
  if (part.asked.empty()) return;
  fmt::print("\n");
  for (const auto& [name, value] : part.asked) fmt::print("{:<16}{:.6g}\n", name, value);
}

train::Logs figures_of(const experiment::Classified& found) {
  train::Logs figures = {{"loss", found.loss}, {"accuracy", found.accuracy()}};
  if (found.weighted) {
    figures.emplace_back("weighted_loss", found.weighted->loss);
    figures.emplace_back("weighted_accuracy", found.weighted->accuracy);
  }
  return figures;
}

train::Logs figures_of(const experiment::Fitted& found) {
  train::Logs figures = {{"mse", found.mse}, {"mae", found.mae}, {"r2", found.r2}};
  if (found.weighted_mse) figures.emplace_back("weighted_mse", *found.weighted_mse);
  return figures;
}

Json figures_json(const train::Logs& figures) {
  Json json = Json::object();
  for (const auto& [name, value] : figures) json[name] = value;
  return json;
}

// Where samples have weights, figures count each sample once, and those called weighted by its weight.
void print_weighted(const train::Logs& figures) {
  for (const auto& [name, value] : figures) {
    if (name.starts_with("weighted_")) fmt::print("{}  {:.4f}   (each sample by its weight)\n", name, value);
  }
}

// The largest numbers off the diagonal of the confusion matrix.
std::vector<std::tuple<std::int64_t, std::size_t, std::size_t>> confused_in(
    const experiment::Classified& found) {
  constexpr std::size_t kMost = 5;
  std::vector<std::tuple<std::int64_t, std::size_t, std::size_t>> all;
  for (std::size_t k = 0; k < found.confusion.size(); ++k) {
    for (std::size_t guess = 0; guess < found.confusion.size(); ++guess) {
      if (guess != k && found.confusion[k][guess] > 0) all.emplace_back(found.confusion[k][guess], k, guess);
    }
  }
  std::stable_sort(all.begin(), all.end(),
                   [](const auto& a, const auto& b) { return std::get<0>(a) > std::get<0>(b); });
  all.resize(std::min(all.size(), kMost));
  return all;
}

void print_confused(const experiment::Classified& found, const std::vector<std::string>& names) {
  if (found.confusion.size() < 3) return;  // the matrix says it
  const char* before = "\nmost confused: ";
  for (const auto& [count, label, guess] : confused_in(found)) {
    fmt::print("{}{} taken for {}: {}\n", before, one_line(class_name(names, label)),
               one_line(class_name(names, guess)), count);
    before = "               ";
  }
}

void report_classes(const Arguments& arguments, const Measured& part, const experiment::Classified& found,
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
    Json json = head_json(part, part.samples().size());
    json["metrics"] = figures_json(figures_of(found));
    add_asked(part, json);
    add_members(part, json);
    json["baselines"] = {{"chance", chance}, {"majority", majority}};
    json["per_class"] = per_class;
    json["confusion"] = found.confusion;
    json["confused"] = Json::array();
    for (const auto& [count, label, guess] : confused_in(found))
      json["confused"].push_back(
          {{"label", class_name(names, label)}, {"guess", class_name(names, guess)}, {"count", count}});
    print_json(json);
    return;
  }
  print_head(part, part.samples().size());
  fmt::print("loss      {:.4f}\naccuracy  {:.4f}   (chance {:.4f}, always the largest class {:.4f})\n",
             found.loss, found.accuracy(), chance, majority);
  print_weighted(figures_of(found));
  fmt::print("\n");
  fmt::print("{:<16}{:>9}{:>11}{:>9}{:>9}\n", "class", "samples", "precision", "recall", "f1");
  for (const Json& row : per_class) {
    fmt::print("{:<16}{:>9}{:>11.4f}{:>9.4f}{:>9.4f}\n", one_line(row["label"].get<std::string>()),
               row["samples"].get<std::int64_t>(), row["precision"].get<double>(),
               row["recall"].get<double>(), row["f1"].get<double>());
  }
  print_asked(part);
  print_members(part, figures_of(found));
  print_confused(found, names);
  if (classes > 20) return;
  fmt::print("\nrows: the class, columns: what it was taken for\n");
  for (std::size_t k = 0; k < classes; ++k) {
    fmt::print("{:<16}", one_line(class_name(names, k)));
    for (const std::int64_t count : found.confusion[k]) fmt::print("{:>6}", count);
    fmt::print("\n");
  }
}

void report_values(const Arguments& arguments, const Measured& part, const experiment::Fitted& found) {
  if (arguments.json()) {
    Json json = head_json(part, part.samples().size());
    json["metrics"] = {{"loss", found.mse}};  // the name that all data have
    json["metrics"].update(figures_json(figures_of(found)));
    add_asked(part, json);
    add_members(part, json);
    json["baselines"] = {{"mean", found.variance}};
    json["per_class"] = Json::array();
    print_json(json);
    return;
  }
  print_head(part, part.samples().size());
  fmt::print("mse  {:.6g}   (always the mean: {:.6g})\nmae  {:.6g}\nr2   {:.4f}\n", found.mse, found.variance,
             found.mae, found.r2);
  print_weighted(figures_of(found));
  print_asked(part);
  print_members(part, figures_of(found));
}

// What the task measures.
void report_figures(const Arguments& arguments, const Measured& part, const train::Evaluation& found) {
  if (arguments.json()) {
    Json json = head_json(part, found.samples);
    for (const auto& [name, value] : found.metrics) json["metrics"][name] = value;
    add_members(part, json);
    print_json(json);
    return;
  }
  print_head(part, found.samples);
  print_figures(found.metrics);
  print_members(part, found.metrics);
}

// The figures of tokens that are told what comes before them, and how good whole texts are.
void report_translations(const Arguments& arguments, const Measured& part, const train::Evaluation& found,
                         const TranslationScores& scores) {
  if (!arguments.json()) {
    report_figures(arguments, part, found);
    print_translations(scores);
    return;
  }
  Json json = head_json(part, found.samples);
  json["metrics"] = figures_json(found.metrics);
  json.update(translations_json(scores));
  print_json(json);
}

struct EvalOptions {
  static constexpr const char* table = "";
  std::string wrong, confused, to;
  std::int64_t limit_test_batches = 0, beam = 5;
  std::string bleu = "auto";
  static void fields(auto& self, auto&& field) {
    field("wrong", self.wrong,
          "folder for the misclassified pictures, true and guessed label in their names; or a file, .png "
          "or .svg, for one picture of the surest of them");
    field(
        "confused", self.confused,
        "file, .png or .svg, for a picture of the classes that are taken for others most often, a row each");
    field("to", self.to, "file for a picture of the confusion matrix, .png or .svg");
    field("limit_test_batches", self.limit_test_batches,
          "measure this many batches of 256 samples, chosen at random, each class in its share; 0: all",
          options::at_least(0), options::elsewhere({"limit", "limit_batches"}));
    field("beam", self.beam, "of a network that translates: the beam next to greedy search; 1: that alone",
          options::within(1, 1000), options::elsewhere({"beam_size", "num_beams"}));
    field("bleu", self.bleu,
          "of a network that translates: how BLEU cuts texts; auto: zh for Chinese, else 13a",
          options::one_of(bleu_choices), options::elsewhere({"tokenize", "tok"}));
  }
};

// The figures of the metrics that metrics= names; those of the losses come first and are left out.
std::vector<std::pair<std::string, double>> asked_figures(const nn::Loaded& net,
                                                          const tasks::Learned& learned,
                                                          const data::Dataset& samples) {
  if (!learned.task) throw ValueError(learned.why);
  const train::Evaluation found = experiment::measure(net, learned.task, samples);
  const auto losses = static_cast<std::ptrdiff_t>(learned.task->objectives(net).size());
  return {found.metrics.begin() + losses, found.metrics.end()};
}

// As many samples as limit_test_batches says, which is told; all of them for 0.
data::Dataset limited(const data::Dataset& samples, std::int64_t batches) {
  if (batches == 0) return samples;
  data::Dataset few =
      experiment::some_of(experiment::Config(), samples, batches * experiment::kValidationBatch);
  if (few.size() < samples.size())
    tell_aside("{} of {} samples, as limit_test_batches={} says\n", few.size(), samples.size(), batches);
  return few;
}

void write_matrix(const draw::Figure& figure, const std::string& file) {
  figure.write(file);
  tell_aside("the confusion matrix is in {}\n", file);
}

int eval(const Arguments& arguments) {
  watch_signals();
  const auto options = experiment::read<EvalOptions>(arguments);
  const experiment::ModelPath path = model_path(arguments);
  const io::ModelFile file = io::read_model(path.file.string());
  const nn::Loaded& net = file.net;
  const nn::Metadata& metadata = net.metadata();
  const auto members = experiment::members_of(file);
  Measured part = {.part = experiment::find_part(arguments, path, metadata),
                   .checkpoint = train::checkpoint_info(path.file.string()),
                   .rule = experiment::combining_rule(file)};
  for (const std::string& note : part.part.notes) tell_aside("luge: {}: {}\n", part.part.data, note);
  part.part.samples = limited(part.part.samples, options.limit_test_batches);
  if (part.samples().size() == 0)
    throw ValueError(fmt::format("{} {}: holds no samples", part.part.data, part.part.split));
  const bool values = metadata.output == nn::Output::values;
  if (!options.wrong.empty() && (values || !experiment::is_picture(metadata.input))) {
    arguments.refuse("wrong",
                     fmt::format("a network that tells pictures apart; this one takes {} and gives {}",
                                 metadata.input.to_string(), values ? "values" : "classes"));
  }
  if (!options.confused.empty() && (values || !experiment::is_picture(metadata.input)))
    arguments.refuse("confused", "a network that tells pictures apart");
  if (!options.confused.empty() && !draw::is_figure_name(options.confused))
    arguments.refuse("confused", "a file name that ends with .png or .svg");
  if (!options.confused.empty() && (options.confused == options.wrong || options.confused == options.to))
    arguments.refuse("confused", "another file than those of wrong= and to=");
  if (!options.to.empty() && options.to == options.wrong)
    arguments.refuse("to", "another file than that of wrong=");
  check_folder_or_figure(arguments, "wrong", options.wrong);
  if (!options.to.empty() && !draw::is_figure_name(options.to))
    arguments.refuse("to", "a file name that ends with .png or .svg");
  const bool asked = arguments.given("train.metrics");
  const std::vector<std::string> metrics = experiment::metric_names(arguments);  // refuses options of others
  const tasks::Learned learned =
      experiment::learned(metadata, asked ? options::Values{{"metrics", metrics}} : options::Values{});
  if (experiment::reads_text(metadata)) {
    for (std::int64_t i = 0; i < part.samples().size(); ++i)
      data::add_unknown(learned.recipe, part.samples().record(i), part.unknown);
    if (part.unknown.unknown > 0) tell_aside("luge: {}\n", part.unknown.to_string());
  }
  data::Dataset samples = experiment::prepared(learned, metadata, part.samples());
  if (samples.size() > part.samples().size())  // windows of a text
    samples = limited(samples, options.limit_test_batches);
  const bool of_targets = !learned.task || experiment::reads_target(learned.task->needs());
  const bool numbers = of_targets && experiment::tells_numbers(metadata, samples);
  const bool classes = !numbers && of_targets && experiment::tells_classes(metadata, samples);
  const bool boxes = !numbers && !classes && experiment::finds_boxes_of(metadata, part.samples());
  if (!options.to.empty() && !classes && !boxes)
    arguments.refuse("to", "data with one class for each sample, or boxes; this one has no confusion matrix");
  if (!numbers && !classes) {
    if (!learned.task) throw ValueError(fmt::format("{}: {}", path.file.string(), learned.why));
    for (const auto& [name, member] : members)
      part.members.push_back({name, experiment::measure(member, learned.task, samples).metrics});
    const train::Evaluation found = experiment::measure(net, learned.task, samples);
    if (const tasks::TranslatingTask* task = translating(learned)) {
      report_translations(arguments, part, found,
                          translation_scores(*task, net, part.samples(), options.beam, options.bleu));
      return 0;
    }
    report_figures(arguments, part, found);
    if (boxes && !options.to.empty())
      write_matrix(experiment::box_confusion_figure(net, part.samples(), part.title()), options.to);
    return 0;
  }
  if (asked) part.asked = asked_figures(net, learned, samples);
  const auto answers_of = [&](const nn::Module& one) {
    experiment::Answers answers = experiment::answer(one, samples, stop_if_asked);
    if (numbers) experiment::take_back_units(answers, learned.recipe, *samples.info().target());
    return answers;
  };
  for (const auto& [name, member] : members) {
    const experiment::Answers own = answers_of(*member);
    part.members.push_back({name, numbers ? figures_of(experiment::fit_of(part.samples(), own))
                                          : figures_of(experiment::classify(part.samples(), own))});
  }
  const experiment::Answers answers = answers_of(net);
  if (numbers) {
    report_values(arguments, part, experiment::fit_of(part.samples(), answers));
    return 0;
  }
  const experiment::Classified found = experiment::classify(part.samples(), answers);
  report_classes(arguments, part, found, metadata.classes);
  if (!options.to.empty())
    write_matrix(experiment::confusion_figure(found, metadata.classes, part.title()), options.to);
  if (!options.wrong.empty()) {
    const std::int64_t count = write_wrong(part.samples(), answers, metadata.classes, options.wrong);
    tell_aside("{} misclassified pictures are in {}\n", count, options.wrong);
  }
  if (!options.confused.empty()) {
    const std::int64_t count = draw_confused(part.samples(), answers, metadata.classes, options.confused);
    tell_aside("the {} pairs of classes that are confused most are in {}\n", count, options.confused);
  }
  return 0;
}

std::vector<Key> keys() {
  return experiment::joined(model_file_keys(), experiment::part_keys(), experiment::keys_of<EvalOptions>(),
                            experiment::family_keys("metric"));
}

const Registration registration_eval({"eval",
                                      "metrics of a trained network",
                                      {"eval run=last",
                                       "eval model=FILE data=NAME [split=test wrong=FOLDER to=confusion.png]",
                                       "eval run=last metrics=f1,auc-roc"},
                                      keys,
                                      0,
                                      eval});

}  // namespace
}  // namespace luge::cli
