#include "backend/cpu/norm/channels.h"

#include <algorithm>

#include "core/simd_targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "backend/cpu/norm/channels_simd.cpp"
#include "hwy/foreach_target.h"
// after foreach_target.h
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace luge::cpu::norm::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;
using std::int64_t;
using One = hn::CappedTag<float, 1>;

// A channel's number next to a vector of the strip: one each, or the same for all points of a plane.
template <class D>
HWY_INLINE hn::Vec<D> number(D d, bool plane, const float* of) {
  return plane ? hn::Set(d, *of) : hn::LoadU(d, of);
}

// What is added up, and what is written, at one vector of a strip; `at` is its position in the images.
struct Sum {
  const float* x;
  template <class D>
  HWY_INLINE void operator()(D d, int64_t at, hn::Vec<D>& a, hn::Vec<D>&) const {
    a = hn::Add(a, hn::LoadU(d, x + at));
  }
};
struct Squares {
  const float* x;
  const float* mean;
  bool plane;
  template <class D>
  HWY_INLINE void operator()(D d, int64_t at, hn::Vec<D>& a, hn::Vec<D>&) const {
    const auto centered = hn::Sub(hn::LoadU(d, x + at), number(d, plane, mean));
    a = hn::MulAdd(centered, centered, a);
  }
};

// Centered x, and the gradient as far as relu lets it through.
template <Rectifier kRectifier>
struct Masked {
  const BackwardImages& images;
  const Coefficients& c;  // of this strip
  bool plane;
  template <class D>
  HWY_INLINE void read(D d, int64_t at, hn::Vec<D>& g, hn::Vec<D>& centered) const {
    g = hn::LoadU(d, images.dy + at);
    centered = hn::Sub(hn::LoadU(d, images.x + at), number(d, plane, c.mean));
    if constexpr (kRectifier != Rectifier::none) {
      const auto y = hn::MulAdd(centered, number(d, plane, c.factor), number(d, plane, c.shift));
      const auto positive = hn::Gt(y, hn::Zero(d));
      if constexpr (kRectifier == Rectifier::relu) g = hn::IfThenElseZero(positive, g);
      if constexpr (kRectifier == Rectifier::leaky)
        g = hn::IfThenElse(positive, g, hn::Mul(g, hn::Set(d, images.slope)));
    }
  }
};
template <Rectifier kRectifier>
struct Slopes : Masked<kRectifier> {
  template <class D>
  HWY_INLINE void operator()(D d, int64_t at, hn::Vec<D>& a, hn::Vec<D>& b) const {
    hn::Vec<D> g, centered;
    this->read(d, at, g, centered);
    a = hn::Add(a, g);
    b = hn::MulAdd(g, centered, b);
  }
};
template <Rectifier kRectifier>
struct Spread : Masked<kRectifier> {
  template <class D>
  HWY_INLINE void operator()(D d, int64_t at) const {
    hn::Vec<D> g, centered;
    this->read(d, at, g, centered);
    const auto rest =
        hn::MulAdd(centered, number(d, this->plane, this->c.slope), number(d, this->plane, this->c.constant));
    hn::StoreU(hn::MulAdd(g, number(d, this->plane, this->c.factor), rest), d, this->images.dx + at);
  }
};
template <Rectifier kRectifier>
struct Normalize {
  const ForwardImages& images;
  const Coefficients& c;
  bool plane;
  template <class D>
  HWY_INLINE void operator()(D d, int64_t at) const {
    const auto centered = hn::Sub(hn::LoadU(d, images.x + at), number(d, plane, c.mean));
    auto y = hn::MulAdd(centered, number(d, plane, c.factor), number(d, plane, c.shift));
    if (images.residual) y = hn::Add(y, hn::LoadU(d, images.residual + at));
    const auto negative = hn::Lt(y, hn::Zero(d));  // NaN stays
    if constexpr (kRectifier == Rectifier::relu) y = hn::IfThenZeroElse(negative, y);
    if constexpr (kRectifier == Rectifier::leaky)
      y = hn::IfThenElse(negative, hn::Mul(y, hn::Set(d, images.slope)), y);
    hn::StoreU(y, d, images.y + at);
  }
};

