// Recurrent layers: RNN, LSTM and GRU.
#pragma once

#include <optional>
#include <vector>

#include "luge/init/init.h"
#include "luge/nn/module.h"
#include "luge/ops/sequence.h"

namespace luge::nn {

/// In which order a recurrent layer reads the steps of a sequence.
enum class Direction : std::uint8_t {
  forward,   ///< from the first step to the last
  backward,  ///< from the last step to the first; the output is in the order of the input
  both,      ///< both, with weights for each
};
/// What a layer makes of the two outputs [N,T,H] of both directions.
enum class DirectionMerge : std::uint8_t {
  concat,  ///< one after the other, [N,T,2·H]
  sum,     ///< their sum, [N,T,H]
  mean,    ///< their mean, [N,T,H]
  none,    ///< both on an axis of their own, [N,T,2,H]; the next layer of a stack gets them as concat
};

/// Options of RNN, LSTM and GRU.
struct RecurrentLayerOptions {
  bool bias = true;        ///< add biases
  bool last_only = false;  ///< return the last state alone, [N,H], in place of that of each step
  /// Initial value of all weights and biases. None: uniform within ±1/√units, as in PyTorch.
  std::optional<init::Initializer> init = {};
  std::int64_t layers = 1;                        ///< how many layers read the output of the one before
  Direction direction = Direction::forward;       ///< the order of the steps
  DirectionMerge merge = DirectionMerge::concat;  ///< what is made of the outputs of both directions
  double dropout = 0;                             ///< dropout rate between two layers, in train mode
  bool learned_state = false;  ///< the state before the first step is a parameter that begins with 0
  bool state_inputs = false;   ///< that state is given, as further inputs "h" and, for LSTM, "c"
  bool state_outputs = false;  ///< the last state is returned, as further outputs "h" and, for LSTM, "c"
  RnnActivation activation = RnnActivation::tanh;  ///< RNN only: the activation
  std::int64_t projection = 0;  ///< LSTM only: the features of h, fewer than units; 0: units
  /// LSTM only: what is added to the initial b_ih of the forget gates. At 0 a cell keeps about half of its
  /// content in a step; 1 is the default of Keras (Jozefowicz et al. 2015).
  double forget_bias = 0;
  bool reset_after = true;      ///< GRU only: r is applied after the product; see GruOptions
};

/// The results of a recurrent layer for sequences [N,T,in]. Of H features each, which is the number of units
/// or that of the projection.
struct RecurrentResult {
  Tensor y;  ///< h of each step [N,T,H], [N,T,2·H] or [N,T,2,H]
  /// h after the last step: [N,H], or [N,layers·directions,H] where there are several; the two directions of
  /// a layer come one after the other.
  Tensor h;
  Tensor c;  ///< of LSTM: c after the last step, in the axes of h, of `units` features
};

/// The parameters of one layer of a stack in one direction. The names of those of the first layer forward are
/// those of the members; others end with "_l1", "_reverse" or "_l1_reverse", as in PyTorch.
struct RecurrentWeights {
  Parameter weight_ih,  ///< [gates·units,in]
      weight_hh,        ///< [gates·units,H]
      bias_ih,          ///< [gates·units]; absent when biases are switched off
      bias_hh,          ///< [gates·units]; absent when biases are switched off
      weight_hr,        ///< the projection [H,units]; absent without one
      state_h,          ///< the learned state h [H]; absent unless it is learned
      state_c;          ///< the learned state c [units]; absent unless it is learned
};

/// Base class of RNN, LSTM and GRU. The number of inputs is found at the first call.
class RecurrentLayer : public Module {
 public:
  std::vector<std::string> input_names() const override;
  std::vector<std::string> output_names() const override;
  /// Returns the output for x [N,T,in].
  Tensor forward(const Tensor& x) const override;
  /// Returns the outputs for x and, with state_inputs, a state, which is 0 when it is left out.
  Tensors forward(const Tensors& inputs) const override;
  /// Returns what each sequence alone would give, in both directions: with last_only the last state of each
  /// sequence, which is 0, or the state it began with, for a sequence of length 0.
  Padded forward_padded(const Padded& x) const override;
  std::string describe() const override;
  Work work_of(const Tensors& inputs, const Tensors& outputs) const override;

  /// Returns the parameters of layer `layer` from 0, forward or in reverse. Throws ValueError for one that
  /// does not exist.
  const RecurrentWeights& weights(std::int64_t layer, bool reverse = false) const;

  Parameter weight_ih,  ///< that of the first layer, [gates·units,in]
      weight_hh,        ///< that of the first layer, [gates·units,H]
      bias_ih,          ///< that of the first layer, [gates·units]; absent when biases are switched off
      bias_hh;          ///< that of the first layer, [gates·units]; absent when biases are switched off

