#include "backend/cpu/conv/pointwise_plan.h"

#include <fmt/format.h>
#include <omp.h>

#include <algorithm>
#include <set>
#include <tuple>

#include "backend/cpu/conv/pointwise_turn.h"

namespace luge::cpu::conv {
namespace {

// Channels that are summed up in one go: their weights for a tile stay in the first cache. Sums of sums have
// smaller errors than one long chain.
constexpr int64_t kLongest = 512;
// Of an image, so much stays in the second cache while all filters pass.
constexpr int64_t kChunkBytes = 192 << 10;
constexpr int kWidest = 3;  // vectors of filters in a tile

int64_t parts_of(int64_t extent, int64_t most) { return (extent + most - 1) / most; }

}  // namespace

/// Points of one image by a group of filters, over a cut of the channels.
struct PointwisePlan::Piece {
  int64_t image, point, count, group, cut;
  bool asks;  // is the first of its chunk, group and cut, and another group follows
};

struct PointwisePlan::Arrays {
  const float *x, *w;
  float* y;
  const PostOpValues& post_ops;
};

PointwisePlan::PointwisePlan(const PointwiseProblem& problem, const FusedPostOps& post_ops, int threads)
    : problem_(problem), post_ops_(post_ops), threads_(threads) {
  const auto isa = x64::instruction_set();
  if (!isa) return;
  lanes_ = x64::vector_bytes(*isa) / 4;
  channel_blocks_ = parts_of(problem.channels, lanes_);
  filter_blocks_ = parts_of(problem.filters, lanes_);
  groups_ = parts_of(filter_blocks_, kWidest);
  cuts_ = parts_of(channel_blocks_ * lanes_, kLongest);
  for (int v = 1; v <= kWidest; ++v) most_points_[static_cast<std::size_t>(v)] = most_points(*isa, v);
  chunk_ = std::max<int64_t>(kChunkBytes / (4 * channel_blocks_ * lanes_), 4 * most_points_[1]);
  cut_for(threads);
  chunk_ = std::min(chunk_, parts_of(problem.images * problem.points, point_parts_));
  // The weights of a group, a few lines of them with each block of channels.
  const int64_t lines = parts_of(kWidest * lanes_ * lanes_, 16),
                tiles = parts_of(std::min(problem.points, problem.images * problem.points / point_parts_),
                                 most_points_[kWidest]);
  ahead_ = parts_of(lines, std::max<int64_t>(tiles, 1));
  asking_ = parts_of(lines, ahead_);
  write_code(*isa);
}

// Threads take points, filters or both: what takes the least time, counting products and, at some bytes a
// cycle, what each thread reads.
void PointwisePlan::cut_for(int threads) {
  constexpr double products_per_cycle = 1.7, bytes_per_cycle = 8;  // products of whole vectors
  double best = 0;
  for (int f = 1; f <= threads; ++f) {
    const int p = threads / f;
    const auto points = static_cast<double>(parts_of(problem_.images * problem_.points, p)),
               filters = static_cast<double>(parts_of(groups_, f)) * static_cast<double>(filter_blocks_) /
                         static_cast<double>(groups_),
               channels = static_cast<double>(channel_blocks_ * lanes_);
    const double products = points * filters * channels / products_per_cycle,
                 bytes = 4 * channels * (points + filters * static_cast<double>(lanes_));
    const double cycles = products + bytes / bytes_per_cycle;
    if (f > 1 && cycles >= best) continue;
    best = cycles;
    point_parts_ = p;
    filter_parts_ = f;
  }
}

std::size_t PointwisePlan::scratch() const {
  return problem_.turned ? sizeof(float) * static_cast<std::size_t>(squares() * lanes_ * lanes_) : 0;
}

std::string PointwisePlan::note() const {
  const int64_t widest = parts_of(filter_blocks_, groups_);
  return fmt::format("points, tiles of {}x{}", most_points_[static_cast<std::size_t>(widest)],
                     widest * lanes_);
}

double PointwisePlan::filled() const {
  const int64_t most = most_points_[static_cast<std::size_t>(parts_of(filter_blocks_, groups_))];
  return static_cast<double>(problem_.points) / static_cast<double>(parts_of(problem_.points, most) * most);
}

std::size_t PointwisePlan::tile_index(int kind, int64_t vectors, int64_t points) const {
  return static_cast<std::size_t>((kind * kWidest + vectors - 1) * most_points_[1] + points - 1);
}

// Calls work(piece) for a share in order: chunks of points that stay in the second cache, of each the groups
// of filters, of each the cuts of the channels, of each the images.
template <class Work>
void PointwisePlan::each_piece(int share, const Work& work) const {
  const int64_t all = problem_.images * problem_.points, part_of_points = share / filter_parts_,
                part_of_filters = share % filter_parts_;
  const int64_t begin = all * part_of_points / point_parts_,
                count = all * (part_of_points + 1) / point_parts_ - begin, chunks = parts_of(count, chunk_);
  const int64_t first_group = groups_ * part_of_filters / filter_parts_,
                last_group = groups_ * (part_of_filters + 1) / filter_parts_;
  for (int64_t chunk = 0; chunk < chunks; ++chunk) {
    const int64_t first = begin + count * chunk / chunks, last = begin + count * (chunk + 1) / chunks;
    for (int64_t group = first_group; group < last_group; ++group) {
      for (int64_t cut = 0; cut < cuts_; ++cut) {
        for (int64_t at = first; at < last;) {
          const int64_t image = at / problem_.points, point = at % problem_.points,
                        here = std::min(last - at, problem_.points - point);
          work(Piece{image, point, here, group, cut, at == first && group + 1 < last_group});
          at += here;
        }
      }
    }
  }
}

namespace {

// Tiles side by side with one code, from a point on; `asked` tiles before them asked for the next weights.
struct RunOfTiles {
  int64_t first, tiles, points;
  bool asks;
  int64_t asked;
};

// Calls work(run) for the runs of `count` points in tiles of nearly equal size, of which the first `asking`
// ask for weights.
template <class Work>
void each_run(int64_t count, int64_t most, int64_t asking, const Work& work) {
  const int64_t tiles = parts_of(count, most), points = count / tiles, larger = count % tiles;
  int64_t at = 0, tile = 0;
  const auto run = [&](int64_t until, int64_t size) {
    while (tile < until) {
      const int64_t last = tile < asking ? std::min(until, asking) : until;
      work(RunOfTiles{at, last - tile, size, tile < asking, tile});
      at += (last - tile) * size;
      tile = last;
    }
  };
  run(larger, points + 1);
  run(tiles, points);
}

}  // namespace

// One code for each size and kind of tile that a run meets.
void PointwisePlan::write_code(x64::Isa isa) {
  std::set<std::tuple<int, int64_t, int64_t>> met;
  for (int share = 0; share < point_parts_ * filter_parts_; ++share) {
    each_piece(share, [&](const Piece& piece) {
      const int64_t vectors = group_begin(piece.group + 1) - group_begin(piece.group);
      const int kind = kind_of(piece);
      each_run(
          piece.count, most_points_[static_cast<std::size_t>(vectors)], piece.asks ? asking_ : 0,
          [&](const RunOfTiles& run) { met.emplace(kind | (run.asks ? asks : 0), vectors, run.points); });
    });
  }
  tiles_.resize(static_cast<std::size_t>(kinds * kWidest * most_points_[1]));
  PointwiseTile tile;
  tile.x_block = problem_.points * lanes_;
  tile.w_block = channel_blocks_ * lanes_ * lanes_;
  tile.y_block = problem_.points * lanes_;
  tile.bias = post_ops_.bias >= 0 || post_ops_.limit >= 0;
  tile.addend = post_ops_.addend >= 0;
  tile.relu = post_ops_.relu;
  tile.slope = post_ops_.slope;
  tile.limited = post_ops_.limit >= 0;
  for (const auto& [kind, vectors, points] : met) {
    tile.begins = kind & begins;
    tile.ends = kind & ends;
    tile.part = kind & part;
    tile.ahead = kind & asks ? static_cast<int>(ahead_) : 0;
    tile.vectors = static_cast<int>(vectors);
    tile.points = static_cast<int>(points);
    auto code = x64::Code::make(generate_pointwise(tile, isa));
    if (!code) return;
    tiles_[tile_index(kind, vectors, points)] = code->as<PointwiseFunction>();
    codes_.push_back(std::move(code));
  }
  possible_ = true;
}

int PointwisePlan::kind_of(const Piece& piece) const {
  const bool partly = piece.group + 1 == groups_ && problem_.filters % lanes_ != 0;
  return (piece.cut == 0 ? begins : 0) | (piece.cut + 1 == cuts_ ? ends : 0) | (partly ? part : 0);
}

// Blocks of [channels][filters] with filters next to each other, from blocks with channels next to each
// other.
void PointwisePlan::turn(const float* w, float* to, int me, int all) const {
  const int64_t square = lanes_ * lanes_;
  for (int64_t k = squares() * me / all; k < squares() * (me + 1) / all; ++k) {
    const float* from = w + (k % channel_blocks_ * filter_blocks_ + k / channel_blocks_) * square;
    turn_square(lanes_, from, to + k * square);
  }
}

void PointwisePlan::run(const float* x, const float* w, float* y, const PostOpValues& post_ops,
                        void* scratch) const {
  auto* const turned = static_cast<float*>(scratch);
  const Arrays arrays{x, problem_.turned ? turned : w, y, post_ops};
  const auto work = [&](int me, int all) {
    if (problem_.turned) {
      turn(w, turned, me, all);
#pragma omp barrier
    }
    for (int share = me; share < point_parts_ * filter_parts_; share += all)
      each_piece(share, [&](const Piece& piece) { compute(arrays, piece); });
  };
  if (threads_ == 1) return work(0, 1);
#pragma omp parallel num_threads(threads_)
  work(omp_get_thread_num(), omp_get_num_threads());
}

void PointwisePlan::compute(const Arrays& arrays, const Piece& piece) const {
  const PostOpValues& e = arrays.post_ops;
  const int64_t first = group_begin(piece.group), vectors = group_begin(piece.group + 1) - first;
  const int64_t block = block_begin(piece.cut), points = problem_.points;
  const int kind = kind_of(piece);
  const float* const x = arrays.x + ((piece.image * channel_blocks_ + block) * points + piece.point) * lanes_;
  const int64_t y = ((piece.image * filter_blocks_ + first) * points + piece.point) * lanes_;
  alignas(64) float bias[kWidest * 16];
  if (kind & begins) {  // a limit that is NaN makes all sums so from the beginning
    const int64_t filters = std::min(vectors * lanes_, problem_.filters - first * lanes_);
    std::fill_n(bias, vectors * lanes_, e.after_limit());
    for (int64_t k = 0; k < filters && e.bias; ++k) bias[k] += e.bias[first * lanes_ + k];
  }
  PointwiseCall call{.x = nullptr,
                     .w = arrays.w + (first * channel_blocks_ + block) * lanes_ * lanes_,
                     .y = nullptr,
                     .bias = bias,
                     .addend = nullptr,
                     .next = nullptr,
                     .tiles = 0,
                     .blocks = block_begin(piece.cut + 1) - block,
                     .last = problem_.filters - (first + vectors - 1) * lanes_,
                     .limit = e.limit};
  const int64_t next_vectors = piece.asks ? group_begin(piece.group + 2) - group_begin(piece.group + 1) : 0;
  const float* const next =
      arrays.w + ((first + vectors) * channel_blocks_ + block * next_vectors) * lanes_ * lanes_;
  each_run(piece.count, most_points_[static_cast<std::size_t>(vectors)], piece.asks ? asking_ : 0,
           [&](const RunOfTiles& run) {
             call.x = x + run.first * lanes_;
             call.y = arrays.y + y + run.first * lanes_;
             call.addend = e.addend ? e.addend + y + run.first * lanes_ : nullptr;
             call.next = next + run.asked * call.blocks * ahead_ * 16;
             call.tiles = run.tiles;
             tiles_[tile_index(kind | (run.asks ? asks : 0), vectors, run.points)](&call);
           });
}

}  // namespace luge::cpu::conv