// A run of points of one image of a strip.
struct Chunk {
  int64_t image, images, point, points;
};

// Adds a term up over a chunk: `a` and `b` get one number for each channel of the strip.
template <class D, class Term>
HWY_INLINE void add_up(D d, const ChannelWalk& w, int64_t strip, const Chunk& chunk, const Term& term,
                       double* a, double* b) {
  const auto n = static_cast<int64_t>(hn::Lanes(d));
  const One one;
  auto a0 = hn::Zero(d), a1 = hn::Zero(d), b0 = hn::Zero(d), b1 = hn::Zero(d);
  auto rest_a = hn::Zero(one), rest_b = hn::Zero(one);
  const int64_t step = w.plane ? n : w.point_stride, vectors = w.plane ? chunk.points / n : chunk.points;
  for (int64_t image = chunk.image; image < chunk.image + chunk.images; ++image) {
    int64_t at = w.strip_offset(strip) + image * w.image_stride + chunk.point * w.point_stride;
    int64_t k = 0;
    for (; k + 2 <= vectors; k += 2, at += 2 * step) {
      term(d, at, a0, b0);
      term(d, at + step, a1, b1);
    }
    for (; k < vectors; ++k, at += step) term(d, at, a0, b0);
    if (!w.plane) continue;
    for (int64_t point = vectors * n; point < chunk.points; ++point, ++at) term(one, at, rest_a, rest_b);
  }
  a0 = hn::Add(a0, a1), b0 = hn::Add(b0, b1);
  if (w.plane) {
    a[0] = static_cast<double>(hn::GetLane(hn::SumOfLanes(d, a0)) + hn::GetLane(rest_a));
    b[0] = static_cast<double>(hn::GetLane(hn::SumOfLanes(d, b0)) + hn::GetLane(rest_b));
    return;
  }
  HWY_ALIGN float lanes[HWY_MAX_BYTES / sizeof(float)];
  hn::StoreU(a0, d, lanes);
  for (int64_t k = 0; k < n; ++k) a[k] = static_cast<double>(lanes[k]);
  hn::StoreU(b0, d, lanes);
  for (int64_t k = 0; k < n; ++k) b[k] = static_cast<double>(lanes[k]);
}

template <class D, class Body>
HWY_INLINE void for_vectors(D d, const ChannelWalk& w, int64_t strip, int64_t part, const Body& body) {
  const auto n = static_cast<int64_t>(hn::Lanes(d));
  const int64_t step = w.plane ? n : w.point_stride, vectors = w.plane ? w.points / n : w.points;
  for (int64_t image = w.first_image(part); image < w.first_image(part + 1); ++image) {
    int64_t at = w.strip_offset(strip) + image * w.image_stride;
    for (int64_t k = 0; k < vectors; ++k, at += step) body(d, at);
    if (!w.plane) continue;
    for (int64_t point = vectors * n; point < w.points; ++point, ++at) body(One(), at);
  }
}

template <class Visit>
HWY_INLINE void for_chunks(const ChannelWalk& w, int64_t part, const Visit& visit) {
  const int64_t last = w.first_image(part + 1);
  for (int64_t image = w.first_image(part); image < last; image += w.chunk_images) {
    for (int64_t point = 0; point < w.points; point += w.chunk_points) {
      visit(Chunk{image, std::min(w.chunk_images, last - image), point,
                  std::min(w.chunk_points, w.points - point)});
    }
  }
}

constexpr int64_t kMostLanes = 16;

// Chan et al. 1979: means and squares of chunks, which stay in the first-level cache, are joined in float64.
template <class D>
struct MomentsOfChunk {
  D d;
  const ChannelWalk& w;
  int64_t strip;
  const float* x;
  double *mean, *squares;  // of the strip
  double& count;
  void operator()(const Chunk& chunk) const {
    double sums[kMostLanes] = {}, unused[kMostLanes] = {};
    float means[kMostLanes] = {};
    const auto m = static_cast<double>(chunk.images * chunk.points);
    add_up(d, w, strip, chunk, Sum{x}, sums, unused);
    for (int64_t k = 0; k < w.lanes; ++k) means[k] = static_cast<float>(sums[k] / m);
    double own[kMostLanes] = {};
    add_up(d, w, strip, chunk, Squares{x, means, w.plane}, own, unused);
    for (int64_t k = 0; k < w.lanes; ++k) {
      const double exact = sums[k] / m, rounded = exact - static_cast<double>(means[k]);
      const double delta = exact - mean[k];
      mean[k] += delta * m / (count + m);
      squares[k] += own[k] - rounded * rounded * m + delta * delta * count * m / (count + m);
    }
    count += m;
  }
};

