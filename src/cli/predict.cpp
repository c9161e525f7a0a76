// luge predict: what a network says about pictures and tables.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <numeric>

#include "cli/command.h"
#include "cli/data_sets.h"
#include "cli/inference.h"
#include "cli/interrupt.h"
#include "cli/output.h"
#include "cli/pictures.h"
#include "io/csv/columns.h"
#include "io/csv/names.h"
#include "luge/io/csv.h"
#include "luge/io/model_file.h"

namespace luge::cli {
namespace fs = std::filesystem;
namespace {

using Json = nlohmann::ordered_json;

struct Input {
  std::string name;
  std::vector<float> raw;
  std::string changes;   // what was done to make it fit
  std::string inverted;  // what to do when it looks so

  std::string note() const { return changes + (changes.empty() || inverted.empty() ? "" : "; ") + inverted; }
};

double mean_of(std::span<const float> values) {
  double sum = 0;
  for (const float value : values) sum += value;
  return values.empty() ? 0 : sum / static_cast<double>(values.size());
}

double border_mean(const std::vector<float>& raw, const Shape& shape) {
  const auto height = static_cast<std::size_t>(shape[1]), width = static_cast<std::size_t>(shape[2]);
  std::vector<float> border;
  for (std::size_t i = 0; i < raw.size(); ++i) {
    const std::size_t x = i % width, y = i / width % height;
    if (x == 0 || y == 0 || x + 1 == width || y + 1 == height) border.push_back(raw[i]);
  }
  return mean_of(border);
}

// Trained on bright things before a dark ground, shown dark things before a bright one, or the reverse.
bool looks_inverted(const std::vector<float>& raw, const nn::Metadata& metadata) {
  constexpr double kBright = 255;
  const double usual = mean_of(metadata.offset), here = mean_of(raw),
               border = border_mean(raw, metadata.input);
  if (usual <= 0) return false;  // what is usual is not known
  const bool ground_differs = usual < kBright / 2 ? border > 0.7 * kBright : border < 0.3 * kBright;
  return ground_differs && std::abs(kBright - here - usual) < std::abs(here - usual);
}

Input picture_input(const fs::path& path, const nn::Metadata& metadata) {
  const io::Image picture = io::read_image(path.string());
  Input input{path.string(), raw_input(picture, metadata.input), changes_for(picture, metadata.input), ""};
  if (looks_inverted(input.raw, metadata)) {
    input.inverted =
        "looks inverted: the network was trained on the opposite of dark and bright; invert=true inverts the "
        "picture";
  }
  return input;
}

std::vector<Input> table_inputs(const fs::path& path, const nn::Metadata& metadata,
                                const TableFormat& format) {
  if (metadata.input.rank() != 1) {
    throw ValueError(fmt::format("{}: is a table; the network takes inputs of shape {}", path.string(),
                                 metadata.input.to_string()));
  }
  using Header = data::CsvOptions::Header;
  const char separator = format.separator != 0 ? format.separator : io::guess_separator(path.string());
  const bool header = format.header == Header::automatic ? io::looks_like_header(path.string(), separator)
                                                         : format.header == Header::yes;
  io::CsvReader rows(path.string(), {.header = header, .separator = separator});
  std::vector<std::string> wanted = metadata.features;
  for (std::size_t c = wanted.size(); c < static_cast<std::size_t>(metadata.input.elements()); ++c)
    wanted.push_back(io::made_up_name(c));  // a network that was not trained on a table
  const std::vector<std::size_t> columns = io::matching_columns(rows, wanted, header);
  std::vector<Input> inputs;
  while (rows.next()) {
    Input input{fmt::format("{}:{}", path.string(), rows.line()), {}, "", ""};
    for (const std::size_t column : columns) input.raw.push_back(static_cast<float>(rows.number(column)));
    inputs.push_back(std::move(input));
  }
  if (inputs.empty()) throw FormatError(fmt::format("{}: has no rows to predict from", path.string()));
  return inputs;
}

bool is_table(const fs::path& path) {
  const std::string extension = path.extension().string();
  return extension == ".csv" || extension == ".tsv" || extension == ".txt";
}

struct Collected {
  std::vector<Input> inputs;
  int skipped = 0;
};

void collect(const fs::path& path, const nn::Metadata& metadata, const TableFormat& format, Collected& into) {
  if (is_table(path) && metadata.input.rank() == 1) {
    for (Input& input : table_inputs(path, metadata, format)) into.inputs.push_back(std::move(input));
  } else {
    into.inputs.push_back(picture_input(path, metadata));
  }
}

// A folder's files in the order of their names; what is no input is counted and named, never passed over in
// silence.
Collected collect_all(const fs::path& path, const nn::Metadata& metadata, const TableFormat& format) {
  Collected all;
  std::error_code error;
  if (!fs::is_directory(path, error)) {
    collect(path, metadata, format, all);
    return all;
  }
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(path)) {
    if (!entry.is_directory(error)) files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  for (const fs::path& file : files) {
    stop_if_asked();
    try {
      collect(file, metadata, format, all);
    } catch (const Error& problem) {
      ++all.skipped;
      fmt::print(stderr, "luge: skipped: {}\n", problem.what());
    }
  }
  if (all.inputs.empty())
    throw ValueError(
        fmt::format("{}: holds no picture or table ({} files skipped)", path.string(), all.skipped));
  return all;
}

Answers answers_for(const nn::Loaded& net, const std::vector<Input>& inputs) {
  const nn::Metadata& metadata = net.metadata();
  Answers answers;
  for (const Input& input : inputs) {
    stop_if_asked();
    const auto values = net.predict(tensor(input.raw, metadata.input)).to_vector<float>();
    answers.width = static_cast<std::int64_t>(values.size());
    answers.values.insert(answers.values.end(), values.begin(), values.end());
  }
  return answers;
}

struct Guess {
  std::string label;
  std::size_t index;
  double probability;
};

std::vector<Guess> best(std::span<const float> row, const nn::Metadata& metadata, std::size_t count) {
  std::vector<float> p(row.begin(), row.end());
  if (p.size() == 1) p = {1 - p[0], p[0]};
  std::vector<std::size_t> order(p.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return p[a] > p[b]; });
  order.resize(std::min(order.size(), count));
  std::vector<Guess> guesses;
  for (const std::size_t k : order)
    guesses.push_back({k < metadata.classes.size() ? metadata.classes[k] : std::to_string(k), k, p[k]});
  return guesses;
}

int predict(const Arguments& arguments) {
  watch_signals();
  const nn::Loaded net = io::read_model(model_path(arguments).file.string()).net;
  const nn::Metadata& metadata = net.metadata();
  Collected found = collect_all(arguments.text("input"), metadata, table_format(arguments));
  if (arguments.flag("invert")) {
    if (!is_picture(metadata.input)) {
      arguments.misuse("invert", fmt::format("a network that looks at pictures; this one takes {}",
                                             metadata.input.to_string()));
    }
    for (Input& input : found.inputs) {
      for (float& value : input.raw) value = 255 - value;
      input.inverted.clear();
    }
  }
  const Answers answers = answers_for(net, found.inputs);
  const auto top = static_cast<std::size_t>(arguments.integer("top", 1));
  Json list = Json::array();
  for (std::size_t i = 0; i < found.inputs.size(); ++i) {
    const auto row = answers.row(static_cast<std::int64_t>(i));
    Json one = {{"input", found.inputs[i].name}};
    std::string line = found.inputs[i].name;
    if (metadata.output == nn::Output::values) {
      one["values"] = std::vector<float>(row.begin(), row.end());
      line += fmt::format("  {:.6g}", fmt::join(row, " "));
    } else {
      one["top"] = Json::array();
      for (const Guess& guess : best(row, metadata, top)) {
        one["top"].push_back(
            {{"label", guess.label}, {"index", guess.index}, {"probability", guess.probability}});
        line += fmt::format("  {}: {:.3f}", guess.label, guess.probability);
      }
    }
    if (const std::string note = found.inputs[i].note(); !note.empty()) {
      one["note"] = note;
      line += "  (" + note + ")";
    }
    list.push_back(std::move(one));
    if (!arguments.json()) fmt::print("{}\n", line);
  }
  if (arguments.json()) print_json(list);
  if (found.skipped > 0) fmt::print(stderr, "luge: {} files skipped\n", found.skipped);
  return 0;
}

std::vector<Key> keys() {
  std::vector<Key> all = model_file_keys();
  all.push_back({"input",
                 "picture (PNG), table (CSV), or a folder of them",
                 "",
                 {},
                 {"image", "picture", "file", "path"}});
  all.push_back({"top", "how many guesses", "5", {}, {"k", "topk", "top_k"}});
  for (Key& key : table_keys()) {
    if (key.name == "data.header" || key.name == "data.separator") all.push_back(std::move(key));
  }
  all.push_back({"invert", "turn dark and bright of pictures", "false"});
  return all;
}

const Registration registration({"predict",
                                 "what a network says about pictures and tables",
                                 {"predict run=last input=FILE|FOLDER [top=5]",
                                  "predict model=FILE input=FILE"},
                                 keys(),
                                 0,
                                 predict});

}  // namespace
}  // namespace luge::cli
