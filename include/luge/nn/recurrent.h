// Recurrent layers: LSTM and GRU.
#pragma once

#include <optional>

#include "luge/init/init.h"
#include "luge/nn/module.h"
#include "luge/ops/sequence.h"

namespace luge::nn {

/// Options of LSTM and GRU.
struct RecurrentLayerOptions {
  bool bias = true;        ///< add biases
  bool last_only = false;  ///< return the last step alone, [N,units]
  /// Initial value of all weights and biases. None: uniform within ±1/√units, as in PyTorch.
  std::optional<init::Initializer> init = {};
};

/// Base class of LSTM and GRU. The number of inputs is found at the first call.
class RecurrentLayer : public Module {
 public:
  std::string describe() const override;
  Work work() const override;

  Parameter weight_ih,  ///< [gates·units,in]
      weight_hh,        ///< [gates·units,units]
      bias_ih,          ///< [gates·units]; absent when biases are switched off
      bias_hh;          ///< [gates·units]; absent when biases are switched off

 protected:
  /// Makes a layer with this number of gates. Throws OptionError, beginning with `name`, for fewer than
  /// one unit.
  RecurrentLayer(std::string_view name, int gates, std::int64_t units, const RecurrentLayerOptions& options);
  void create_parameters(const Tensor& x) const override;
  /// Returns the number of units.
  std::int64_t units() const { return units_; }
  /// Returns the options that the layer was made with.
  const RecurrentLayerOptions& options() const { return options_; }
  /// Returns the padded result of h of each step, or of the last one.
  Padded padded_result(const Padded& x, const Tensor& each_step) const;

 private:
  int gates_;
  std::int64_t units_;
  RecurrentLayerOptions options_;
};

/// Long short-term memory: x [N,T,in] → h of each step [N,T,units]. The four parts of each parameter along
/// axis 0 belong to i, f, g and o. Throws ShapeError for an input that is not a sequence [N,T,in]. Source:
/// PyTorch nn.LSTM with one layer and batch_first, Keras LSTM with return_sequences.
class LSTM : public Layer<LSTM, RecurrentLayer> {
 public:
  /// Makes the layer. Throws OptionError for fewer than one unit.
  explicit LSTM(std::int64_t units, const RecurrentLayerOptions& options = {})
      : Layer("LSTM", 4, units, options) {}
  /// Returns h of each step [N,T,units], or of the last step [N,units] with last_only.
  Tensor forward(const Tensor& x) const override;
  /// Returns the same for sequences of different lengths: with last_only h of the last step of each sequence,
  /// 0 for a sequence of length 0.
  Padded forward_padded(const Padded& x) const override;
  std::optional<LayerText> text() const override;  ///< Returns it as text.
  /// Starts from a state h and c [N,units], or from 0 when both are empty. Returns h of each step [N,T,units]
  /// and the last state. Throws ValueError when only one of h and c is given.
  LstmOutput run(const Tensor& x, const Tensor& h = {}, const Tensor& c = {}) const;
};

/// Gated recurrent units: x [N,T,in] → h of each step [N,T,units]. The three parts of each parameter along
/// axis 0 belong to r, z and n. Throws ShapeError for an input that is not a sequence [N,T,in]. Source:
/// PyTorch nn.GRU with one layer and batch_first, Keras GRU with reset_after and return_sequences.
class GRU : public Layer<GRU, RecurrentLayer> {
 public:
  /// Makes the layer. Throws OptionError for fewer than one unit.
  explicit GRU(std::int64_t units, const RecurrentLayerOptions& options = {})
      : Layer("GRU", 3, units, options) {}
  /// Returns h of each step [N,T,units], or of the last step [N,units] with last_only.
  Tensor forward(const Tensor& x) const override;
  /// Returns the same for sequences of different lengths: with last_only h of the last step of each sequence,
  /// 0 for a sequence of length 0.
  Padded forward_padded(const Padded& x) const override;
  std::optional<LayerText> text() const override;  ///< Returns it as text.
  /// Starts from a state h [N,units], or from 0 when it is empty. Returns h of each step [N,T,units] and the
  /// last state.
  GruOutput run(const Tensor& x, const Tensor& h = {}) const;
};

}  // namespace luge::nn
