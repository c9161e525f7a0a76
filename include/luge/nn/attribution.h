// Which parts of a picture an answer of a network depends on.
#pragma once

#include <cstdint>
#include <string>

#include "luge/nn/module.h"

namespace luge::nn {

/// Options of saliency.
struct SaliencyOptions {
  std::int64_t samples = 1;  ///< copies of the picture with noise; 1: the picture itself
  double noise = 0.1;        ///< standard deviation of the noise, as a part of the range of x
};
/// Returns, for each picture of x [N,C,H,W], the largest absolute slope of output `unit` over the channels of
/// each pixel: [N,H,W]. The network runs in eval mode and answers [N,units] or [N,units,…], whose further
/// axes are summed. With several samples it is the mean over copies of x with normal noise. Throws ShapeError
/// for another input or output, IndexError for a unit that does not exist, and ValueError for samples below
/// 1. Source: Simonyan et al. 2014, Smilkov et al. 2017 (SmoothGrad).
Tensor saliency(const Module& net, const Tensor& x, std::int64_t unit, const SaliencyOptions& options = {});

/// Returns where the last convolutional features speak for output `unit`: relu(Σ a·A) over the channels A of
/// a layer's output [N,K,h,w], where a is the mean slope of the unit over a channel. The result is [N,h,w].
/// `layer` is the path of a module; empty: the last one whose output has 16 positions or more, else the last
/// one with more than one. The network runs in eval mode. Throws as saliency, ValueError for a layer that is not called or has no such output,
/// and GraphError when the unit does not depend on it. Source: Selvaraju et al. 2017.
Tensor grad_cam(const Module& net, const Tensor& x, std::int64_t unit, const std::string& layer = "");

/// Options of occlusion.
struct OcclusionOptions {
  std::int64_t window = 0;  ///< pixels that are covered, along height and width; 0: a sixth of the picture
  std::int64_t stride = 0;  ///< pixels between neighboring windows; 0: a third of the window
};
/// Returns by how much output `unit` falls when a window of the picture is covered with the mean of its
/// channels: [N,rows,columns], a number for each position of the window. Throws as saliency, and ValueError
/// for a window larger than the picture. Source: Zeiler and Fergus 2014.
Tensor occlusion(const Module& net, const Tensor& x, std::int64_t unit, const OcclusionOptions& options = {});

}  // namespace luge::nn
