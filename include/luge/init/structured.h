// More initializers: any variance, orthogonal matrices, filters that pass inputs on, sparse matrices.
#pragma once

#include <cstdint>

#include "luge/init/init.h"

namespace luge::init {

/// Uniform within ±√(6 / ((1 + slope²)·fan)), for layers that a leaky_relu with this slope follows; 0 is
/// relu. Throws ValueError for a negative slope. Source: He et al. 2015, PyTorch kaiming_uniform_ (`a`).
Initializer he_uniform(Fan fan, double slope);
/// Normal with mean 0 and standard deviation √(2 / ((1 + slope²)·fan)), as above. Source: PyTorch
/// kaiming_normal_.
Initializer he_normal(Fan fan, double slope);
/// Uniform within ±√(3 / fan_in). Source: LeCun et al. 1998, Keras LecunUniform.
Initializer lecun_uniform();

/// Which fans variance_scaling uses.
enum class FanMode : std::uint8_t {
  fan_in,   ///< fan_in
  fan_out,  ///< fan_out
  fan_avg   ///< the mean of both
};
/// What variance_scaling draws from.
enum class Distribution : std::uint8_t {
  truncated_normal,  ///< normal numbers, at most two deviations from 0, scaled to the variance
  normal,            ///< normal numbers
  uniform            ///< uniform numbers
};
/// Options of variance_scaling.
struct VarianceScalingOptions {
  double scale = 1;                                            ///< a factor of the variance, above 0
  FanMode mode = FanMode::fan_in;                              ///< the fans
  Distribution distribution = Distribution::truncated_normal;  ///< what is drawn from
};
/// Numbers with mean 0 and variance scale/fans. Throws ValueError for a scale that is not above 0. Source:
/// Keras VarianceScaling.
Initializer variance_scaling(const VarianceScalingOptions& options = {});

/// A matrix with orthonormal rows, or columns when it has more rows, times `gain`, drawn uniformly among
/// those. A weight with more than two axes is a matrix of its first axis and the rest. Drawn and made
/// orthogonal in float64. The returned initializer throws ShapeError for fewer than two axes. Source: Saxe et
/// al. 2014, PyTorch orthogonal_.
Initializer orthogonal(double gain = 1);
/// `gain` on the diagonal of a matrix and 0 elsewhere. The returned initializer throws ShapeError when the
/// weight is not a matrix. Source: PyTorch eye_, Keras Identity.
Initializer identity(double gain = 1);
/// The filters of a convolution that passes its inputs on: 1 at the center of the filter from input k to
/// output k of each group, 0 elsewhere. The returned initializer throws ShapeError when the weight has not
/// three to five axes or its outputs do not divide by the groups. Throws ValueError for groups below 1.
/// Source: PyTorch dirac_.
Initializer dirac(std::int64_t groups = 1);
/// The same where `rest` draws the filters of a group that are left when it has more outputs than inputs:
/// part of the filters begins as the identity, the others begin as usual.
Initializer dirac(std::int64_t groups, const Initializer& rest);
/// A matrix [out,in] with normal numbers of this deviation, and 0 at ⌈sparsity·out⌉ random elements of each
/// column. The returned initializer throws ShapeError when the weight is not a matrix. Throws ValueError for
/// a sparsity outside [0, 1] or a negative deviation. Source: Martens 2010, PyTorch sparse_.
Initializer sparse(double sparsity, double deviation = 0.01);

}  // namespace luge::init
