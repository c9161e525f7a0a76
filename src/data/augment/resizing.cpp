#include "data/augment/resizing.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "luge/error.h"

namespace luge::data {
namespace {

template <class T>
void resize_picture(const Planes& from, const Planes& to, const io::PictureBox& box,
                    io::ResizeFilter filter) {
  const auto pixels = [](const Planes& planes) {
    return std::span(reinterpret_cast<T*>(planes.row(0, 0, 0, 0).data()),
                     static_cast<std::size_t>(planes.count() * planes.height() * planes.width()));
  };
  io::resize_planes(std::span<const T>(pixels(from)), {from.count(), from.height(), from.width()}, pixels(to),
                    {to.count(), to.height(), to.width()}, {.filter = filter, .box = box});
}

}  // namespace

void resize(const Moving& moving, const io::PictureBox& box, const Extent& to, io::ResizeFilter filter,
            double visible) {
  const Extent before = moving.extent();
  if (before.height == 0 || before.width == 0) {
    throw ShapeError(fmt::format("augmentation {}: the picture is empty; expected at least one pixel",
                                 moving.augmentation()));
  }
  const double across = static_cast<double>(to.width) / (box.right - box.left),
               along = static_cast<double>(to.height) / (box.bottom - box.top);
  const Matrix forward = Matrix::scaling(across, along) * Matrix::translation(-box.left, -box.top);
  moving.redraw(to, [&](const Planes& from, const Planes& made, bool is_mask) {
    if (is_mask) {
      warp(from, made, forward.inverse(), {Between::nearest, Outside::replicate, 0});
    } else if (from.dtype() == u8) {
      resize_picture<std::uint8_t>(from, made, box, filter);
    } else if (from.dtype() == f32) {
      resize_picture<float>(from, made, box, filter);
    } else {
      throw DTypeError(fmt::format("augmentation {}: the picture is {}; expected u8 or f32",
                                   moving.augmentation(), name(from.dtype())));
    }
  });
  moving.carry(forward, to, visible);
}

void resize(const Moving& moving, const Extent& to, io::ResizeFilter filter) {
  const Extent before = moving.extent();
  resize(moving, {0, 0, static_cast<double>(before.width), static_cast<double>(before.height)}, to, filter,
         0);
}

Extent fitted(const Extent& picture, const Extent& frame) {
  const double factor = std::min(
      static_cast<double>(frame.height) / static_cast<double>(std::max<std::int64_t>(1, picture.height)),
      static_cast<double>(frame.width) / static_cast<double>(std::max<std::int64_t>(1, picture.width)));
  const auto side = [&](std::int64_t extent, std::int64_t most) {
    return std::clamp<std::int64_t>(std::llround(static_cast<double>(extent) * factor), 1, most);
  };
  return {side(picture.height, frame.height), side(picture.width, frame.width)};
}

}  // namespace luge::data
