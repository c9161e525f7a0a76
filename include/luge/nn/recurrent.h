// Recurrent layers: LSTM and GRU.
#pragma once

#include <optional>

#include "luge/init/init.h"
#include "luge/nn/module.h"
#include "luge/ops/sequence.h"

namespace luge::nn {

struct RecurrentLayerOptions {
  bool bias = true;
  bool last_only = false;  // forward gives the last step alone, [N,units]
  /// Of all weights and biases; none: uniform within ±1/√units, as PyTorch does.
  std::optional<init::Initializer> init = {};
};

/// What both layers share: weight_ih [gates·units,in], weight_hh [gates·units,units], bias_ih and bias_hh
/// [gates·units]; `in` is found at the first call.
class RecurrentLayer : public Module {
 public:
  std::string describe() const override;
  Work work() const override;

  Parameter weight_ih, weight_hh, bias_ih, bias_hh;

 protected:
  RecurrentLayer(std::string_view name, int gates, std::int64_t units, const RecurrentLayerOptions& options);
  void create_parameters(const Tensor& x) const override;
  const RecurrentLayerOptions& options() const { return options_; }

 private:
  int gates_;
  std::int64_t units_;
  RecurrentLayerOptions options_;
};

/// x [N,T,in] → h of every step [N,T,units]. The parameters' four parts belong to i, f, g, o. Throws
/// ValueError for fewer than one unit, ShapeError for an input that is no sequence. Source: PyTorch nn.LSTM
/// (one layer, batch_first), Keras LSTM with return_sequences.
class LSTM : public Layer<LSTM, RecurrentLayer> {
 public:
  explicit LSTM(std::int64_t units, const RecurrentLayerOptions& options = {})
      : Layer("LSTM", 4, units, options) {}
  Tensor forward(const Tensor& x) const override;
  /// From a state h, c [N,units] (or none: zero); gives all outputs and the last state.
  LstmOutput run(const Tensor& x, const Tensor& h = {}, const Tensor& c = {}) const;
};

/// x [N,T,in] → h of every step [N,T,units]. The parameters' three parts belong to r, z, n. Throws as LSTM
/// does. Source: PyTorch nn.GRU (one layer, batch_first), Keras GRU with reset_after and return_sequences.
class GRU : public Layer<GRU, RecurrentLayer> {
 public:
  explicit GRU(std::int64_t units, const RecurrentLayerOptions& options = {})
      : Layer("GRU", 3, units, options) {}
  Tensor forward(const Tensor& x) const override;
  /// From a state h [N,units] (or none: zero); gives all outputs and the last state.
  GruOutput run(const Tensor& x, const Tensor& h = {}) const;
};

}  // namespace luge::nn
