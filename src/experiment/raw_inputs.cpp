#include "experiment/raw_inputs.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <span>
#include <system_error>

#include "core/dispatch.h"
#include "experiment/input_files.h"
#include "experiment/learned.h"
#include "experiment/pictures.h"
#include "experiment/table_inputs.h"
#include "io/files/input_file.h"
#include "luge/data/sound_features.h"
#include "luge/data/text_lines.h"
#include "luge/data/tokens.h"
#include "luge/error.h"
#include "luge/io/image.h"
#include "luge/io/image_facts.h"
#include "luge/io/npy.h"
#include "luge/io/sound.h"
#include "luge/tasks/registry.h"

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
bool looks_inverted(const std::vector<float>& raw, const Shape& shape, const nn::Metadata& metadata) {
  constexpr double kBright = 255;
  const double usual = mean_of(metadata.offset), here = mean_of(raw), border = border_mean(raw, shape);
  if (usual <= 0) return false;  // what is usual is not known
  const bool ground_differs = usual < kBright / 2 ? border > 0.7 * kBright : border < 0.3 * kBright;
  return ground_differs && std::abs(kBright - here - usual) < std::abs(here - usual);
}

data::Record record_of(const std::vector<float>& raw, const Shape& shape) {
  data::HostArray value(data::Field{f32, shape});
  std::copy(raw.begin(), raw.end(), value.as<float>().begin());
  return {{std::string(data::kInput), std::move(value)}};
}

data::HostArray as_numbers(const data::HostArray& picture) {
  data::HostArray numbers(data::Field{f32, picture.field.shape});
  std::ranges::copy(picture.as<std::uint8_t>(), numbers.as<float>().begin());
  return numbers;
}

// A picture as the recipe of a network takes it, and what was or will be done to it: as a folder gave it to
// the training, which the step `picture` says, or without that step of any size, for augmentations such as
// letterbox. Only where neither is there it is stretched to the input of the network.
std::pair<data::HostArray, std::string> raw_picture(const fs::path& path, const io::ImageFacts& facts,
                                                    const nn::Metadata& metadata) {
  const auto wanted = pictures_of(metadata);
  data::PictureOptions options = wanted.value_or(data::PictureOptions{});
  const bool gray = is_picture(metadata.input) && metadata.input[0] == 1;
  if (!wanted) options.color = gray ? data::PictureColor::gray : data::PictureColor::rgb;
  const io::Image file{facts.height, facts.width, facts.channels, {}};
  data::HostArray picture = as_numbers(data::read_picture(path, options));
  const auto shape = picture_shape(metadata, {{std::string(data::kInput), picture}});
  if (!wanted && !shape && !tasks::takes_any_extents(metadata)) {
    data::HostArray stretched(data::Field{f32, metadata.input});
    std::ranges::copy(raw_input(io::read_image(path.string()), metadata.input),
                      stretched.as<float>().begin());
    return {std::move(stretched), changes_for(file, metadata.input)};
  }
  std::string changes = changes_for(file, picture.field.shape);
  if (shape && !tasks::takes_any_extents(metadata))
    changes += fmt::format("{}made {}x{} as in the training", changes.empty() ? "" : ", then ", (*shape)[2],
                           (*shape)[1]);
  return {std::move(picture), std::move(changes)};
}

RawInput picture_input(const fs::path& path, const nn::Metadata& metadata) {
  const io::ImageFacts facts = io::image_facts(path.string());
  auto [picture, changes] = raw_picture(path, facts, metadata);
  const std::string stored = facts.changes();
  if (!stored.empty()) changes = stored + (changes.empty() ? "" : ", ") + changes;
  const std::vector<float> values(picture.as<float>().begin(), picture.as<float>().end());
  const Shape shape = picture.field.shape;
  RawInput input{path.string(), {{std::string(data::kInput), std::move(picture)}}, std::move(changes), ""};
  input.x_scale = static_cast<double>(facts.width) / static_cast<double>(shape[2]);
  input.y_scale = static_cast<double>(facts.height) / static_cast<double>(shape[1]);
  if (looks_inverted(values, shape, metadata)) {
    input.inverted =
        "looks inverted: the network was trained on the opposite of dark and bright; invert=true inverts the "
        "picture";
  }
  return input;
}

// A sound as sound_folder gives it: one channel or all, cut or filled with zeros to the length of the input.
RawInput sound_input(const fs::path& path, const nn::Metadata& metadata) {
  if (metadata.input.rank() != 2)
    throw ValueError(fmt::format("{}: is a sound; the network takes inputs of shape {}", path.string(),
                                 metadata.input.to_string()));
  io::Sound sound = io::read_sound(path.string());
  const std::int64_t channels = metadata.input[0];
  std::string changes;
  const std::int64_t rate =
      metadata.recipe.empty() ? 0 : data::sound_rate(data::Recipe::from_json(metadata.recipe));
  if (rate > 0 && sound.rate != rate) {
    changes = fmt::format("resampled from {} to {} samples a second", sound.rate, rate);
    sound = io::resample_linear(sound, rate);
  }
  const std::int64_t length = metadata.input[1];
  if (sound.frames() == 0)
    throw ValueError(fmt::format("{}: has no samples; expected 1 or more", path.string()));
  if (sound.frames() > length)
    changes +=
        fmt::format("{}cut from {} to {} samples", changes.empty() ? "" : ", then ", sound.frames(), length);
  if (channels == 1) sound = io::mono(sound);
  if (sound.channels != channels)
    throw ValueError(
        fmt::format("{}: has {} channels; the network takes {}", path.string(), sound.channels, channels));
  std::vector<float> raw(static_cast<std::size_t>(channels * length));
  for (std::int64_t t = 0; t < std::min(length, sound.frames()); ++t) {
    for (std::int64_t c = 0; c < channels; ++c)
      raw[static_cast<std::size_t>(c * length + t)] =
          sound.samples[static_cast<std::size_t>(t * channels + c)];
  }
  return {path.string(), record_of(raw, metadata.input), std::move(changes), ""};
}

