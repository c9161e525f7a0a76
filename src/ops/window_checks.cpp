#include "ops/window_checks.h"

#include <fmt/format.h>

namespace luge {

void check_per_axis(std::string_view op, std::string_view what, const std::vector<std::int64_t>& values,
                    int spatial, std::int64_t least) {
  if (values.size() != static_cast<std::size_t>(spatial)) {
    throw ValueError(fmt::format("{}: {} has {} numbers; expected one for each of the {} spatial axes", op,
                                 what, values.size(), spatial));
  }
  for (std::int64_t value : values) {
    if (value < least)
      throw ValueError(fmt::format("{}: {} is {}; expected at least {}", op, what, value, least));
  }
}

void check_pads(std::string_view op, PaddingMode padding, const std::vector<std::int64_t>& pads,
                int spatial) {
  const std::size_t expected = padding == PaddingMode::explicit_ ? 2 * static_cast<std::size_t>(spatial) : 0;
  if (pads.size() != expected) {
    throw ValueError(fmt::format("{}: pads has {} numbers; expected {} (all begins, then all ends)", op,
                                 pads.size(), expected));
  }
  for (std::int64_t pad : pads) {
    if (pad < 0) throw ValueError(fmt::format("{}: a pad is {}; expected 0 or more", op, pad));
  }
}

void check_reach(std::string_view op, std::int64_t in, std::int64_t kernel, std::int64_t dilation,
                 std::int64_t pad_begin, std::int64_t pad_end) {
  constexpr std::int64_t most = std::int64_t{1} << 60;  // so that a few of them add up within 64 bits
  std::int64_t span = 0;
  if (__builtin_mul_overflow(kernel - 1, dilation, &span) || span > most || in > most || pad_begin > most ||
      pad_end > most) {
    throw ShapeError(
        fmt::format("{}: kernel {} with dilation {} over {} elements with padding {} and {} overflows "
                    "64 bits",
                    op, kernel, dilation, in, pad_begin, pad_end));
  }
}

void refuse_window(std::string_view op, const Shape& x, int axis, const Window& window) {
  const std::int64_t padded = window.in + window.pad_begin + window.pad_end;
  throw ShapeError(fmt::format(
      "{}: input {} is smaller than the window on axis {}: {} with padding {}, the window spans {} (kernel "
      "{}, "
      "dilation {}); use padding = same or a smaller kernel",
      op, x.to_string(), axis + 2, window.in, padded, window.span(), window.kernel, window.dilation));
}

std::vector<std::int64_t> per_axis(const PerAxis& option, int spatial, std::int64_t fallback) {
  const auto count = static_cast<std::size_t>(spatial);
  if (option.values.empty()) return std::vector<std::int64_t>(count, fallback);
  if (option.values.size() == 1) return std::vector<std::int64_t>(count, option.values[0]);
  return option.values;
}

std::vector<std::int64_t> pads_of(const Padding& padding, int spatial) {
  if (padding.mode != PaddingMode::explicit_) return {};
  std::vector<std::int64_t> pads;
  for (const auto* side : {&padding.begins, &padding.ends}) {
    const std::size_t repeat = side->size() == 1 ? static_cast<std::size_t>(spatial) : 1;
    for (std::size_t k = 0; k < repeat; ++k) pads.insert(pads.end(), side->begin(), side->end());
  }
  return pads;
}

}  // namespace luge