template <class D>
HWY_INLINE void moments_of(D d, const ChannelWalk& w, int64_t task, const float* x, const Partial& out) {
  const int64_t strip = task / w.parts, part = task % w.parts, first = part * w.padded() + strip * w.lanes;
  double count = 0;
  std::fill_n(out.first + first, w.lanes, 0.0);
  std::fill_n(out.second + first, w.lanes, 0.0);
  for_chunks(w, part, MomentsOfChunk<D>{d, w, strip, x, out.first + first, out.second + first, count});
}

template <class D, class Term>
struct SlopesOfChunk {
  D d;
  const ChannelWalk& w;
  int64_t strip;
  const Term& term;
  double *first, *second;
  void operator()(const Chunk& chunk) const {
    double a[kMostLanes] = {}, b[kMostLanes] = {};
    add_up(d, w, strip, chunk, term, a, b);
    for (int64_t k = 0; k < w.lanes; ++k) first[k] += a[k], second[k] += b[k];
  }
};

Coefficients of_strip(const ChannelWalk& w, int64_t strip, const Coefficients& c) {
  const int64_t k = strip * w.lanes;
  return {c.mean + k, c.factor + k, c.shift + k, c.constant + k, c.slope + k};
}

template <Rectifier kRectifier, class D>
HWY_INLINE void slopes_of(D d, const ChannelWalk& w, int64_t task, const BackwardImages& images,
                          const Coefficients& c, const Partial& out) {
  const int64_t strip = task / w.parts, part = task % w.parts, first = part * w.padded() + strip * w.lanes;
  std::fill_n(out.first + first, w.lanes, 0.0);
  std::fill_n(out.second + first, w.lanes, 0.0);
  const Coefficients own = of_strip(w, strip, c);
  const Slopes<kRectifier> term{{images, own, w.plane}};
  for_chunks(w, part,
             SlopesOfChunk<D, Slopes<kRectifier>>{d, w, strip, term, out.first + first, out.second + first});
}

template <class Body, class D>
HWY_INLINE void write(D d, const ChannelWalk& w, int64_t task, const Body& body) {
  for_vectors(d, w, task / w.parts, task % w.parts, body);
}

// Calls with the vector of a strip: as wide as its channels, or whole for a plane.
template <class Visit>
HWY_INLINE void with_vector(const ChannelWalk& w, const Visit& visit) {
  if (w.plane || w.lanes == 16) return visit(hn::CappedTag<float, 16>());
  if (w.lanes == 8) return visit(hn::CappedTag<float, 8>());
  if (w.lanes == 4) return visit(hn::CappedTag<float, 4>());
  if (w.lanes == 2) return visit(hn::CappedTag<float, 2>());
  visit(One());
}

struct VisitMoments {
  const ChannelWalk& w;
  int64_t task;
  const float* x;
  const Partial& out;
  template <class D>
  void operator()(D d) const {
    moments_of(d, w, task, x, out);
  }
};
struct VisitSlopes {
  const ChannelWalk& w;
  int64_t task;
  const BackwardImages& images;
  const Coefficients& c;
  const Partial& out;
  template <class D>
  void operator()(D d) const {
    switch (images.rectifier) {
      case Rectifier::none: return slopes_of<Rectifier::none>(d, w, task, images, c, out);
      case Rectifier::relu: return slopes_of<Rectifier::relu>(d, w, task, images, c, out);
      case Rectifier::leaky: return slopes_of<Rectifier::leaky>(d, w, task, images, c, out);
    }
  }
};
struct VisitApply {
  const ChannelWalk& w;
  int64_t task;
  const ForwardImages& images;
  const Coefficients& c;
  template <class D>
  void operator()(D d) const {
    const Coefficients own = of_strip(w, task / w.parts, c);
    switch (images.rectifier) {
      case Rectifier::none: return write(d, w, task, Normalize<Rectifier::none>{images, own, w.plane});
      case Rectifier::relu: return write(d, w, task, Normalize<Rectifier::relu>{images, own, w.plane});
      case Rectifier::leaky: return write(d, w, task, Normalize<Rectifier::leaky>{images, own, w.plane});
    }
  }
};
struct VisitSpread {
  const ChannelWalk& w;
  int64_t task;
  const BackwardImages& images;
  const Coefficients& c;
  template <class D>
  void operator()(D d) const {
    const Coefficients own = of_strip(w, task / w.parts, c);
    switch (images.rectifier) {
      case Rectifier::none: return write(d, w, task, Spread<Rectifier::none>{{images, own, w.plane}});
      case Rectifier::relu: return write(d, w, task, Spread<Rectifier::relu>{{images, own, w.plane}});
      case Rectifier::leaky: return write(d, w, task, Spread<Rectifier::leaky>{{images, own, w.plane}});
    }
  }
};