bool is_sound(const fs::path& path) {
  const std::string extension = path.extension().string();
  return extension == ".wav" || extension == ".WAV" || extension == ".flac" || extension == ".ogg";
}

// The inputs of an NPZ file as it is trained on: those of the test part, or all.
io::NpyArray inputs_of_archive(const fs::path& path) {
  std::vector<std::pair<std::string, io::NpyArray>> all = io::read_npz(path.string());
  std::string names;
  for (const char* wanted : {"x_test", "x"}) {
    for (auto& [name, array] : all) {
      if (name == wanted) return std::move(array);
    }
  }
  for (const auto& [name, array] : all) names += (names.empty() ? "" : ", ") + name;
  throw FormatError(fmt::format("{}: has the arrays {}; expected x or x_test", path.string(), names));
}

// One array of the shape of the input, or several along its first axis.
void array_inputs(const fs::path& path, const nn::Metadata& metadata, RawInputs& into) {
  io::NpyArray array = path.extension() == ".npz" ? inputs_of_archive(path) : io::read_npy(path.string());
  const Shape& wanted = metadata.input;
  if (wanted.rank() == 3) {  // pictures may have their channels last
    const Shape last = {wanted[1], wanted[2], wanted[0]};
    if (array.shape == last && last != wanted) array.shape = last.inserted(0, 1);
    if (array.shape.rank() == 4 && array.shape.without(0) == last && last != wanted)
      array = io::channels_first(array);
  }
  Shape each = array.shape;
  const bool several = each != metadata.input;
  if (several && each.rank() > 0) each = each.without(0);
  if (each != metadata.input)
    throw ValueError(fmt::format("{}: holds {}; the network takes {}, or several of it along a first axis",
                                 path.string(), array.shape.to_string(), metadata.input.to_string()));
  const auto width = static_cast<std::size_t>(each.elements());
  const std::int64_t count = several ? array.shape[0] : 1;
  dispatch(array.dtype, [&]<class T>() {
    const T* from = reinterpret_cast<const T*>(array.bytes.data());
    for (std::int64_t i = 0; i < count; ++i) {
      std::vector<float> raw(width);
      for (std::size_t k = 0; k < width; ++k)
        raw[k] = convert_element<float>(from[static_cast<std::size_t>(i) * width + k]);
      into.inputs.push_back({several ? fmt::format("{}[{}]", path.string(), i) : path.string(),
                             record_of(raw, metadata.input), "", ""});
    }
  });
}

RawInput text_input(const fs::path& path) {
  const io::InputFile file(path.string());
  std::string text(file.size(), '\0');
  file.read(0, std::as_writable_bytes(std::span(text)));
  return {path.string(), {{"text", data::HostArray::of_text(text)}}, "", ""};
}

// Whether the network reads texts of one line each, which become tokens.
bool reads_lines(const nn::Metadata& metadata) {
  return !metadata.recipe.empty() && data::tokenizer_of(data::Recipe::from_json(metadata.recipe)) != nullptr;
}

// Each line is a text, as in the files of a training.
void line_inputs(const fs::path& path, RawInputs& into) {
  const data::Dataset lines = data::text_lines({{path, "none"}}).fields({"text"});
  for (std::int64_t i = 0; i < lines.size(); ++i)
    into.inputs.push_back({lines.where(i), lines.record(i), "", ""});
}

void collect(const fs::path& path, const nn::Metadata& metadata, const TableFormat& format, bool text,
             RawInputs& into) {
  if (reads_lines(metadata)) {
    line_inputs(path, into);
  } else if (text) {
    into.inputs.push_back(text_input(path));
  } else if (is_table(path) && metadata.input.rank() == 1) {
    add_table(path, metadata, format, into);
  } else if (is_sound(path)) {
    into.inputs.push_back(sound_input(path, metadata));
  } else if (path.extension() == ".npy" || path.extension() == ".npz") {
    array_inputs(path, metadata, into);
  } else {
    into.inputs.push_back(picture_input(path, metadata));
  }
}

}  // namespace

std::string RawInput::note() const {
  std::string all;
  for (const std::string& each : {changes, inverted, unknown.to_string()}) {
    if (!each.empty()) all += (all.empty() ? "" : "; ") + each;
  }
  return all;
}

RawInputs read_inputs(const fs::path& path, const nn::Metadata& metadata, const TableFormat& format,
                      bool text, const Poll& poll, const Tell& skipped) {
  RawInputs all;
  std::error_code error;
  if (!fs::is_directory(path, error)) {
    collect(path, metadata, format, text, all);
    return all;
  }
  const auto leave_out = [&](const std::string& what) {
    ++all.skipped;
    skipped(what);
  };
  const std::vector<fs::path> files = files_below(path, leave_out);
  for (const fs::path& file : files) {
    poll();
    try {
      collect(file, metadata, format, text, all);
    } catch (const Error& problem) {
      const std::string what = problem.what();
      leave_out(what.starts_with(file.string()) ? what : fmt::format("{}: {}", file.string(), what));
    }
  }
  if (all.inputs.empty() && all.bad.empty())
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
