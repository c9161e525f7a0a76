// luge data: what a data set holds, and samples of it as pictures.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "cli/command.h"
#include "cli/output.h"
#include "cli/picture_files.h"
#include "experiment/data_sets.h"
#include "experiment/family_keys.h"
#include "experiment/keys.h"
#include "experiment/option_keys.h"
#include "experiment/pictures.h"
#include "luge/draw/picture_grid.h"

namespace luge::cli {
namespace fs = std::filesystem;
namespace {

std::vector<std::int64_t> class_counts(const data::Dataset& part) {
  std::vector<std::int64_t> counts(part.info().classes.size());
  for (const data::Sample& sample : part)
    counts[static_cast<std::size_t>(sample.target.as<std::int64_t>()[0])]++;
  return counts;
}

std::string file_name(std::int64_t index, const data::Dataset& part, const data::Sample& sample) {
  std::string label;
  if (!part.info().classes.empty()) {
    label =
        "-" + file_word(part.info().classes[static_cast<std::size_t>(sample.target.as<std::int64_t>()[0])]);
  }
  return fmt::format("{:05}{}.png", index, label);
}

// One figure of all of them.
void draw_samples(const data::Dataset& part, const std::string& file, std::int64_t count) {
  std::vector<draw::Picture> pictures;
  for (std::int64_t i = 0; i < std::min(count, part.size()); ++i) {
    const data::Sample sample = part.get(i);
    const auto& classes = part.info().classes;
    pictures.push_back(
        {.image = experiment::picture_of(sample.input, part.info().preprocessing.value_or(data::Affine{})),
         .caption = classes.empty()
                        ? std::to_string(i)
                        : classes[static_cast<std::size_t>(sample.target.as<std::int64_t>()[0])]});
  }
  draw::picture_grid(pictures, {.title = part.info().name}).write(file);
}

std::vector<std::string> write_samples(const data::Dataset& part, const std::string& to, std::int64_t count) {
  if (draw::is_figure_name(to)) {
    draw_samples(part, to, count);
    return {to};
  }
  const fs::path folder = to;
  make_folder(folder);
  std::vector<std::string> written;
  for (std::int64_t i = 0; i < std::min(count, part.size()); ++i) {
    const data::Sample sample = part.get(i);
    written.push_back((folder / file_name(i, part, sample)).string());
    io::write_png(written.back(),
                  experiment::picture_of(sample.input, part.info().preprocessing.value_or(data::Affine{})));
  }
  return written;
}

nlohmann::ordered_json describe(const data::Dataset& part) {
  nlohmann::ordered_json json = {{"samples", part.size()}, {"input", part.info().input().to_string()}};
  if (part.info().target()) json["target"] = part.info().target()->to_string();
  if (!part.info().features.empty()) json["features"] = part.info().features;
  if (part.info().classes.empty()) return json;
  const auto counts = class_counts(part);
  for (std::size_t k = 0; k < counts.size(); ++k) {
    json["classes"].push_back({{"label", part.info().classes[k]}, {"samples", counts[k]}});
  }
  return json;
}

void print(const std::string& name, const data::Dataset& part) {
  fmt::print("{:<6} {} samples, input {}", name, part.size(), part.info().input().to_string());
  if (part.info().target()) fmt::print(", target {}", part.info().target()->to_string());
  fmt::print("   from {}\n", part.size() > 0 ? part.where(0) : "nothing");
  if (part.info().classes.empty()) return;
  const auto counts = class_counts(part);
  for (std::size_t k = 0; k < counts.size(); ++k)
    fmt::print("       {:>3}  {:<14} {}\n", k, part.info().classes[k], counts[k]);
}

struct SampleOptions {
  static constexpr const char* table = "";
  std::string to;
  std::int64_t count = 10;
  static void fields(auto& self, auto&& field) {
    field("to", self.to,
          "folder for samples as PNG pictures; or a file, .png or .svg, for one picture of all");
    field("count", self.count, "how many samples", options::at_least(1));
  }
};

// Which data, how a table is read, and the options of registered data sets.
std::vector<Key> data_keys() {
  std::vector<Key> table = experiment::table_keys();
  std::erase_if(table, [](const Key& key) { return key.name == "task.name"; });  // nothing is learned here
  return experiment::joined(experiment::family_keys("data"), table);
}

int run_data(const Arguments& arguments) {
  if (arguments.positional().empty())
    throw Misuse(fmt::format(
        "luge data: say which, as in `{0} data fashion-mnist`; `{0} list data` names those built in, "
        "others are a folder or a CSV file",
        program()));
  const auto options = experiment::read<SampleOptions>(arguments);
  if (arguments.given("count") && options.to.empty())
    throw Misuse("luge data: count= says how many samples are written; to=FOLDER says where");
  const std::string& name = arguments.positional()[0];
  experiment::Config config = arguments.only(data_keys());
  config.set("data.name", name);
  const experiment::DataSet data = experiment::load_data(config, name);
  std::vector<std::string> written;
  const data::Dataset& sampled = data.test ? *data.test : data.train;
  if (!options.to.empty()) written = write_samples(sampled, options.to, options.count);
  if (arguments.json()) {
    nlohmann::ordered_json json = {{"name", data.name}, {"train", describe(data.train)}};
    if (data.test) json["test"] = describe(*data.test);
    if (!written.empty()) json["written"] = written;
    print_json(json);
    return 0;
  }
  fmt::print("{}\n", data.name);
  print("train", data.train);
  if (data.test) print("test", *data.test);
  if (written.empty()) return 0;
  fmt::print("{} pictures of the {} part are in {}\n", std::min(options.count, sampled.size()),
             data.test ? "test" : "train", options.to);
  if (draw::is_figure_name(options.to)) return 0;
  fmt::print("Next:\n  {} predict run=last input={}\n", program(), shell_word(options.to));
  return 0;
}

std::vector<Key> keys() {
  std::vector<Key> of_data = data_keys();
  std::erase_if(of_data, [](const Key& key) { return key.name == "data.name"; });  // a word without a key
  return experiment::joined(experiment::keys_of<SampleOptions>(), of_data);
}

const Registration registration({"data",
                                 "what a data set holds; samples as pictures",
                                 {"data fashion-mnist [to=samples count=10]",
                                  "data FOLDER|FILE.csv [target=COLUMN]"},
                                 keys,
                                 1,
                                 run_data});

}  // namespace
}  // namespace luge::cli
