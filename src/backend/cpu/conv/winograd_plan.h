// The order in which Winograd's loops run, and where in scratch they meet.
#pragma once

#include <cstddef>

#include "backend/cpu/conv/winograd.h"

namespace luge::cpu::conv {

/// A convolution by 3x3 windows in steps of one, in blocks of channels.
struct WinogradProblem {
  int64_t images, height, width;  // of x
  int64_t out_height, out_width;  // of y
  int64_t pad_top, pad_left;
  int64_t channel_blocks, filter_blocks;  // of x and y
  int64_t tiles() const { return images * ((out_height + 3) / 4) * ((out_width + 3) / 4); }
};

/// How the work is cut. Alone, every thread takes blocks of tiles of its own through all stages while they
/// are in its cache; the transformed weights are shared. Together, all threads transform one larger block of
/// tiles, then each takes results of its own through the other stages: weights too large for the caches are
/// transformed shortly before they are used, once per block. Where a block has few tiles, sums stay in the
/// cache and grow by a few channels at a time, so that transformed weights do, too.
struct WinogradCut {
  int64_t tiles;      // in a block
  int64_t chunk = 0;  // taken at a time: pairs of blocks of results, for weights blocks of channels; 0: all
  bool together = false;
  int64_t summed = 0;  // blocks of channels whose weights are transformed at a time; 0: all
};

/// A cut for the forward pass and the gradient of the image, and one for the gradient of the weights.
WinogradCut winograd_cut(const WinogradProblem& problem, int threads);
WinogradCut winograd_weights_cut(const WinogradProblem& problem, int threads);

/// y from x and w, or, when `turned`, dx (the problem's y) from dy (its x): then `problem` is that of the
/// gradient, with channels and filters exchanged.
class WinogradForwardPlan {
 public:
  WinogradForwardPlan(const WinogradProblem& problem, bool turned, int threads, const WinogradCut& cut);
  std::size_t scratch() const;
  void run(const float* x, const float* w, float* y, const PostOpValues& post_ops, void* scratch) const;

 private:
  struct Space;
  struct Call;
  Space space(void* scratch, int me) const;
  void alone(const Space& space, int me, int all, const Call& call) const;
  void together(const Space& space, int me, int all, const Call& call) const;
  BlockRange results(int64_t chunk) const;

  WinogradProblem problem_;
  TiledImage from_, to_;
  bool turned_;
  int threads_;
  WinogradCut cut_;
  int64_t lanes_, weight_plane_, from_plane_, to_plane_;
  int64_t together_capacity_ = 0;  // this many tiles lie together, for they are read together
};

/// dw and db (may be null, `filters` numbers) from x and dy.
class WinogradWeightsPlan {
 public:
  WinogradWeightsPlan(const WinogradProblem& problem, int64_t filters, int threads, const WinogradCut& cut);
  std::size_t scratch() const;
  void run(const float* x, const float* dy, float* dw, float* db, void* scratch) const;

 private:
  struct Space;
  struct Call;
  Space space(void* scratch, int me) const;
  void alone(const Space& space, int me, int all, const Call& call) const;
  void together(const Space& space, int me, int all, const Call& call) const;

  WinogradProblem problem_;
  int64_t filters_;
  TiledImage x_, y_;
  int threads_;
  WinogradCut cut_;
  int64_t lanes_, x_plane_, y_plane_, sum_plane_, bias_;
};

}  // namespace luge::cpu::conv
