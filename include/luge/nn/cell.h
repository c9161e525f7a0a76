// Recurrent cells: one step of RNN, LSTM and GRU, with the state as an input and an output.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "luge/init/init.h"
#include "luge/nn/module.h"
#include "luge/ops/sequence.h"

namespace luge::nn {

/// Options of RNNCell, LSTMCell and GRUCell.
struct CellOptions {
  bool bias = true;  ///< add biases
  /// Initial value of all weights and biases. None: uniform within ±1/√units, as in PyTorch.
  std::optional<init::Initializer> init = {};
  RnnActivation activation = RnnActivation::tanh;  ///< RNNCell only: the activation
  bool reset_after = true;  ///< GRUCell only: r is applied after the product; see GruOptions
};

/// Base class of the cells. They take x [N,in] and the state, which is 0 when it is left out.
class RecurrentCell : public Module {
 public:
  std::string describe() const override;
  Work work() const override;

  Parameter weight_ih,  ///< [gates·units,in]
      weight_hh,        ///< [gates·units,units]
      bias_ih,          ///< [gates·units]; absent when biases are switched off
      bias_hh;          ///< [gates·units]; absent when biases are switched off

 protected:
  /// Makes a cell with this number of gates. Throws OptionError, beginning with `name`, for fewer than one
  /// unit and for options of another class.
  RecurrentCell(std::string_view name, int gates, std::int64_t units, const CellOptions& options);
  /// Creates the parameters for inputs like x.
  void create_parameters(const Tensor& x) const override;
  /// Returns input k of a call, empty when it is left out. Throws ShapeError for a wrong number of them, for
  /// an x that is not [N,in], and for a state that is not [N,units].
  Tensor given(const Tensors& inputs, std::size_t k) const;
  /// Returns the number of units.
  std::int64_t units() const { return units_; }
  /// Returns the options that the cell was made with.
  const CellOptions& options() const { return options_; }

 private:
  int gates_;
  std::int64_t units_;
  CellOptions options_;
};

/// One step of RNN: net({x, h}) → the next h [N,units], for x [N,in] and h [N,units]. Source: PyTorch
/// nn.RNNCell, Keras SimpleRNNCell.
class RNNCell : public Layer<RNNCell, RecurrentCell> {
 public:
  /// Makes the cell. Throws OptionError for fewer than one unit.
  explicit RNNCell(std::int64_t units, const CellOptions& options = {})
      : Layer("RNNCell", 1, units, options) {}
  /// Returns "input" and the states.
  std::vector<std::string> input_names() const override { return {"input", "h"}; }
  /// Takes one step.
  Tensors forward(const Tensors& inputs) const override;
  /// Returns its name and options.
  std::optional<LayerText> text() const override;
};

/// One step of LSTM: net({x, h, c}) → the next h and c [N,units], for x [N,in]. The four parts of each
/// parameter along axis 0 belong to i, f, g and o. Source: PyTorch nn.LSTMCell, Keras LSTMCell.
class LSTMCell : public Layer<LSTMCell, RecurrentCell> {
 public:
  /// Makes the cell. Throws OptionError for fewer than one unit.
  explicit LSTMCell(std::int64_t units, const CellOptions& options = {})
      : Layer("LSTMCell", 4, units, options) {}
  /// Returns "input" and the states.
  std::vector<std::string> input_names() const override { return {"input", "h", "c"}; }
  /// Returns "h" and "c".
  std::vector<std::string> output_names() const override { return {"h", "c"}; }
  /// Takes one step.
  Tensors forward(const Tensors& inputs) const override;
  /// Returns its name and options.
  std::optional<LayerText> text() const override;
};

/// One step of GRU: net({x, h}) → the next h [N,units], for x [N,in] and h [N,units]. The three parts of each
/// parameter along axis 0 belong to r, z and n. Source: PyTorch nn.GRUCell, Keras GRUCell.
class GRUCell : public Layer<GRUCell, RecurrentCell> {
 public:
  /// Makes the cell. Throws OptionError for fewer than one unit.
  explicit GRUCell(std::int64_t units, const CellOptions& options = {})
      : Layer("GRUCell", 3, units, options) {}
  /// Returns "input" and the states.
  std::vector<std::string> input_names() const override { return {"input", "h"}; }
  /// Takes one step.
  Tensors forward(const Tensors& inputs) const override;
  /// Returns its name and options.
  std::optional<LayerText> text() const override;
};

}  // namespace luge::nn
