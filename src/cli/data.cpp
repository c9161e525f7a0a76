// luge data: what a data set holds, and samples of it as pictures.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "cli/command.h"
#include "cli/output.h"
#include "cli/picture_files.h"
#include "experiment/data_sets.h"
#include "experiment/keys.h"
#include "experiment/pictures.h"

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

std::vector<std::string> write_samples(const data::Dataset& part, const fs::path& folder,
                                       std::int64_t count) {
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

int run_data(const Arguments& arguments) {
  if (arguments.positional().empty())
    throw Misuse(fmt::format(
        "luge data: say which, as in `{0} data fashion-mnist`; `{0} list data` names those built in, "
        "others are a folder or a CSV file",
        program()));
  const std::int64_t count = arguments.integer("count", 1);
  if (arguments.given("count") && !arguments.has("to"))
    throw Misuse("luge data: count= says how many samples are written; to=FOLDER says where");
  const experiment::DataSet data = experiment::load_data(arguments, arguments.positional()[0]);
  std::vector<std::string> written;
  const data::Dataset& sampled = data.test ? *data.test : data.train;
  if (arguments.has("to")) written = write_samples(sampled, arguments.text("to"), count);
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
  fmt::print("{} pictures of the {} part are in {}\n", written.size(), data.test ? "test" : "train",
             arguments.text("to"));
  fmt::print("Next:\n  {} predict run=last input={}\n", program(), shell_word(arguments.text("to")));
  return 0;
}

std::vector<Key> keys() {
  std::vector<Key> all = {{"to", "folder for samples as PNG pictures"}, {"count", "how many samples", "10"}};
  for (Key& key : experiment::table_keys()) all.push_back(std::move(key));
  return all;
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
