#include "data/augment/cut.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <vector>

#include "core/dispatch.h"
#include "luge/error.h"

namespace luge::data {

void cut(const Planes& from, const Planes& to, std::int64_t top, std::int64_t left, const Resampling& edges) {
  const bool empty = from.height() == 0 || from.width() == 0;
  const Outside outside = empty ? Outside::fill : edges.outside;
  const std::int64_t first = std::clamp<std::int64_t>(-left, 0, to.width()),
                     last = std::clamp<std::int64_t>(from.width() - left, first, to.width());
  std::vector<std::int64_t> column;  // where the pixels left and right of it come from
  for (std::int64_t x = 0; outside != Outside::fill && x < to.width(); ++x)
    column.push_back(shown(left + x, from.width(), outside));
  const std::size_t each = from.element(), width = static_cast<std::size_t>(to.width()) * each;
  const auto bytes = [each](std::int64_t count) { return static_cast<std::size_t>(count) * each; };
  // Most rows have few edges, so that finding a row costs as much as they do: it is done here.
  std::byte* const made = to.row(0, 0, 0, 0).data();
  const std::byte* const old = from.row(0, 0, 0, 0).data();
  const auto fill = [&](std::byte* at, std::size_t count) {
    if (each == 1 && edges.fill == 0) {
      std::memset(at, 0, count);
    } else if (count > 0) {
      to.fill({at, count}, edges.fill);
    }
  };
  for (std::int64_t y = 0; y < to.height(); ++y) {
    const std::int64_t source = empty ? -1 : shown(top + y, from.height(), outside);
    for (std::int64_t plane = 0; plane < to.count(); ++plane) {
      std::byte* const row = made + bytes((plane * to.height() + y) * to.width());
      if (source < 0) {
        fill(row, width);
        continue;
      }
      const std::byte* const shown_row = old + bytes((plane * from.height() + source) * from.width());
      if (last > first) std::memcpy(row + bytes(first), shown_row + bytes(left + first), bytes(last - first));
      if (outside == Outside::fill) {
        fill(row, bytes(first));
        fill(row + bytes(last), bytes(to.width() - last));
        continue;
      }
      for (std::int64_t x = 0; x < to.width(); ++x) {
        if (x >= first && x < last) {
          x = last - 1;  // it is copied
          continue;
        }
        std::memcpy(row + bytes(x), shown_row + bytes(column[static_cast<std::size_t>(x)]), each);
      }
    }
  }
}

void cut(const Moving& moving, std::int64_t top, std::int64_t left, const Extent& to,
         const MovingOptions& options) {
  moving.redraw(to, [&](const Planes& from, const Planes& made, bool is_mask) {
    cut(from, made, top, left, is_mask ? options.of_mask() : options.of_picture());
  });
  moving.carry(Matrix::translation(static_cast<double>(-left), static_cast<double>(-top)), to,
               options.visible);
}

void check_larger(const Moving& moving, const Extent& size, std::string_view remedy) {
  const Extent extent = moving.extent();
  if (extent.height >= size.height && extent.width >= size.width) return;
  throw ValueError(
      fmt::format("augmentation {}: the picture is {}x{} (height x width); expected at least {}x{}; {}",
                  moving.augmentation(), extent.height, extent.width, size.height, size.width, remedy));
}

std::optional<Extent> extent_of_sizes(const std::vector<std::int64_t>& sizes) {
  if (sizes.empty()) return {};
  if (sizes.size() > 2 ||
      std::any_of(sizes.begin(), sizes.end(), [](std::int64_t each) { return each < 1; })) {
    throw options::OptionError(
        "size",
        fmt::format("size is {}; expected one whole number from 1, or height,width", options::text(sizes)));
  }
  return Extent{sizes.front(), sizes.back()};
}

Extent required_extent(const std::vector<std::int64_t>& sizes) {
  if (const std::optional<Extent> extent = extent_of_sizes(sizes)) return *extent;
  throw options::OptionError("size", "size is empty; expected one whole number from 1, or height,width");
}

std::vector<std::string> sized(std::string_view augmentation, const std::optional<Extent>& size,
                               const options::Values& more) {
  if (!size) return {};
  options::Values values = {{"size", std::vector<std::int64_t>{size->height, size->width}}};
  values.insert(values.end(), more.begin(), more.end());
  return {options::text(augmentation, values)};
}

}  // namespace luge::data
