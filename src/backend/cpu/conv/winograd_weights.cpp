// The gradient of the weights by Winograd's points.
#include <omp.h>

#include <algorithm>

#include "backend/cpu/conv/winograd_plan.h"
#include "backend/cpu/conv/winograd_share.h"

namespace luge::cpu::conv {

struct WinogradWeightsPlan::Space {
  float* x;
  float* y;
  float* sum;
  float* bias;       // this thread's
  float* first_sum;  // of the first thread; the others' lie `apart`
  float* first_bias;
  int64_t apart;
};

struct WinogradWeightsPlan::Call {
  const float* x;
  const float* dy;
  float* dw;
};

WinogradWeightsPlan::WinogradWeightsPlan(const WinogradProblem& problem, int64_t filters, int threads,
                                         const WinogradCut& cut)
    : problem_(problem),
      filters_(filters),
      x_(tiled_image(problem, problem.channel_blocks, problem.height, problem.width, true)),
      y_(tiled_image(problem, problem.filter_blocks, problem.out_height, problem.out_width, false)),
      threads_(threads),
      cut_(cut),
      lanes_(winograd_loops().lanes) {
  cut_.tiles = std::min(cut_.tiles, problem.tiles());
  cut_.chunk = cut_.chunk == 0 || !cut_.together ? x_.blocks : std::min(cut_.chunk, x_.blocks);
  x_plane_ = padded_plane(x_.blocks * cut_.tiles * lanes_);
  y_plane_ = padded_plane(y_.blocks * cut_.tiles * lanes_);
  sum_plane_ = padded_plane(cut_.chunk * y_.blocks * lanes_ * lanes_);
  bias_ = (y_.blocks * lanes_ + 15) / 16 * 16;
}

std::size_t WinogradWeightsPlan::scratch() const {
  const int64_t images = kWinogradPoints * (x_plane_ + y_plane_), sums = kWinogradPoints * sum_plane_ + bias_;
  return static_cast<std::size_t>(threads_ * sums + (cut_.together ? 1 : threads_) * images) * sizeof(float);
}

WinogradWeightsPlan::Space WinogradWeightsPlan::space(void* scratch, int me) const {
  const int64_t sums = kWinogradPoints * sum_plane_ + bias_, images = kWinogradPoints * (x_plane_ + y_plane_);
  float* const begin = static_cast<float*>(scratch);
  Space space;
  space.apart = sums;
  space.first_sum = begin;
  space.first_bias = begin + kWinogradPoints * sum_plane_;
  space.sum = begin + me * sums;
  space.bias = space.sum + kWinogradPoints * sum_plane_;
  space.x = begin + threads_ * sums + (cut_.together ? 0 : me * images);
  space.y = space.x + kWinogradPoints * x_plane_;
  return space;
}

void WinogradWeightsPlan::run(const float* x, const float* dy, float* dw, float* db, void* scratch) const {
  const Call call{x, dy, dw};
  const auto work = [&](int me, int all) {
    const Space mine = space(scratch, me);
    std::fill_n(mine.bias, bias_, 0.0f);
    cut_.together ? together(mine, me, all, call) : alone(mine, me, all, call);
    if (!db || me != 0) return;  // a barrier follows every sum
    for (int64_t o = 0; o < filters_; ++o) {
      db[o] = 0;
      for (int thread = 0; thread < all; ++thread) db[o] += mine.first_bias[thread * mine.apart + o];
    }
  };
  if (threads_ == 1) return work(0, 1);
#pragma omp parallel num_threads(threads_)
  work(omp_get_thread_num(), omp_get_num_threads());
}

// Each thread sums over tiles of its own; the sums are added in the order of the threads.
void WinogradWeightsPlan::alone(const Space& space, int me, int all, const Call& call) const {
  const WinogradLoops& f = winograd_loops();
  const ThreadPart range(problem_.tiles(), me, all);
  if (range.first == range.last) std::fill_n(space.sum, kWinogradPoints * sum_plane_, 0.0f);
  for (int64_t first = range.first; first < range.last; first += cut_.tiles) {
    const int64_t count = std::min(cut_.tiles, range.last - first);
    f.spread(x_, call.x, {space.x, x_plane_, cut_.tiles, first, count, first}, 0, x_.blocks);
    f.spread_gradient(y_, call.dy, {space.y, y_plane_, cut_.tiles, first, count, first}, space.bias, 0,
                      y_.blocks);
    for (int64_t point = 0; point < kWinogradPoints; ++point) {
      f.product_weights(space.x + point * x_plane_, space.y + point * y_plane_, cut_.tiles, count, x_.blocks,
                        y_.blocks, space.sum + point * sum_plane_, first == range.first);
    }
  }
#pragma omp barrier
  if (all > 1) {
    const ThreadPart part(kWinogradPoints * sum_plane_ / 16, me, all);
    for (int other = 1; other < all; ++other) {
      f.add(space.first_sum + other * space.apart + part.first * 16, space.first_sum + part.first * 16,
            (part.last - part.first) * 16);
    }
#pragma omp barrier
  }
  const ThreadPart share(y_.blocks, me, all);
  f.gather_weights(space.first_sum, sum_plane_, y_.blocks, x_.blocks, call.dw, true,
                   {{share.first, share.last}, {0, x_.blocks}});
}

// Every thread sums over all tiles for channels of its own.
void WinogradWeightsPlan::together(const Space& space, int me, int all, const Call& call) const {
  const WinogradLoops& f = winograd_loops();
  const ThreadPart chunks((x_.blocks + cut_.chunk - 1) / cut_.chunk, me, all);
  for (int64_t origin = 0; origin < problem_.tiles(); origin += cut_.tiles) {
    const int64_t count = std::min(cut_.tiles, problem_.tiles() - origin);
    const ThreadPart mine(count, me, all);
    const auto part = [&](float* data, int64_t plane) {
      return TileRange{data, plane, cut_.tiles, origin + mine.first, mine.last - mine.first, origin};
    };
    f.spread(x_, call.x, part(space.x, x_plane_), 0, x_.blocks);
    f.spread_gradient(y_, call.dy, part(space.y, y_plane_), space.bias, 0, y_.blocks);
#pragma omp barrier
    for (int64_t chunk = chunks.first; chunk < chunks.last; ++chunk) {
      const BlockRange channels{chunk * cut_.chunk, std::min((chunk + 1) * cut_.chunk, x_.blocks)};
      for (int64_t point = 0; point < kWinogradPoints; ++point) {
        f.product_weights(space.x + point * x_plane_ + channels.first * cut_.tiles * lanes_,
                          space.y + point * y_plane_, cut_.tiles, count, channels.count(), y_.blocks,
                          space.sum + point * sum_plane_, true);
      }
      f.gather_weights(space.sum, sum_plane_, y_.blocks, x_.blocks, call.dw, origin == 0,
                       {{0, y_.blocks}, channels});
    }
#pragma omp barrier
  }
}

}  // namespace luge::cpu::conv
