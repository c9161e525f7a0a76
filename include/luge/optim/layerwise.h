// Optimizers whose steps depend on a whole parameter: on its norm, or on its rows and columns.
#pragma once

#include <cstdint>
#include <optional>

#include "luge/optim/optimizer.h"

namespace luge::optim {

/// Options of LAMB.
struct LAMBOptions {
  static constexpr double kUsualRate = 1e-3;  ///< the learning rate unless one is given
  double beta1 = 0.9;                         ///< β₁, the decay of m, in [0, 1)
  double beta2 = 0.999;                       ///< β₂, the decay of v, in [0, 1)
  double epsilon = 1e-6;                      ///< ε, above 0, added to √v̂
};
/// LAMB: with u = m̂/(√v̂ + ε) + λ·w, as in Adam, w ← w - rate·‖w‖/‖u‖·u, where λ is the weight decay. The
/// quotient of the norms is 1 when one of them is 0. Source: You et al. 2020, optax lamb.
class LAMB : public Optimizer {
 public:
  /// Makes the optimizer. Throws ValueError when an argument is out of range.
  explicit LAMB(double learning_rate = LAMBOptions::kUsualRate, const LAMBOptions& options = {},
                const OptimizerOptions& common = {});
};

/// Options of LARS.
struct LARSOptions {
  static constexpr double kUsualRate = 0.1;  ///< the learning rate unless one is given
  double momentum = 0.9;                     ///< μ, in [0, 1)
  double trust = 1e-3;                       ///< η, above 0: the length of a step relative to ‖w‖
  double epsilon = 0;                        ///< ε, 0 or more, added to ‖u‖
  bool nesterov = false;                     ///< step along μ·v + rate·η·‖w‖/‖u‖·u instead of v
};
/// LARS: with u = g + λ·w, v ← μ·v + rate·η·‖w‖/(‖u‖ + ε)·u and w ← w - v, where λ is the weight decay. The
/// factor of rate·u is 1 when one of the norms is 0. Source: You et al. 2017, optax lars. (The paper divides
/// by ‖g‖ + λ·‖w‖.)
class LARS : public Optimizer {
 public:
  /// Makes the optimizer. Throws ValueError when an argument is out of range.
  explicit LARS(double learning_rate = LARSOptions::kUsualRate, const LARSOptions& options = {},
                const OptimizerOptions& common = {});
};

/// Options of Adafactor.
struct AdafactorOptions {
  static constexpr double kUsualRate = 1e-2;  ///< the learning rate unless one is given
  double decay_power = -0.8;  ///< the weight of a new square is t to this power, below 0 and at least -1
  /// ε₁, above 0: roots are at least this. Empty: the distance from 1 to the next number of the dtype.
  std::optional<double> epsilon = {};
  double smallest_scale = 1e-3;  ///< ε₂, above 0: weights count as having at least this root mean square
  double clip = 1;               ///< d, above 0: the largest root mean square of an update
  bool relative = true;  ///< the rate is at most 1/√t, and relative to the root mean square of the parameter
};
/// Adafactor: of a parameter with two or more axes, the squares of gradients are kept as their means over the
/// last axis r and over the one before it c, so that v = r·c/mean(r); of others they are kept whole. With
/// a = tᵖ, r ← (1-a)·r + a·mean(g²). u = g/max(√v, ε₁), and w ← w - s·u/max(1, rms(u)/d), where
/// s = max(ε₂, rms(w))·min(rate, 1/√t) if `relative`, or else the rate. Weight decay is decoupled. Source:
/// Shazeer and Stern 2018, PyTorch Adafactor, which is always relative.
class Adafactor : public Optimizer {
 public:
  /// Makes the optimizer. Throws ValueError when an argument is out of range.
  explicit Adafactor(double learning_rate = AdafactorOptions::kUsualRate,
                     const AdafactorOptions& options = {}, const OptimizerOptions& common = {});
};

/// How Muon scales the steps of a matrix with o rows and i columns.
enum class MuonScale : std::uint8_t {
  match_rms,  ///< 0.2·√max(o, i): steps have the size of those of Adam, so that one rate serves all
  spectral    ///< √max(1, o/i), of the first implementation
};
/// Options of Muon.
struct MuonOptions {
  static constexpr double kUsualRate = 1e-3;  ///< the learning rate unless one is given
  double momentum = 0.95;                     ///< μ, in [0, 1)
  bool nesterov = true;                       ///< make (1-μ)·g + μ·b orthogonal instead of b
  std::int64_t iterations = 5;                ///< Newton-Schulz iterations, from 1 to 99
  double epsilon = 1e-7;                      ///< ε, above 0: norms count as at least this
  MuonScale scale = MuonScale::match_rms;     ///< how steps are scaled
  double beta1 = 0.9;                         ///< β₁ of Adam for vectors, in [0, 1)
  double beta2 = 0.95;                        ///< β₂ of Adam for vectors, in [0, 1)
};
/// Muon: b ← μ·b + (1-μ)·g, and w ← w - rate·scale·O, where O is b with its singular values brought near 1 by
/// Newton-Schulz iterations. A parameter with more than two axes is a matrix of its first axis and the rest,
/// as the filters of a convolution. Parameters with fewer than two axes take steps of Adam with β₁, β₂ and
/// the same rate. Weight decay is decoupled. Iterations are computed in the dtype of the parameter, in
/// float32 for 16 bits (PyTorch: bfloat16). PyTorch takes only matrices, and its usual scale is `spectral`.
/// Source: Jordan et al. 2024; Liu et al. 2025; PyTorch Muon.
class Muon : public Optimizer {
 public:
  /// Makes the optimizer. Throws ValueError when an argument is out of range.
  explicit Muon(double learning_rate = MuonOptions::kUsualRate, const MuonOptions& options = {},
                const OptimizerOptions& common = {});
};

}  // namespace luge::optim
