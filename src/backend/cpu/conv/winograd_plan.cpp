#include "backend/cpu/conv/winograd_plan.h"

#include <omp.h>

#include <algorithm>

#include "backend/cpu/conv/winograd_share.h"

namespace luge::cpu::conv {
namespace {

// What a core keeps close of a block's points; weights pass by.
int64_t near_numbers() { return winograd_loops().lanes == 16 ? 150000 : 50000; }

// Tiles in a block of its own for each thread: whole register tiles, and as many as stay near.
int64_t near_tiles(int64_t blocks) {
  const int64_t step = winograd_loops().lanes == 16 ? 14 : 12;
  return near_numbers() / (kWinogradPoints * blocks * winograd_loops().lanes) / step * step;
}

// Tiles in a block for all threads: their points fill some megabytes.
int64_t far_tiles(int64_t blocks) {
  return std::clamp<int64_t>((9 << 18) / (kWinogradPoints * blocks * winograd_loops().lanes), 32, 512);
}

// This many tiles let the sums of 32 results stay near: all of a small image's, or a part of many channels'
// that would be too far off otherwise.
constexpr int64_t few_tiles = 64, many_channels = 256;

bool is_few(const WinogradProblem& problem) {
  const int64_t lanes = winograd_loops().lanes;
  const bool many_weights =
      kWinogradPoints * problem.channel_blocks * problem.filter_blocks * lanes * lanes > near_numbers();
  return many_weights && (problem.tiles() <= few_tiles || problem.channel_blocks * lanes >= many_channels);
}

// Of the weights a quarter of a megabyte is transformed at a time.
WinogradCut few(const WinogradProblem& problem, int threads) {
  const int64_t parts = (problem.tiles() + few_tiles - 1) / few_tiles,
                tiles = (problem.tiles() + parts - 1) / parts, wide = winograd_loops().lanes == 16 ? 1 : 2,
                panels = tiles <= few_tiles / 2 && problem.filter_blocks >= 4 * wide * threads ? 2 : 1;
  return {tiles, panels * wide, true, 4 * wide / panels};
}

}  // namespace

WinogradCut winograd_cut(const WinogradProblem& problem, int threads) {
  if (is_few(problem)) return few(problem, threads);
  const int64_t least = winograd_loops().lanes == 16 ? 14 : 12;
  const int64_t tiles = near_tiles(problem.channel_blocks + std::min<int64_t>(problem.filter_blocks, 4));
  if (tiles >= least) return {tiles, 2, false};
  return {far_tiles(problem.channel_blocks), problem.filter_blocks >= 8 * threads ? 2 : 1, true};
}

WinogradCut winograd_weights_cut(const WinogradProblem& problem, int threads) {
  const int64_t tiles = near_tiles(problem.channel_blocks + problem.filter_blocks);
  if (tiles >= 12) return {std::max<int64_t>(tiles, 28), 0, false};
  return {far_tiles(problem.channel_blocks), problem.channel_blocks >= 8 * threads ? 4 : 2, true};
}

struct WinogradForwardPlan::Space {
  float* weights;
  float* from;
  float* to;
};

struct WinogradForwardPlan::Call {
  const float* x;
  const float* w;
  float* y;
  const PostOpValues& post_ops;
};

WinogradForwardPlan::WinogradForwardPlan(const WinogradProblem& problem, bool turned, int threads,
                                         const WinogradCut& cut)
    : problem_(problem),
      from_(tiled_image(problem, problem.channel_blocks, problem.height, problem.width, true)),
      to_(tiled_image(problem, problem.filter_blocks, problem.out_height, problem.out_width, false)),
      turned_(turned),
      threads_(threads),
      cut_(cut),
      lanes_(winograd_loops().lanes) {
  const int64_t panels = (to_.blocks + 1) / 2;
  cut_.tiles = std::min(cut_.tiles, problem.tiles());
  cut_.chunk = cut_.chunk == 0 ? panels : std::min(cut_.chunk, panels);
  const int64_t blocks = std::min(cut_.chunk * 2, to_.blocks);
  cut_.summed = cut_.summed == 0 ? from_.blocks : std::min(cut_.summed, from_.blocks);
  weight_plane_ =
      padded_plane((cut_.together ? cut_.summed * blocks : from_.blocks * to_.blocks) * lanes_ * lanes_);
  // Pieces of nearly equal size.
  const int64_t pieces = (cut_.tiles + winograd_loops().tiles_at_once - 1) / winograd_loops().tiles_at_once;
  together_capacity_ = (cut_.tiles + pieces - 1) / pieces;
  from_plane_ =
      padded_plane(from_.blocks * (cut_.together ? pieces * together_capacity_ : cut_.tiles) * lanes_);
  to_plane_ = padded_plane(blocks * cut_.tiles * lanes_);
}

std::size_t WinogradForwardPlan::scratch() const {
  const int64_t shared = cut_.together ? from_plane_ : weight_plane_,
                own = to_plane_ + (cut_.together ? weight_plane_ : from_plane_);
  return static_cast<std::size_t>(kWinogradPoints * (shared + threads_ * own)) * sizeof(float);
}

WinogradForwardPlan::Space WinogradForwardPlan::space(void* scratch, int me) const {
  const int64_t shared = cut_.together ? from_plane_ : weight_plane_,
                own = cut_.together ? weight_plane_ : from_plane_;
  float* const begin = static_cast<float*>(scratch);
  float* const mine = begin + kWinogradPoints * (shared + me * (own + to_plane_));
  return cut_.together ? Space{mine, begin, mine + kWinogradPoints * own}
                       : Space{begin, mine, mine + kWinogradPoints * own};
}

void WinogradForwardPlan::run(const float* x, const float* w, float* y, const PostOpValues& post_ops,
                              void* scratch) const {
  const Call call{x, w, y, post_ops};
  const auto work = [&](int me, int all) {
    cut_.together ? together(space(scratch, me), me, all, call) : alone(space(scratch, me), me, all, call);
  };
  if (threads_ == 1) return work(0, 1);
#pragma omp parallel num_threads(threads_)
  work(omp_get_thread_num(), omp_get_num_threads());
}

// Blocks of results in a chunk.
BlockRange WinogradForwardPlan::results(int64_t chunk) const {
  return {chunk * cut_.chunk * 2, std::min((chunk + 1) * cut_.chunk * 2, to_.blocks)};
}

void WinogradForwardPlan::alone(const Space& space, int me, int all, const Call& call) const {
  const WinogradLoops& f = winograd_loops();
  const int64_t filters = turned_ ? from_.blocks : to_.blocks, channels = turned_ ? to_.blocks : from_.blocks;
  const ThreadPart summed(from_.blocks, me, all), share(problem_.tiles(), me, all);
  f.spread_weights(call.w, filters, channels, turned_, space.weights, weight_plane_, {0, to_.blocks},
                   {summed.first, summed.last}, {0, from_.blocks});
#pragma omp barrier
  const PointWeights weights{space.weights, weight_plane_, from_.blocks, to_.blocks};
  for (int64_t first = share.first; first < share.last; first += cut_.tiles) {
    const int64_t count = std::min(cut_.tiles, share.last - first);
    f.spread(from_, call.x, {space.from, from_plane_, cut_.tiles, first, count, first}, 0, from_.blocks);
    for (int64_t chunk = 0; chunk * cut_.chunk * 2 < to_.blocks; ++chunk) {
      const BlockRange blocks = results(chunk);
      for (int64_t point = 0; point < kWinogradPoints; ++point) {
        f.product({space.from + point * from_plane_, cut_.tiles, count, from_.blocks}, weights, point,
                  blocks.first / 2, (blocks.last + 1) / 2, space.to + point * to_plane_, cut_.tiles, false);
      }
      f.gather(to_, {space.to, to_plane_, cut_.tiles, first, count, first}, call.y, call.post_ops,
               blocks.first, blocks.last);
    }
  }
}

void WinogradForwardPlan::together(const Space& space, int me, int all, const Call& call) const {
  const WinogradLoops& f = winograd_loops();
  const int64_t filters = turned_ ? from_.blocks : to_.blocks, channels = turned_ ? to_.blocks : from_.blocks;
  const ThreadPart chunks((to_.blocks + 2 * cut_.chunk - 1) / (2 * cut_.chunk), me, all);
  for (int64_t origin = 0; origin < problem_.tiles(); origin += cut_.tiles) {
    const int64_t count = std::min(cut_.tiles, problem_.tiles() - origin);
    const int64_t capacity = together_capacity_;
    const ThreadPart share((count + capacity - 1) / capacity * from_.blocks, me, all);
    for (int64_t at = share.first; at < share.last;) {
      const int64_t first = at / from_.blocks * capacity, tile = origin + first, block = at % from_.blocks,
                    last = std::min(from_.blocks, block + share.last - at);
      f.spread(from_, call.x,
               {space.from + first * from_.blocks * lanes_, from_plane_, capacity, tile,
                std::min(capacity, count - first), tile},
               block, last);
      at += last - block;
    }
#pragma omp barrier
    for (int64_t chunk = chunks.first; chunk < chunks.last; ++chunk) {
      const BlockRange blocks = results(chunk);
      for (int64_t first = 0; first < from_.blocks; first += cut_.summed) {
        const BlockRange summed{first, std::min(first + cut_.summed, from_.blocks)};
        f.spread_weights(call.w, filters, channels, turned_, space.weights, weight_plane_, blocks, summed,
                         summed);
        const PointWeights weights{space.weights, weight_plane_, summed.count(), blocks.count()};
        for (int64_t point = 0; point < kWinogradPoints; ++point) {
          f.product(
              {space.from + point * from_plane_ + first * capacity * lanes_, capacity, count, from_.blocks},
              weights, point, 0, (blocks.count() + 1) / 2, space.to + point * to_plane_, cut_.tiles,
              first > 0);
        }
      }
      f.gather(to_, {space.to, to_plane_, cut_.tiles, origin, count, origin}, call.y, call.post_ops,
               blocks.first, blocks.last);
    }
#pragma omp barrier
  }
}

}  // namespace luge::cpu::conv
