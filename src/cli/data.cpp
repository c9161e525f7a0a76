// luge data: what a data set holds, and samples of it as pictures, also augmented ones.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>

#include "cli/command.h"
#include "cli/data_facts.h"
#include "cli/data_sheet.h"
#include "cli/mixed_sheet.h"
#include "cli/output.h"
#include "cli/picture_files.h"
#include "cli/table_facts.h"
#include "experiment/augmented.h"
#include "experiment/bad_files.h"
#include "experiment/data_reader.h"
#include "experiment/data_sets.h"
#include "experiment/family_keys.h"
#include "experiment/keys.h"
#include "experiment/option_keys.h"
#include "experiment/picture_keys.h"
#include "experiment/table_columns.h"
#include "luge/data/captcha.h"
#include "luge/data/picture_fields.h"
#include "luge/data/sources.h"
#include "luge/draw/picture_grid.h"

namespace luge::cli {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t kListedBad = 20, kListedShared = 5;

struct SampleOptions {
  static constexpr const char* table = "";
  std::string to, sizes;
  std::int64_t count = 10, epoch = 0;
  std::uint64_t seed = 0;
  bool check = false;
  static void fields(auto& self, auto&& field) {
    field("to", self.to,
          "folder for samples as PNG pictures; or a file, .png or .svg, for one picture of all");
    field("count", self.count,
          "how many samples: the first ones in a folder, spread over the part in one picture",
          options::at_least(1));
    field("epoch", self.epoch, "whose random numbers augment= has, from 0", options::at_least(0));
    field("seed", self.seed, "of the random numbers of augment=");
    field("sizes", self.sizes, "file, .png or .svg, for a picture of the sizes of the pictures");
    field("check", self.check, "list all files and samples that cannot be used, not the first 20");
  }
};

// What is written in the picture; empty where the record does not say it, or no file can be called so.
std::string text_in(const data::Record& record) {
  const data::HostArray* text = record.find("text");
  if (!text || !text->field.text) return "";
  const std::string name(text->text());
  try {
    const bool safe = name.find('/') == std::string::npos && !name.starts_with('.');
    return safe && data::text_of_file_name(name + ".png") == name ? name : "";
  } catch (const FormatError&) {
    return "";
  }
}

// The text of the picture names its file, with a number where it is there already: data=FOLDER reads that.
std::string file_name(std::int64_t index, const data::Dataset& part, const data::Record& record,
                      std::map<std::string, int>& texts) {
  if (const std::string text = text_in(record); !text.empty()) {
    const int times = ++texts[text];
    return times == 1 ? text + ".png" : fmt::format("{}_{}.png", text, times);
  }
  std::string label;
  const data::HostArray* target = record.find(data::kTarget);
  if (!part.info().classes.empty() && target && target->field.dtype == i64 &&
      target->field.shape.elements() == 1)
    label = "-" + file_word(part.info().classes.at(static_cast<std::size_t>(target->as<std::int64_t>()[0])));
  return fmt::format("{:05}{}.png", index, label);
}

std::vector<std::string> write_samples(const experiment::Config& config, const data::Dataset& part,
                                       const SampleOptions& options, const std::string& title) {
  if (draw::is_figure_name(options.to)) {
    const draw::Figure sheet =
        mixes_batches(config) ? mixed_sheet(config, part, options.count, options.epoch, options.seed, title)
                              : contact_sheet(part, options.count, title);
    sheet.write(options.to);
    return {options.to};
  }
  const fs::path folder = options.to;
  make_folder(folder);
  std::vector<std::string> written;
  std::map<std::string, int> texts;
  for (std::int64_t i = 0; i < std::min(options.count, part.size()); ++i) {
    const data::Record record = part.record(i);
    written.push_back((folder / file_name(i, part, record, texts)).string());
    io::write_png(written.back(), image_of(part.info(), record));
  }
  return written;
}

void draw_sizes(const std::vector<std::pair<std::string, DataFacts>>& parts, const SampleOptions& options,
                const std::string& title) {
  std::vector<std::pair<std::int64_t, std::int64_t>> sizes;
  for (const auto& [name, facts] : parts) {
    for (const auto& [size, count] : facts.sizes) sizes.push_back(size);
  }
  if (sizes.empty()) throw ValueError("luge data: sizes= draws the sizes of pictures, and there are none");
  size_scatter(sizes, title).write(options.sizes);
}

// Which data, how it is read, the options of registered data sets, and augmentations.
std::vector<Key> data_keys() {
  return experiment::joined(experiment::family_keys("data"), experiment::keys_of<experiment::ReaderOptions>(),
                            experiment::keys_of<experiment::PictureKeys>(), experiment::reader_keys(),
                            experiment::family_keys("augmentation"));
}

bool is_text(const std::string& name) {
  std::error_code error;
  const std::string ending = fs::path(name).extension().string();
  return (ending == ".txt" || ending == ".md") && fs::is_regular_file(name, error);
}

experiment::DataSet load(const experiment::Config& config, const std::string& name) {
  // A table may end with .txt, too; who names its target means one.
  if (is_text(name) && !config.given("data.target")) return experiment::load_text(config, name, true);
  return experiment::load_data(config, name);
}

// What is known when too little of the data can be read.
void tell_unreadable(const Arguments& arguments, const std::string& name, const SampleOptions& options,
                     const experiment::UnreadableData& error) {
  if (arguments.json()) {
    print_json({{"name", name}, {"error", error.what()}, {"bad", bad_files_json(error.files())}});
  } else {
    print_bad_files(error.files(), options.check ? 0 : kListedBad);
  }
}

// Every file is looked at, unless it was said that the first bad one is an error.
experiment::DataSet load_all(const Arguments& arguments, experiment::Config& config, const std::string& name,
                             const SampleOptions& options) {
  config.set_default("data.on_bad", "skip", experiment::Source::data);
  // Tables are read as cells, so that the missing ones can be counted.
  config.set_default("data.missing", "most-common", experiment::Source::data);
  try {
    return load(config, name);
  } catch (const experiment::UnreadableData& error) {
    tell_unreadable(arguments, name, options, error);
    throw;
  }
}

// The training part as it is in this epoch, augmented.
data::Dataset augmented_part(const experiment::Config& config, const data::Dataset& part,
                             const SampleOptions& options) {
  const data::Dataset made = experiment::augmented(config, part, options.seed);
  const auto source = made.source()->at_epoch(options.epoch);
  return source ? data::Dataset(source) : made;
}

void check_meaning(const Arguments& arguments, const experiment::Config& config,
                   const SampleOptions& options) {
  const bool augments = config.given("data.augment");
  check_folder_or_figure(arguments, "to", options.to);
  if (arguments.given("count") && options.to.empty())
    throw Misuse("luge data: count= says how many samples are written; to=FOLDER says where");
  if (augments && options.to.empty())
    throw Misuse("luge data: augment= changes the samples that are written; to=sheet.png says where");
  for (const char* key : {"epoch", "seed"}) {
    if (arguments.given(key) && !augments)
      throw Misuse(fmt::format("luge data: {}= is about random changes; augment= says which", key));
  }
  if (mixes_batches(config) && !draw::is_figure_name(options.to))
    throw Misuse(
        fmt::format("luge data: augment={} mixes the samples of a batch, which are shown in one picture; "
                    "to=sheet.png draws it",
                    config.text("data.augment")));
}

int run_data(const Arguments& arguments) {
  if (arguments.positional().empty())
    throw Misuse(fmt::format(
        "luge data: say which, as in `{0} data fashion-mnist`; `{0} list data` names those built in, "
        "others are a folder or a CSV file",
        program()));
  const auto options = experiment::read<SampleOptions>(arguments);
  const std::string& name = arguments.positional()[0];
  experiment::Config config = arguments.only(data_keys());
  config.set("data.name", name);
  check_meaning(arguments, config, options);
  const bool skips = config.given("data.on_bad");  // then a bad file is not an error
  const experiment::DataSet data = load_all(arguments, config, name, options);
  const bool augments = config.given("data.augment");
  std::vector<std::string> written;
  const data::Dataset sampled = augments    ? augmented_part(config, data.train, options)
                                : data.test ? *data.test
                                            : data.train;
  if (!options.to.empty())
    written = write_samples(
        config, sampled, options,
        augments ? fmt::format("{}: {}, epoch {}", data.name, config.text("data.augment"), options.epoch)
                 : data.name);
  std::vector<std::pair<std::string, data::Dataset>> parts = {{"train", data.train}};
  if (data.valid) parts.emplace_back("valid", *data.valid);
  if (data.test) parts.emplace_back("test", *data.test);
  std::vector<std::pair<std::string, DataFacts>> facts;
  std::vector<data::ColumnFacts> columns;  // of a table, which has one part
  for (const auto& [part, set] : parts) {
    facts.emplace_back(part, facts_of(set));
    if (set.info().fields.find(data::kCells))
      columns = data::column_facts(set, experiment::column_types(config));
  }
  if (!options.sizes.empty()) draw_sizes(facts, options, data.name);
  const bool bad =
      (!data.bad.empty() && !skips) || is_unclear(columns) ||
      std::any_of(facts.begin(), facts.end(), [](const auto& each) { return !each.second.bad.empty(); });
  if (arguments.json()) {
    nlohmann::ordered_json json = {{"name", data.name}};
    for (std::size_t k = 0; k < parts.size(); ++k) {
      json[parts[k].first] = facts_json(parts[k].second, facts[k].second);
      if (k > 0) json[parts[k].first]["in_train"] = shared_inputs(facts[0].second, facts[k].second).size();
    }
    if (!columns.empty()) json["train"]["columns"] = columns_json(columns);
    if (!data.notes.empty()) json["notes"] = data.notes;
    if (!data.bad.empty()) json["bad"] = bad_files_json(data.bad);
    if (!written.empty()) json["written"] = written;
    print_json(json);
    return bad ? 1 : 0;
  }
  fmt::print("{}\n", data.name);
  for (const std::string& note : data.notes) fmt::print("       {}\n", note);
  print_bad_files(data.bad, options.check ? 0 : kListedBad);
  for (std::size_t k = 0; k < parts.size(); ++k) {
    print_facts(parts[k].first, parts[k].second, facts[k].second, options.check ? 0 : kListedBad);
    if (k == 0 && !columns.empty()) print_columns(columns);
    if (k == 0 || data.complete) continue;  // all cases that there are, in each part
    const auto shared = shared_inputs(facts[0].second, facts[k].second);
    if (shared.empty()) continue;
    fmt::print("       {} samples are in the training part, too: figures of this part are too good\n",
               shared.size());
    for (std::size_t i = 0; i < std::min(shared.size(), kListedShared); ++i)
      fmt::print("         {} = {}\n", parts[k].second.where(shared[i].first),
                 parts[0].second.where(shared[i].second));
  }
  if (written.empty()) return bad ? 1 : 0;
  fmt::print("{} pictures of the {} part are in {}\n", std::min(options.count, sampled.size()),
             data.test && !augments ? "test" : "train", options.to);
  if (draw::is_figure_name(options.to)) return bad ? 1 : 0;
  fmt::print("Next:\n  {} predict run=last input={}\n", program(), shell_word(options.to));
  return bad ? 1 : 0;
}

std::vector<Key> keys() {
  std::vector<Key> of_data = data_keys();
  std::erase_if(of_data, [](const Key& key) { return key.name == "data.name"; });  // a word without a key
  return experiment::joined(experiment::keys_of<SampleOptions>(), of_data);
}

const Registration registration_data({"data",
                                      "what a data set holds; samples as pictures; a check of every file",
                                      {"data fashion-mnist [to=samples count=10]",
                                       "data FOLDER|FILE.csv [target=COLUMN]",
                                       "data FOLDER augment=flip,rotate to=sheet.png [epoch=3]"},
                                      keys,
                                      1,
                                      run_data});

}  // namespace
}  // namespace luge::cli