void moments(const ChannelWalk& w, int64_t task, const float* x, const Partial& out) {
  with_vector(w, VisitMoments{w, task, x, out});
}
void apply(const ChannelWalk& w, int64_t task, const ForwardImages& images, const Coefficients& c) {
  with_vector(w, VisitApply{w, task, images, c});
}
void slopes(const ChannelWalk& w, int64_t task, const BackwardImages& images, const Coefficients& c,
            const Partial& out) {
  with_vector(w, VisitSlopes{w, task, images, c, out});
}
void spread(const ChannelWalk& w, int64_t task, const BackwardImages& images, const Coefficients& c) {
  with_vector(w, VisitSpread{w, task, images, c});
}

const ChannelLoops* find_channel_loops() {
  static constexpr ChannelLoops loops{moments, apply, slopes, spread};
  return &loops;
}
int64_t vector_lanes() { return static_cast<int64_t>(hn::Lanes(hn::CappedTag<float, 16>())); }

}  // namespace
}  // namespace luge::cpu::norm::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace luge::cpu::norm {

HWY_EXPORT(find_channel_loops);
HWY_EXPORT(vector_lanes);

const ChannelLoops& channel_loops() {
  static const ChannelLoops& loops = *HWY_DYNAMIC_DISPATCH(find_channel_loops)();
  return loops;
}

namespace {

// The widest vector, of 1 to 16 lanes, that divides the channels side by side.
std::int64_t strip_lanes(std::int64_t side_by_side) {
  std::int64_t lanes = HWY_DYNAMIC_DISPATCH(vector_lanes)();
  while (side_by_side % lanes != 0) lanes /= 2;
  return lanes;
}

constexpr std::int64_t kChunk = 256;      // points whose float32 sum is exact enough
constexpr std::int64_t kPart = 64 << 10;  // bytes worth a part of its own
constexpr std::int64_t kTasks = 64;       // enough for any machine

}  // namespace

ChannelWalk::ChannelWalk(const cpu::ChannelView& planes, std::int64_t images, std::int64_t channels)
    : channels(channels), images(images), points(planes.points) {
  plane = planes.lanes == 1 && planes.points > 1;
  const bool rows = planes.lanes == 1 && planes.points == 1;  // [N,C]: channels side by side
  const std::int64_t side_by_side = rows ? channels : planes.lanes;
  const std::int64_t blocks = rows ? 1 : planes.blocks;
  lanes = plane ? 1 : strip_lanes(side_by_side);
  block_strips = side_by_side / lanes;
  strips = block_strips * blocks;
  point_stride = side_by_side;
  block_stride = points * side_by_side;
  image_stride = blocks * block_stride;
  const std::int64_t bytes = images * points * lanes * 4;
  parts = std::clamp<std::int64_t>(std::min((kTasks + strips - 1) / strips, bytes / kPart), 1,
                                   std::max<std::int64_t>(images, 1));
  chunk_points = plane ? std::min(points, kChunk * 16) : std::min(points, kChunk);
  chunk_images =
      std::max<std::int64_t>(1, (plane ? kChunk * 16 : kChunk) / std::max<std::int64_t>(points, 1));
}

}  // namespace luge::cpu::norm
#endif
