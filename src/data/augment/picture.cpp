#include "data/augment/picture.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "core/dispatch.h"
#include "luge/data/picture_fields.h"
#include "luge/error.h"

namespace luge::data {
namespace {

template <class T>
T nearest_element(double number) {
  if constexpr (std::integral<T> && !std::same_as<T, bool>) {
    const auto low = static_cast<double>(std::numeric_limits<T>::min()),
               high = static_cast<double>(std::numeric_limits<T>::max());
    if (number >= high) return std::numeric_limits<T>::max();
    return number <= low ? std::numeric_limits<T>::min() : static_cast<T>(std::llround(number));
  } else {
    return convert_element<T>(number);
  }
}

}  // namespace

Planes::Planes(HostArray& value)
    : bytes_(value.bytes.data()), dtype_(value.field.dtype), element_(size_of(value.field.dtype)) {
  const Shape& shape = value.field.shape;
  height_ = shape[shape.rank() - 2];
  width_ = shape[shape.rank() - 1];
  count_ = 1;
  for (int axis = 0; axis + 2 < shape.rank(); ++axis) count_ *= shape[axis];
}

std::span<std::byte> Planes::row(std::int64_t plane, std::int64_t y, std::int64_t x,
                                 std::int64_t count) const {
  const std::int64_t first = (plane * height_ + y) * width_ + x;
  return {bytes_ + static_cast<std::size_t>(first) * element_, static_cast<std::size_t>(count) * element_};
}

void Planes::fill(std::span<std::byte> elements, double number) const {
  dispatch(dtype_, [&]<class T>() {
    const T value = nearest_element<T>(number);
    for (std::size_t at = 0; at < elements.size(); at += sizeof(T))
      std::memcpy(elements.data() + at, &value, sizeof(T));
  });
}

void Planes::change(const std::function<double(double)>& function) const {
  dispatch(dtype_, [&]<class T>() {
    std::byte* at = bytes_;
    for (std::int64_t k = 0; k < count_ * height_ * width_; ++k, at += sizeof(T)) {
      T element;
      std::memcpy(&element, at, sizeof(T));
      element = nearest_element<T>(function(convert_element<double>(element)));
      std::memcpy(at, &element, sizeof(T));
    }
  });
}

Planes picture_of(std::string_view augmentation, Record& record) {
  const std::string name(record.contains(kInput) ? kInput : kImage);
  if (!record.contains(name)) {
    throw ValueError(fmt::format(
        "augmentation {}: there is no picture; expected a field 'input' or 'image' [channels,height,width] "
        "among {}",
        augmentation, record.schema().to_string()));
  }
  HostArray& value = record[name];
  if (value.field.text || value.field.shape.rank() != 3) {
    throw ShapeError(fmt::format(
        "augmentation {}: the field '{}' is {}; expected a picture [channels,height,width]; leave the "
        "augmentation out",
        augmentation, name, value.field.to_string()));
  }
  return Planes(value);
}

}  // namespace luge::data
