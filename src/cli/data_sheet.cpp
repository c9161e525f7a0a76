#include "cli/data_sheet.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "cli/sound_picture.h"
#include "core/dispatch.h"
#include "core/whole.h"
#include "experiment/drawn_prediction.h"
#include "luge/data/picture_fields.h"
#include "luge/draw/curves.h"
#include "luge/error.h"

namespace luge::cli {
namespace {

using data::HostArray;
using data::Record;

constexpr std::size_t kMostMasks = 7;  // as many as there are colors

const HostArray& picture_field(const Record& record) {
  for (const std::string_view name : {data::kInput, data::kImage}) {
    const HostArray* value = record.find(name);
    if (!value) continue;
    const Shape& shape = value->field.shape;
    if (!value->field.text && shape.rank() == 3 && (shape[0] == 1 || shape[0] == 3) &&
        (value->field.dtype == u8 || value->field.dtype == f32))
      return *value;
  }
  throw ValueError(fmt::format("samples of {} are neither pictures nor sounds with their rate", record.schema().to_string()));
}

std::string label_text(const data::Info& info, std::int64_t label) {
  const bool known = label >= 0 && label < std::ssize(info.classes);
  return known ? info.classes[static_cast<std::size_t>(label)] : std::to_string(label);
}

void add_boxes(const data::Info& info, const Record& record, draw::Picture& picture) {
  const HostArray* boxes = record.find(data::kBoxes);
  if (!boxes || boxes->field.dtype != f32 || boxes->field.shape.rank() != 2 || boxes->field.shape[1] != 4)
    return;
  const HostArray* labels = record.find(data::kLabels);
  const bool labeled = labels && labels->field.dtype == i64 && labels->field.shape.rank() == 1 &&
                       labels->field.shape[0] == boxes->field.shape[0];
  for (std::int64_t k = 0; k < boxes->field.shape[0]; ++k) {
    const float* at = boxes->as<float>().data() + 4 * k;
    const std::int64_t label = labeled ? labels->as<std::int64_t>()[static_cast<std::size_t>(k)] : -1;
    picture.boxes.push_back({.x = at[0],
                             .y = at[1],
                             .width = double{at[2]} - at[0],
                             .height = double{at[3]} - at[1],
                             .label = labeled ? label_text(info, label) : "",
                             .color = labeled ? label : 0});
  }
}

// One region for each class but 0, which is the background.
void add_mask(const HostArray& mask, draw::Picture& picture) {
  if (mask.field.shape.rank() < 2 ||
      mask.field.shape.elements() != picture.image.height * picture.image.width)
    return;
  std::map<std::int64_t, std::vector<std::uint8_t>> regions;
  dispatch(mask.field.dtype, [&]<class T>() {
    const auto pixels = mask.as<const T>();
    for (std::size_t k = 0; k < pixels.size(); ++k) {
      const auto of = static_cast<std::int64_t>(std::lround(convert_element<double>(pixels[k])));
      if (of == 0) continue;
      auto& inside = regions[of];
      if (inside.empty()) inside.resize(pixels.size());
      inside[k] = 1;
    }
  });
  if (regions.size() > kMostMasks) return;  // a picture of shades, not of classes
  for (auto& [of, inside] : regions) picture.masks.push_back({std::move(inside), of});
}

std::string caption_of(const data::Info& info, const Record& record, std::int64_t index) {
  if (const HostArray* text = record.find("text"); text && text->field.text) return std::string(text->text());
  const HostArray* target = record.find(data::kTarget);
  if (!target || target->field.dtype != i64 || target->field.shape.elements() != 1 || info.classes.empty())
    return std::to_string(index);
  return label_text(info, target->as<std::int64_t>()[0]);
}

}  // namespace

io::Image image_of(const data::Info& info, const Record& record) {
  if (std::optional<io::Image> sound = sound_picture(record)) return *std::move(sound);
  const HostArray& value = picture_field(record);
  const Shape& shape = value.field.shape;
  io::Image image{shape[1], shape[2], shape[0], {}};
  const auto channels = static_cast<std::size_t>(shape[0]),
             area = static_cast<std::size_t>(shape[1] * shape[2]);
  image.pixels.resize(channels * area);
  const data::Affine affine = info.preprocessing.value_or(data::Affine{});
  const auto at = [](const std::vector<float>& list, std::size_t c) {
    return list[list.size() == 1 ? 0 : c];
  };
  for (std::size_t c = 0; c < channels; ++c) {
    for (std::size_t k = 0; k < area; ++k) {
      const float raw = value.field.dtype == u8
                            ? static_cast<float>(value.as<std::uint8_t>()[c * area + k])
                            : value.as<float>()[c * area + k] / at(affine.scale, c) + at(affine.offset, c);
      image.pixels[k * channels + c] = static_cast<std::uint8_t>(std::clamp(std::lround(raw), 0L, 255L));
    }
  }
  return image;
}

draw::Picture drawn_sample(const data::Info& info, const Record& record, std::int64_t index) {
  draw::Picture picture{.image = image_of(info, record), .caption = caption_of(info, record, index)};
  add_boxes(info, record, picture);
  for (const std::string_view name : {data::kMask, data::kTarget}) {
    if (const HostArray* mask = record.find(name)) add_mask(*mask, picture);
  }
  // The classes name the points of data that has no boxes.
  const bool named = !info.fields.find(data::kBoxes);
  picture.dots = experiment::dots_of(record, named ? info.classes : std::vector<std::string>());
  return picture;
}

std::vector<std::int64_t> spread(std::int64_t size, std::int64_t count) {
  const std::int64_t chosen = std::min(count, size);
  std::vector<std::int64_t> indices;
  for (std::int64_t k = 0; k < chosen; ++k) indices.push_back(k * size / chosen);
  return indices;
}

draw::Figure contact_sheet(const data::Dataset& part, std::int64_t count, const std::string& title) {
  std::vector<draw::Picture> pictures;
  for (const std::int64_t i : spread(part.size(), count))
    pictures.push_back(drawn_sample(part.info(), part.record(i), i));
  return draw::picture_grid(pictures, {.title = title});
}

draw::Figure size_scatter(const std::vector<std::pair<std::int64_t, std::int64_t>>& sizes,
                          const std::string& title) {
  draw::Line dots{.label = "pictures", .y = {}, .x = {}, .points = true};
  for (const auto& [height, width] : sizes)
    dots.x.push_back(static_cast<double>(width)), dots.y.push_back(static_cast<double>(height));
  return draw::curves({{.title = "height over width, in pixels", .lines = {dots}, .x_label = "width"}},
                      {.title = title});
}

}  // namespace luge::cli
