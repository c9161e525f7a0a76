#include "experiment/shown_sample.h"

#include <algorithm>

#include "core/base64.h"
#include "core/utf8.h"
#include "experiment/pictures.h"
#include "io/image/png.h"
#include "luge/data/picture_fields.h"

namespace luge::experiment {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::int64_t kLongestSide = 96;  // of a thumbnail
constexpr std::size_t kLongestText = 400;  // bytes
constexpr std::size_t kMostCells = 24;

// Made smaller by whole factors: each pixel is the mean of a square.
io::Image thumbnail(const io::Image& picture) {
  const std::int64_t side = std::max(picture.height, picture.width);
  const std::int64_t factor = (side + kLongestSide - 1) / kLongestSide;
  if (factor <= 1) return picture;
  io::Image small{std::max<std::int64_t>(1, picture.height / factor),
                  std::max<std::int64_t>(1, picture.width / factor),
                  picture.channels,
                  {}};
  for (std::int64_t y = 0; y < small.height; ++y) {
    for (std::int64_t x = 0; x < small.width; ++x) {
      for (std::int64_t c = 0; c < small.channels; ++c) {
        std::int64_t sum = 0, count = 0;
        for (std::int64_t j = y * factor; j < std::min((y + 1) * factor, picture.height); ++j) {
          for (std::int64_t i = x * factor; i < std::min((x + 1) * factor, picture.width); ++i, ++count)
            sum += picture.pixels[static_cast<std::size_t>((j * picture.width + i) * picture.channels + c)];
        }
        small.pixels.push_back(
            static_cast<std::uint8_t>((sum + count / 2) / std::max<std::int64_t>(1, count)));
      }
    }
  }
  return small;
}

// The bytes of a letter stay together.
std::string beginning(std::string_view text) {
  if (text.size() <= kLongestText) return std::string(text);
  std::size_t end = kLongestText;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
  return std::string(text.substr(0, end)) + " …";
}

Json row_of(const data::Info& info, const data::HostArray& input) {
  Json row = Json::array();
  const auto values = input.as<float>();
  for (std::size_t k = 0; k < std::min(values.size(), kMostCells); ++k)
    row.push_back({k < info.features.size() ? info.features[k] : std::to_string(k), values[k]});
  if (values.size() > kMostCells) row.push_back({"…", values.size()});
  return row;
}

}  // namespace

Json shown_sample(const data::Dataset& samples, std::int64_t index) {
  const data::Info& info = samples.info();
  const data::Record record = samples.record(index);
  for (const auto& [name, field] : info.fields) {
    if (field.text) return {{"text", beginning(record[name].text())}};
  }
  const data::HostArray* input = record.find(data::kInput);
  const data::HostArray* image = input ? input : record.find(data::kImage);
  if (!image || image->bytes.empty() || (image->field.dtype != f32 && image->field.dtype != u8))
    return Json::object();
  if (is_picture(image->field.shape)) {
    const io::Image picture = thumbnail(picture_of(*image, info.preprocessing.value_or(data::Affine{})));
    return {
        {"picture", "data:image/png;base64," + base64_text(io::encode_png(picture, io::PngContent::drawing))},
        {"width", picture.width},
        {"height", picture.height}};
  }
  if (!input || input->field.dtype != f32) return Json::object();
  if (input->field.shape.rank() == 1) return {{"row", row_of(info, *input)}};
  return Json::object();
}

}  // namespace luge::experiment
