#include "experiment/raw_inputs.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <span>
#include <system_error>

#include "experiment/pictures.h"
#include "io/csv/columns.h"
#include "io/csv/names.h"
#include "io/files/input_file.h"
#include "luge/error.h"
#include "luge/io/csv.h"
#include "luge/io/image.h"

namespace luge::experiment {
namespace fs = std::filesystem;
namespace {

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

data::Record record_of(const std::vector<float>& raw, const Shape& shape) {
  data::HostArray value(data::Field{f32, shape});
  std::copy(raw.begin(), raw.end(), value.as<float>().begin());
  return {{std::string(data::kInput), std::move(value)}};
}

RawInput picture_input(const fs::path& path, const nn::Metadata& metadata) {
  const io::Image picture = io::read_image(path.string());
  const std::vector<float> raw = raw_input(picture, metadata.input);
  RawInput input{path.string(), record_of(raw, metadata.input), changes_for(picture, metadata.input), ""};
  if (looks_inverted(raw, metadata)) {
    input.inverted =
        "looks inverted: the network was trained on the opposite of dark and bright; invert=true inverts the "
        "picture";
  }
  return input;
}

std::vector<RawInput> table_inputs(const fs::path& path, const nn::Metadata& metadata,
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
  std::vector<RawInput> inputs;
  while (rows.next()) {
    std::vector<float> raw;
    for (const std::size_t column : columns) raw.push_back(static_cast<float>(rows.number(column)));
    inputs.push_back(
        {fmt::format("{}:{}", path.string(), rows.line()), record_of(raw, metadata.input), "", ""});
  }
  if (inputs.empty()) throw FormatError(fmt::format("{}: has no rows to predict from", path.string()));
  return inputs;
}

bool is_table(const fs::path& path) {
  const std::string extension = path.extension().string();
  return extension == ".csv" || extension == ".tsv" || extension == ".txt";
}

RawInput text_input(const fs::path& path) {
  const io::InputFile file(path.string());
  std::string text(file.size(), '\0');
  file.read(0, std::as_writable_bytes(std::span(text)));
  return {path.string(), {{"text", data::HostArray::of_text(text)}}, "", ""};
}

void collect(const fs::path& path, const nn::Metadata& metadata, const TableFormat& format, bool text,
             RawInputs& into) {
  if (text) {
    into.inputs.push_back(text_input(path));
  } else if (is_table(path) && metadata.input.rank() == 1) {
    for (RawInput& input : table_inputs(path, metadata, format)) into.inputs.push_back(std::move(input));
  } else {
    into.inputs.push_back(picture_input(path, metadata));
  }
}

}  // namespace

RawInputs read_inputs(const fs::path& path, const nn::Metadata& metadata, const TableFormat& format,
                      bool text, const Poll& poll, const Tell& skipped) {
  RawInputs all;
  std::error_code error;
  if (!fs::is_directory(path, error)) {
    collect(path, metadata, format, text, all);
    return all;
  }
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(path)) {
    if (!entry.is_directory(error)) files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  for (const fs::path& file : files) {
    poll();
    try {
      collect(file, metadata, format, text, all);
    } catch (const Error& problem) {
      ++all.skipped;
      skipped(problem.what());
    }
  }
  if (all.inputs.empty())
    throw ValueError(
        fmt::format("{}: holds no picture or table ({} files skipped)", path.string(), all.skipped));
  return all;
}

void invert(RawInputs& inputs) {
  constexpr float kBright = 255;
  for (RawInput& input : inputs.inputs) {
    for (float& value : input.record[data::kInput].as<float>()) value = kBright - value;
    input.inverted.clear();
  }
}

}  // namespace luge::experiment
