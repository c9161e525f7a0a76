#include "backend/cpu/norm/wide.h"

namespace luge::cpu::norm {
namespace {

// Calls visit(offset) for each element of a channel in the images of parts [first, last).
template <class Visit>
void for_elements(const ChannelWalk& w, std::int64_t channel, std::int64_t first, std::int64_t last,
                  const Visit& visit) {
  const std::int64_t begin = w.strip_offset(channel / w.lanes) + channel % w.lanes;
  for (std::int64_t image = w.first_image(first); image < w.first_image(last); ++image) {
    for (std::int64_t point = 0; point < w.points; ++point) {
      visit(begin + image * w.image_stride + point * w.point_stride);
    }
  }
}

struct Element {
  double g, normal;
};
Element element(const WideChannel& c, const BackwardImages& images, std::int64_t at) {
  const double normal = (static_cast<double>(images.x[at]) - c.mean) * c.inverse;
  auto g = static_cast<double>(images.dy[at]);
  if (images.rectifier != Rectifier::none && !(normal * c.scale + c.shift > 0)) {
    g *= images.rectifier == Rectifier::leaky ? static_cast<double>(images.slope) : 0;
  }
  return {g, normal};
}

double count_of(const ChannelWalk& w) { return static_cast<double>(w.images * w.points); }

}  // namespace

WideMoments wide_moments(const ChannelWalk& w, std::int64_t channel, const float* x) {
  WideMoments m;
  for_elements(w, channel, 0, w.parts, [&](std::int64_t at) { m.mean += static_cast<double>(x[at]); });
  m.mean /= count_of(w);
  for_elements(w, channel, 0, w.parts, [&](std::int64_t at) {
    const double distance = static_cast<double>(x[at]) - m.mean;
    m.variance += distance * distance;
  });
  m.variance /= count_of(w);
  return m;
}

WideSlopes wide_slopes(const ChannelWalk& w, const WideChannel& c, const BackwardImages& images) {
  WideSlopes slopes;
  for_elements(w, c.channel, 0, w.parts, [&](std::int64_t at) {
    const auto [g, normal] = element(c, images, at);
    slopes.sum += g, slopes.product += g * normal;
  });
  return slopes;
}

void wide_spread(const ChannelWalk& w, std::int64_t part, const WideChannel& c, const WideSlopes& slopes,
                 const BackwardImages& images) {
  const double average = slopes.sum / count_of(w), slope = slopes.product / count_of(w);
  for_elements(w, c.channel, part, part + 1, [&](std::int64_t at) {
    const auto [g, normal] = element(c, images, at);
    images.dx[at] = static_cast<float>(c.scale * c.inverse * (g - average - normal * slope));
  });
}

}  // namespace luge::cpu::norm
