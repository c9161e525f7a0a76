// A convolution by windows of one point: how it is cut into parts for threads, chunks and tiles, and its run.
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "backend/cpu/conv/pointwise_tile.h"
#include "backend/cpu/conv/post_ops.h"
#include "backend/cpu/x64/code.h"

namespace luge::cpu::conv {

/// Every result is a sum over the channels of one point of the image.
struct PointwiseProblem {
  int64_t images = 0, channels = 0, filters = 0, points = 0;  // of an image
  /// Weights come as those of the convolution whose gradient this is, [channels][filters].
  bool turned = false;
};

/// Images in cpu::channel_blocks, weights in cpu::weight_blocks.
class PointwisePlan {
 public:
  /// Code is written here. `threads` is the most that a run takes.
  PointwisePlan(const PointwiseProblem& problem, const FusedPostOps& post_ops, int threads);
  /// False where this machine runs no generated code; nothing else may be asked then.
  bool possible() const { return possible_; }
  /// In bytes.
  std::size_t scratch() const;
  /// What the tiles are, in words.
  std::string note() const;
  /// The share of the registers' tiles that is filled.
  double filled() const;
  /// `scratch` as many bytes, of any contents.
  void run(const float* x, const float* w, float* y, const PostOpValues& post_ops, void* scratch) const;

 private:
  struct Piece;
  struct Arrays;
  // What differs between the codes of tiles, as bits of a number.
  enum Kind : int { begins = 1, ends = 2, part = 4, asks = 8, kinds = 16 };

  void cut_for(int threads);
  void write_code(x64::Isa isa);
  void turn(const float* w, float* to, int me, int all) const;
  int64_t squares() const { return filter_blocks_ * channel_blocks_; }  // of weights
  template <class Work>
  void each_piece(int share, const Work& work) const;
  void compute(const Arrays& arrays, const Piece& piece) const;
  int kind_of(const Piece& piece) const;
  int64_t group_begin(int64_t group) const { return filter_blocks_ * group / groups_; }
  int64_t block_begin(int64_t cut) const { return channel_blocks_ * cut / cuts_; }
  std::size_t tile_index(int kind, int64_t vectors, int64_t points) const;

  PointwiseProblem problem_;
  FusedPostOps post_ops_;
  bool possible_ = false;
  int point_parts_ = 1, filter_parts_ = 1, threads_;
  int64_t lanes_ = 0, channel_blocks_ = 0, filter_blocks_ = 0;
  int64_t groups_ = 1;                    // of filters, a tile wide each
  int64_t cuts_ = 1;                      // of the channels
  int64_t asking_ = 1, ahead_ = 1;        // tiles that ask for weights of the next group, and lines of each
  int64_t chunk_ = 1;                     // points that stay in the second cache
  std::array<int64_t, 4> most_points_{};  // by vectors
  std::vector<PointwiseFunction*> tiles_;
  std::vector<std::shared_ptr<const x64::Code>> codes_;  // what they point to
};

}  // namespace luge::cpu::conv
