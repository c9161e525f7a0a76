#include "backend/cpu/conv/winograd_plan.h"

#include <omp.h>

#include <algorithm>

namespace luge::winograd {
namespace {

// Neighbouring planes must not fall into the same sets of the caches.
int64_t plane_of(int64_t numbers) { return (numbers + 31) / 32 * 32 + 16; }

int64_t rounded(int64_t numbers) { return (numbers + 15) / 16 * 16; }

struct Share {
  int64_t first, last;
  Share(int64_t count, int me, int all) : first(count * me / all), last(count * (me + 1) / all) {}
};

Image image(const Problem& p, int64_t blocks, int64_t height, int64_t width, bool padded) {
  return {blocks,
          height,
          width,
          padded ? p.pad_top : 0,
          padded ? p.pad_left : 0,
          (p.out_height + 3) / 4,
          (p.out_width + 3) / 4};
}

// What a core keeps close of a block's points; weights pass by.
int64_t near_numbers() { return loops().lanes == 16 ? 150000 : 50000; }

// Tiles in a block of its own for each thread: whole register tiles, and as many as stay near.
int64_t near_tiles(int64_t blocks) {
  const int64_t step = loops().lanes == 16 ? 14 : 12;
  return near_numbers() / (kPoints * blocks * loops().lanes) / step * step;
}

}  // namespace

Cut cut_for(const Problem& problem, int) {
  const int64_t least = loops().lanes == 16 ? 14 : 12;
  const int64_t blocks = problem.channel_blocks + std::min<int64_t>(problem.filter_blocks, 4);
  const int64_t tiles = near_tiles(blocks);
  if (tiles >= least) return {tiles, 2, false};
  return {224, 0, true};
}

Cut cut_for_weights(const Problem& problem, int) {
  const int64_t tiles = near_tiles(problem.channel_blocks + problem.filter_blocks);
  if (tiles >= 12) return {std::max<int64_t>(tiles, 28), 0, false};
  return {256, 0, true};
}

struct Forward::Space {
  float* weights;
  float* from;
  float* to;
};

Forward::Forward(const Problem& problem, bool turned, int threads, const Cut& cut)
    : problem_(problem),
      from_(image(problem, problem.channel_blocks, problem.height, problem.width, true)),
      to_(image(problem, problem.filter_blocks, problem.out_height, problem.out_width, false)),
      turned_(turned),
      threads_(threads),
      cut_(cut),
      lanes_(loops().lanes) {
  const int64_t panels = (to_.blocks + 1) / 2;
  cut_.tiles = std::min(cut_.tiles, problem.tiles());
  cut_.panels = cut_.panels == 0 || cut_.together ? panels : std::min(cut_.panels, panels);
  weight_plane_ = plane_of(from_.blocks * to_.blocks * lanes_ * lanes_);
  from_plane_ = plane_of(from_.blocks * cut_.tiles * lanes_);
  to_plane_ = plane_of(std::min(cut_.panels * 2, to_.blocks) * cut_.tiles * lanes_);
}

std::size_t Forward::scratch() const {
  const int64_t teams = cut_.together ? 1 : threads_;
  return static_cast<std::size_t>(kPoints * (weight_plane_ + teams * (from_plane_ + to_plane_))) *
         sizeof(float);
}

void Forward::run(const float* x, const float* w, float* y, const Epilogue& epilogue, void* scratch) const {
  const auto work = [&](int me, int all) {
    Space space{static_cast<float*>(scratch), nullptr, nullptr};
    const int64_t filters = turned_ ? from_.blocks : to_.blocks,
                  channels = turned_ ? to_.blocks : from_.blocks;
    const Share share(filters, me, all);
    loops().spread_weights(w, filters, channels, turned_, space.weights, weight_plane_, share.first,
                           share.last);
    space.from = space.weights + kPoints * weight_plane_;
    if (!cut_.together) space.from += me * kPoints * (from_plane_ + to_plane_);
    space.to = space.from + kPoints * from_plane_;
#pragma omp barrier
    cut_.together ? together(space, me, all, x, y, epilogue) : alone(space, me, all, x, y, epilogue);
  };
  if (threads_ == 1) return work(0, 1);
#pragma omp parallel num_threads(threads_)
  work(omp_get_thread_num(), omp_get_num_threads());
}

void Forward::alone(const Space& space, int me, int all, const float* x, float* y, const Epilogue& e) const {
  const Loops& f = loops();
  const Share share(problem_.tiles(), me, all);
  const Weights weights{space.weights, weight_plane_, from_.blocks, to_.blocks};
  const int64_t panels = (to_.blocks + 1) / 2;
  for (int64_t first = share.first; first < share.last; first += cut_.tiles) {
    const int64_t count = std::min(cut_.tiles, share.last - first);
    f.spread(from_, x, {space.from, from_plane_, cut_.tiles, first, count, first}, 0, from_.blocks);
    for (int64_t panel = 0; panel < panels; panel += cut_.panels) {
      const int64_t end = std::min(panel + cut_.panels, panels);
      for (int64_t point = 0; point < kPoints; ++point) {
        f.product(space.from + point * from_plane_, cut_.tiles, count, weights, point, panel, end,
                  space.to + point * to_plane_, cut_.tiles);
      }
      f.gather(to_, {space.to, to_plane_, cut_.tiles, first, count, first}, y, e, panel * 2,
               std::min(end * 2, to_.blocks));
    }
  }
}

void Forward::together(const Space& space, int me, int all, const float* x, float* y,
                       const Epilogue& e) const {
  const Loops& f = loops();
  const Weights weights{space.weights, weight_plane_, from_.blocks, to_.blocks};
  const int64_t tiles = problem_.tiles(), panels = (to_.blocks + 1) / 2;
  for (int64_t origin = 0; origin < tiles; origin += cut_.tiles) {
    const int64_t count = std::min(cut_.tiles, tiles - origin);
    const Share mine(count, me, all);
    const auto part = [&](float* data, int64_t plane) {
      return Tiles{data, plane, cut_.tiles, origin + mine.first, mine.last - mine.first, origin};
    };
    f.spread(from_, x, part(space.from, from_plane_), 0, from_.blocks);
#pragma omp barrier
    const Share items(kPoints * panels, me, all);
    for (int64_t item = items.first; item < items.last;) {
      const int64_t point = item / panels, panel = item % panels,
                    end = std::min(panels, panel + items.last - item);
      f.product(space.from + point * from_plane_, cut_.tiles, count, weights, point, panel, end,
                space.to + point * to_plane_ + panel * 2 * cut_.tiles * lanes_, cut_.tiles);
      item += end - panel;
    }
#pragma omp barrier
    f.gather(to_, part(space.to, to_plane_), y, e, 0, to_.blocks);
  }
}

struct WeightGradient::Space {
  float* x;
  float* y;
  float* sum;
  float* bias;   // this thread's
  float* begin;  // of the whole scratch
};

WeightGradient::WeightGradient(const Problem& problem, int64_t filters, int threads, const Cut& cut)
    : problem_(problem),
      filters_(filters),
      x_(image(problem, problem.channel_blocks, problem.height, problem.width, true)),
      y_(image(problem, problem.filter_blocks, problem.out_height, problem.out_width, false)),
      threads_(threads),
      cut_(cut),
      lanes_(loops().lanes) {
  cut_.tiles = std::min(cut_.tiles, problem.tiles());
  x_plane_ = plane_of(x_.blocks * cut_.tiles * lanes_);
  y_plane_ = plane_of(y_.blocks * cut_.tiles * lanes_);
  sum_plane_ = plane_of(x_.blocks * y_.blocks * lanes_ * lanes_);
  bias_ = rounded(y_.blocks * lanes_);
}

std::size_t WeightGradient::scratch() const {
  const int64_t teams = cut_.together ? 1 : threads_;
  return static_cast<std::size_t>(threads_ * bias_ + teams * kPoints * (x_plane_ + y_plane_ + sum_plane_)) *
         sizeof(float);
}

void WeightGradient::run(const float* x, const float* dy, float* dw, float* db, void* scratch) const {
  const auto work = [&](int me, int all) {
    Space space;
    space.begin = static_cast<float*>(scratch);
    space.bias = space.begin + me * bias_;
    space.sum = space.begin + threads_ * bias_;
    if (!cut_.together) space.sum += me * kPoints * (x_plane_ + y_plane_ + sum_plane_);
    space.x = space.sum + kPoints * sum_plane_;
    space.y = space.x + kPoints * x_plane_;
    std::fill_n(space.bias, bias_, 0.0f);
    accumulate(space, me, all, x, dy);
#pragma omp barrier
    finish(space, me, all, dw, db);
  };
  if (threads_ == 1) return work(0, 1);
#pragma omp parallel num_threads(threads_)
  work(omp_get_thread_num(), omp_get_num_threads());
}

void WeightGradient::accumulate(const Space& space, int me, int all, const float* x, const float* dy) const {
  const Loops& f = loops();
  const int64_t tiles = problem_.tiles();
  const Share range = cut_.together ? Share(tiles, 0, 1) : Share(tiles, me, all);
  // Alone, a thread without tiles still has to leave zeros.
  if (range.first == range.last) std::fill_n(space.sum, kPoints * sum_plane_, 0.0f);
  for (int64_t origin = range.first; origin < range.last; origin += cut_.tiles) {
    const int64_t count = std::min(cut_.tiles, range.last - origin);
    const Share mine = cut_.together ? Share(count, me, all) : Share(count, 0, 1);
    const auto part = [&](float* data, int64_t plane) {
      return Tiles{data, plane, cut_.tiles, origin + mine.first, mine.last - mine.first, origin};
    };
    f.spread(x_, x, part(space.x, x_plane_), 0, x_.blocks);
    f.spread_gradient(y_, dy, part(space.y, y_plane_), space.bias, 0, y_.blocks);
    const auto product = [&](int64_t point, int64_t first, int64_t last) {
      f.product_weights(space.x + point * x_plane_, space.y + point * y_plane_, cut_.tiles, count, y_.blocks,
                        space.sum + point * sum_plane_, origin == range.first, first, last);
    };
    if (!cut_.together) {
      for (int64_t point = 0; point < kPoints; ++point) product(point, 0, x_.blocks);
      continue;
    }
#pragma omp barrier
    const Share items(kPoints * x_.blocks, me, all);
    for (int64_t item = items.first; item < items.last;) {
      const int64_t first = item % x_.blocks, last = std::min(x_.blocks, first + items.last - item);
      product(item / x_.blocks, first, last);
      item += last - first;
    }
#pragma omp barrier
  }
}

void WeightGradient::finish(const Space& space, int me, int all, float* dw, float* db) const {
  const Loops& f = loops();
  float* const total = space.begin + threads_ * bias_;
  if (!cut_.together && all > 1) {
    const Share part(kPoints * sum_plane_ / 16, me, all);
    for (int other = 1; other < all; ++other) {
      const float* more = total + other * kPoints * (x_plane_ + y_plane_ + sum_plane_);
      f.add(more + part.first * 16, total + part.first * 16, (part.last - part.first) * 16);
    }
#pragma omp barrier
  }
  const Share share(y_.blocks, me, all);
  f.gather_weights(total, sum_plane_, y_.blocks, x_.blocks, dw, share.first, share.last);
  if (!db || me != 0) return;
  for (int64_t o = 0; o < filters_; ++o) {
    db[o] = 0;
    for (int thread = 0; thread < all; ++thread) db[o] += space.begin[thread * bias_ + o];
  }
}

}  // namespace luge::winograd
