#include "data/augment/color.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/dispatch.h"
#include "luge/data/picture_fields.h"
#include "luge/error.h"

namespace luge::data {
namespace {

HostArray& picture_field(Record& record) { return record[record.contains(kInput) ? kInput : kImage]; }

// Numbers that are far above white mean that white is another one.
void check_white(std::string_view augmentation, std::span<const float> numbers, double white) {
  float largest = 0;
  for (const float each : numbers) largest = std::max(largest, each);
  if (largest <= 2 * white) return;
  throw ValueError(fmt::format(
      "augmentation {}: the picture has the value {}; expected numbers from 0 to {}, which is white: "
      "augment.{}.white says another one",
      augmentation, largest, white, augmentation));
}

void scale(std::span<float> numbers, double factor) {
  if (factor == 1) return;
  for (float& each : numbers) each *= static_cast<float>(factor);
}

}  // namespace

void change_shades(std::string_view augmentation, Record& record, double white,
                   const std::function<void(const Shades&)>& function) {
  const Planes planes = picture_of(augmentation, record);
  HostArray& value = picture_field(record);
  Shades shades{augmentation, {}, {}, planes.count(), planes.height(), planes.width()};
  if (planes.dtype() == u8) {
    shades.bytes = value.as<std::uint8_t>();
    return function(shades);
  }
  if (!is_floating(planes.dtype())) {
    throw DTypeError(fmt::format(
        "augmentation {}: the picture is {}; expected u8 from 0 to 255, or floating numbers from 0 to {}",
        augmentation, value.field.to_string(), white));
  }
  const auto change = [&](std::span<float> numbers) {
    check_white(augmentation, numbers, white);
    shades.numbers = numbers;
    scale(numbers, 1 / white);
    function(shades);
    scale(numbers, white);
  };
  if (planes.dtype() == f32) return change(value.as<float>());
  dispatch(planes.dtype(), [&]<class T>() {
    std::vector<float> numbers;
    for (const T each : value.as<T>()) numbers.push_back(convert_element<float>(each));
    change(numbers);
    for (std::size_t k = 0; k < numbers.size(); ++k) value.as<T>()[k] = convert_element<T>(numbers[k]);
  });
}

void change_each(const Shades& shades, const std::array<std::uint8_t, 256>& table,
                 const std::function<float(float)>& function) {
  for (std::uint8_t& each : shades.bytes) each = table[each];
  for (float& each : shades.numbers) each = function(each);
}

void change_each(const Shades& shades, const std::function<double(double)>& function) {
  std::array<std::uint8_t, 256> table;
  if (!shades.bytes.empty()) {
    for (int k = 0; k < 256; ++k) {
      const double made = std::clamp(function(k / 255.0), 0.0, 1.0) * 255;
      table[static_cast<std::size_t>(k)] = static_cast<std::uint8_t>(made + 1e-4);  // 255 · (k / 255) is k
    }
  }
  change_each(shades, table, [&](float each) {
    return static_cast<float>(std::clamp(function(static_cast<double>(each)), 0.0, 1.0));
  });
}

void check_colors(const Shades& shades) {
  if (shades.channels != 1 && shades.channels != 3) {
    throw ShapeError(
        fmt::format("augmentation {}: the picture has {} channels; expected 1, gray, or 3, red, "
                    "green and blue",
                    shades.augmentation, shades.channels));
  }
}

std::vector<float> gray_of(const Shades& shades) {
  check_colors(shades);
  std::vector<float> gray(shades.area());
  if (shades.bytes.empty()) {
    gray_pixels(shades.numbers.data(), shades.channels, gray);
  } else {
    gray_pixels(shades.bytes.data(), shades.channels, gray);
  }
  return gray;
}

}  // namespace luge::data