 protected:
  /// Makes a layer with this number of gates. Throws OptionError, beginning with `name`, for options that are
  /// not right or belong to another class.
  RecurrentLayer(std::string_view name, int gates, std::int64_t units, const RecurrentLayerOptions& options);
  /// Creates the parameters for sequences like x.
  void create_parameters(const Tensor& x) const override;
  /// Returns the number of units.
  std::int64_t units() const { return units_; }
  /// Returns the options that the layer was made with.
  const RecurrentLayerOptions& options() const { return options_; }
  /// Runs all layers over x, whose lengths may be empty, from a state or from that of the layer.
  RecurrentResult run_layers(const Padded& x, const Tensor& h, const Tensor& c) const;
  /// Runs one layer forward from a state, which may be empty. With `every_c`, c of the result has that of
  /// each step.
  virtual RecurrentResult steps(const Tensor& x, const RecurrentWeights& weights, const Tensor& h,
                                const Tensor& c, bool every_c) const = 0;

 private:
  struct State {
    Tensor h, c;
  };
  bool has_cells() const { return gates_ == 4; }
  int directions() const { return options_.direction == Direction::both ? 2 : 1; }
  std::int64_t features() const { return options_.projection > 0 ? options_.projection : units_; }
  std::int64_t inputs_of(std::int64_t layer, std::int64_t first) const;
  Tensor with_forget_bias(const Tensor& bias) const;
  State first_state(std::size_t index, const Tensor& x, const Tensor& h, const Tensor& c) const;
  RecurrentResult one_way(const Padded& x, std::size_t index, const State& first) const;
  Tensor merged(const Tensors& ways, int axis) const;
  int gates_;
  std::int64_t units_;
  RecurrentLayerOptions options_;
  std::vector<RecurrentWeights> weights_;  // of each layer: forward or the only direction, then reverse
};

/// A plain recurrent layer: x [N,T,in] → h of each step [N,T,units], with h ← activation(w_ih·x + b_ih +
/// w_hh·h + b_hh). Throws ShapeError for an input that is not a sequence [N,T,in]. Source: PyTorch nn.RNN
/// with batch_first, Keras SimpleRNN with return_sequences.
class RNN : public Layer<RNN, RecurrentLayer> {
 public:
  /// Makes the layer. Throws OptionError for fewer than one unit and for options of LSTM or GRU.
  explicit RNN(std::int64_t units, const RecurrentLayerOptions& options = {})
      : Layer("RNN", 1, units, options) {}
  std::optional<LayerText> text() const override;  ///< Returns it as text.
  /// Starts from a state h, in the axes of RecurrentResult::h, or from that of the layer when it is empty.
  RecurrentResult run(const Tensor& x, const Tensor& h = {}) const;
  /// Does the same for sequences of different lengths.
  RecurrentResult run(const Padded& x, const Tensor& h = {}) const;

 protected:
  RecurrentResult steps(const Tensor& x, const RecurrentWeights& weights, const Tensor& h, const Tensor& c,
                        bool every_c) const override;  ///< Runs rnn.
};

/// Long short-term memory: x [N,T,in] → h of each step [N,T,units], or [N,T,projection]. The four parts of
/// each parameter along axis 0 belong to i, f, g and o. Throws ShapeError for an input that is not a sequence
/// [N,T,in]. Source: PyTorch nn.LSTM with batch_first (proj_size is `projection`), Keras LSTM with
/// return_sequences.
class LSTM : public Layer<LSTM, RecurrentLayer> {
 public:
  /// Makes the layer. Throws OptionError for fewer than one unit, for a projection that is not below units,
  /// for a forget_bias without biases, and for options of RNN or GRU.
  explicit LSTM(std::int64_t units, const RecurrentLayerOptions& options = {})
      : Layer("LSTM", 4, units, options) {}
  std::optional<LayerText> text() const override;  ///< Returns it as text.
  /// Starts from a state h and c, in the axes of RecurrentResult, or from that of the layer when both are
  /// empty. Throws ValueError when only one of h and c is given.
  RecurrentResult run(const Tensor& x, const Tensor& h = {}, const Tensor& c = {}) const;
  /// Does the same for sequences of different lengths.
  RecurrentResult run(const Padded& x, const Tensor& h = {}, const Tensor& c = {}) const;

 protected:
  RecurrentResult steps(const Tensor& x, const RecurrentWeights& weights, const Tensor& h, const Tensor& c,
                        bool every_c) const override;  ///< Runs lstm or lstm_projected.
};

/// Gated recurrent units: x [N,T,in] → h of each step [N,T,units]. The three parts of each parameter along
/// axis 0 belong to r, z and n. Throws ShapeError for an input that is not a sequence [N,T,in]. Source:
/// PyTorch nn.GRU with batch_first, Keras GRU with return_sequences.
class GRU : public Layer<GRU, RecurrentLayer> {
 public:
  /// Makes the layer. Throws OptionError for fewer than one unit and for options of RNN or LSTM.
  explicit GRU(std::int64_t units, const RecurrentLayerOptions& options = {})
      : Layer("GRU", 3, units, options) {}
  std::optional<LayerText> text() const override;  ///< Returns it as text.
  /// Starts from a state h, in the axes of RecurrentResult::h, or from that of the layer when it is empty.
  RecurrentResult run(const Tensor& x, const Tensor& h = {}) const;
  /// Does the same for sequences of different lengths.
  RecurrentResult run(const Padded& x, const Tensor& h = {}) const;

 protected:
  RecurrentResult steps(const Tensor& x, const RecurrentWeights& weights, const Tensor& h, const Tensor& c,
                        bool every_c) const override;  ///< Runs gru.
};

}  // namespace luge::nn
