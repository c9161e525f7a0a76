// Layers that normalize each sample by itself, so that train and eval mode are alike.
#pragma once

#include "luge/nn/module.h"

namespace luge::nn {

/// Options of GroupNorm.
struct GroupNormOptions {
  double epsilon = 1e-5;  ///< added to the variance, 0 or more
  bool affine = true;     ///< apply weight·x + bias
};
/// Normalizes groups of neighboring channels of each sample of x [N,C,…] to mean 0 and variance 1, then
/// applies weight·x + bias. C is found at the first call. Throws ShapeError for an input without channels and
/// for a C that is not divisible by the number of groups. Source: Wu and He 2018, PyTorch nn.GroupNorm.
class GroupNorm : public Layer<GroupNorm> {
 public:
  /// Makes the layer. Throws OptionError for fewer than one group and an option that is out of range.
  explicit GroupNorm(std::int64_t groups, const GroupNormOptions& options = {});
  Tensor forward(const Tensor& x) const override;
  std::string describe() const override;
  std::optional<LayerText> text() const override;

  Parameter weight,  ///< [C], trained, begins as 1; absent when `affine` is switched off
      bias;          ///< [C], trained, begins as 0; absent when `affine` is switched off

 protected:
  void create_parameters(const Tensor& x) const override;

 private:
  std::int64_t groups_;
  GroupNormOptions options_;
};

/// Options of InstanceNorm.
struct InstanceNormOptions {
  double epsilon = 1e-5;            ///< added to the variance, 0 or more
  bool affine = false;              ///< apply weight·x + bias
  bool running_statistics = false;  ///< keep running statistics, and use them in eval mode
  double momentum = 0.1;            ///< the share of the newest batch in the running statistics, in [0, 1]
};
/// Normalizes each channel of each sample of x [N,C,…] over the axes after the channels to mean 0 and
/// variance 1. As in PyTorch, it has no parameters and no running statistics unless the options ask for them;
/// running statistics are moved in train mode by the means over the batch of the statistics of the samples,
/// with the unbiased variance. Throws ShapeError for an input without channels or without axes after them.
/// Source: Ulyanov et al. 2016, PyTorch nn.InstanceNorm2d.
class InstanceNorm : public Layer<InstanceNorm> {
 public:
  /// Makes the layer. Throws OptionError when an option is out of range.
  explicit InstanceNorm(const InstanceNormOptions& options = {});
  Tensor forward(const Tensor& x) const override;
  std::optional<LayerText> text() const override;

  Parameter weight,  ///< [C], trained, begins as 1; absent without `affine`
      bias,          ///< [C], trained, begins as 0; absent without `affine`
      running_mean,  ///< buffer [C], begins as 0; absent without `running_statistics`
      running_var;   ///< buffer [C], begins as 1; absent without `running_statistics`

 protected:
  void create_parameters(const Tensor& x) const override;

 private:
  void move_statistics(const Tensor& x) const;
  InstanceNormOptions options_;
};

/// Options of RMSNorm.
struct RMSNormOptions {
  int axis = -1;          ///< this axis and all axes after it are normalized together
  double epsilon = 1e-5;  ///< added to the mean square, 0 or more
  bool affine = true;     ///< multiply by weight
};
/// Divides the last axes of x by the root of their mean square, then multiplies by weight. The extents of
/// these axes are found at the first call. Throws ShapeError when one of them is unknown, and when x does not
/// have the axis. Source: Zhang and Sennrich 2019, PyTorch nn.RMSNorm, whose epsilon is that of the dtype by
/// default.
class RMSNorm : public Layer<RMSNorm> {
 public:
  /// Makes the layer. Throws OptionError for an epsilon below 0.
  explicit RMSNorm(const RMSNormOptions& options = {});
  Tensor forward(const Tensor& x) const override;
  Padded forward_padded(const Padded& x) const override;
  std::optional<LayerText> text() const override;

  Parameter weight;  ///< has the shape of the normalized axes, begins as 1; absent when it is switched off

 protected:
  void create_parameters(const Tensor& x) const override;

 private:
  RMSNormOptions options_;
};

/// Options of LocalResponseNorm.
struct LRNOptions {
  double alpha = 1e-4;  ///< the factor of the mean square
  double beta = 0.75;   ///< the exponent
  double bias = 1;      ///< added to the mean square, above 0
};
/// Divides x [N,C,…] by a power of the mean square of `size` neighboring channels, as AlexNet does. For an
/// even size the window is that of ONNX, see local_response_norm. Throws ShapeError for an input without
/// channels. Source: Krizhevsky et al. 2012, ONNX LRN, PyTorch nn.LocalResponseNorm.
class LocalResponseNorm : public Layer<LocalResponseNorm> {
 public:
  /// Makes the layer. Throws OptionError when an option is out of range.
  explicit LocalResponseNorm(std::int64_t size = 5, const LRNOptions& options = {});
  Tensor forward(const Tensor& x) const override;
  Padded forward_padded(const Padded& x) const override;
  std::string describe() const override;
  std::optional<LayerText> text() const override;

 private:
  std::int64_t size_;
  LRNOptions options_;
};

}  // namespace luge::nn
