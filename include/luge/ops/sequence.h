// The functions of networks over sequences: recurrent layers and attention.
/// @file
/// All tensors of a call have one floating dtype, otherwise DTypeError, unless the docstring says otherwise.
/// Extents that do not match throw ShapeError.
#pragma once

#include "luge/tensor.h"

namespace luge {

/// Options of lstm and lstm_projected.
struct RecurrentOptions {
  bool batch_first = false;  ///< x and y are [N,T,…] instead of [T,N,…]
  /// Return c of each step, in the axes of y, in place of that of the last one.
  bool every_c = false;
};

/// What rnn applies to the sum of its products.
enum class RnnActivation : std::uint8_t {
  tanh,  ///< the hyperbolic tangent
  relu,  ///< max(x, 0)
};
/// Options of rnn.
struct RnnOptions {
  bool batch_first = false;                        ///< x and y are [N,T,…] instead of [T,N,…]
  RnnActivation activation = RnnActivation::tanh;  ///< the activation
};
/// The results of rnn.
struct RnnOutput {
  Tensor y;  ///< h of each step, [T,N,H]
  Tensor h;  ///< h of the last step, [N,H]
};
/// Runs a plain recurrent layer over a sequence x [T,N,in]: h ← activation(x·w_ihᵀ + h·w_hhᵀ + b).
///
/// The weights are w_ih [H,in] and w_hh [H,H]; b [H] is the sum of the two biases of PyTorch, and an empty b
/// means no bias. h0 [N,H] is the state before the first step; when it is empty the state is 0. T must be 1
/// or more. Source: Elman 1990; PyTorch nn.RNN.
RnnOutput rnn(const Tensor& x, const Tensor& w_ih, const Tensor& w_hh, const Tensor& b = {},
              const RnnOptions& options = {}, const Tensor& h0 = {});

/// The results of lstm.
struct LstmOutput {
  Tensor y;  ///< h of each step, [T,N,H]
  Tensor h;  ///< h of the last step, [N,H]
  Tensor c;  ///< c of the last step, [N,H]; with every_c of each step, [T,N,H]
};
/// Runs a long short-term memory layer over a sequence x [T,N,in]:
///
///     i, f, o = σ(x·w_ihᵀ + h·w_hhᵀ + b), g = tanh(…), c ← f·c + i·g, h ← o·tanh(c)
///
/// The weights are w_ih [4H,in] and w_hh [4H,H]; b [4H] is the sum of the two biases of PyTorch, and an empty
/// b means no bias. Their four parts along axis 0 belong to i, f, g and o. h0 and c0 [N,H] are the state
/// before the first step; when both are empty it is 0. T must be 1 or more. Throws ValueError when only one
/// of h0 and c0 is given. Source: Hochreiter and Schmidhuber 1997, Gers et al. 2000; PyTorch nn.LSTM.
LstmOutput lstm(const Tensor& x, const Tensor& w_ih, const Tensor& w_hh, const Tensor& b = {},
                const RecurrentOptions& options = {}, const Tensor& h0 = {}, const Tensor& c0 = {});

/// Runs lstm with a projection: h ← (o·tanh(c))·w_hrᵀ for w_hr [P,H]. So h, y and h0 have P features, w_hh is
/// [4H,P], and c has H features. Throws as lstm, and ShapeError unless P < H. Source: Sak et al. 2014;
/// PyTorch nn.LSTM with proj_size.
LstmOutput lstm_projected(const Tensor& x, const Tensor& w_ih, const Tensor& w_hh, const Tensor& w_hr,
                          const Tensor& b = {}, const RecurrentOptions& options = {}, const Tensor& h0 = {},
                          const Tensor& c0 = {});

/// Options of gru.
struct GruOptions {
  bool batch_first = false;  ///< x and y are [N,T,…] instead of [T,N,…]
  /// r is applied to the product h·w_hhᵀ + b_hh of n, as in PyTorch and in Keras with reset_after. false: r
  /// is applied to h before the product, as in ONNX with linear_before_reset = 0 and in the paper.
  bool reset_after = true;
};
/// The results of gru.
struct GruOutput {
  Tensor y;  ///< h of each step, [T,N,H]
  Tensor h;  ///< h of the last step, [N,H]
};
/// Runs a gated recurrent unit layer over a sequence x [T,N,in]:
///
///     r, z = σ(x·w_ihᵀ + b_ih + h·w_hhᵀ + b_hh), n = tanh(x·w_ihᵀ + b_ih + r·(h·w_hhᵀ + b_hh)),
///     h ← (1 - z)·n + z·h
///
/// The weights are w_ih [3H,in] and w_hh [3H,H], and the biases b_ih and b_hh [3H]; both biases may be empty.
/// Their three parts along axis 0 belong to r, z and n. h0 [N,H] is the state before the first step; when it
/// is empty the state is 0. T must be 1 or more. Without reset_after, n = tanh(x·w_ihᵀ + b_ih + (r·h)·w_hhᵀ +
/// b_hh). Throws ValueError when only one bias is given. Source: Cho et al. 2014; PyTorch nn.GRU.
GruOutput gru(const Tensor& x, const Tensor& w_ih, const Tensor& w_hh, const Tensor& b_ih = {},
              const Tensor& b_hh = {}, const GruOptions& options = {}, const Tensor& h0 = {});

/// Options of reverse_sequence.
struct ReverseSequenceOptions {
  int axis = 1;        ///< the axis of the steps
  int batch_axis = 0;  ///< the axis of the sequences
};
/// Returns x with the first length[n] steps of each sequence n in reverse order; later steps stay where they
/// are. x may have any dtype, and `length` is integers [N]. A length that is negative or above the extent of
/// the axis throws IndexError when the program runs; the text names the sequence. Throws ShapeError for equal
/// axes. Source: ONNX ReverseSequence.
Tensor reverse_sequence(const Tensor& x, const Tensor& length, const ReverseSequenceOptions& options = {});
/// Returns the lengths, integers [N], of sequences in `like` [N,…] whose steps lie along `axis`. A length
/// that is negative or above the extent of the axis throws IndexError when the program runs; the text names
/// the sequence. Only the shape of `like` is used.
Tensor check_lengths(const Tensor& length, const Tensor& like, int axis = 1);

/// Options of attention, self_attention and attention_weights.
struct AttentionOptions {
  bool causal = false;  ///< row i attends to columns 0 … i only
  double scale = 0;     ///< the factor of the products q·kᵀ; 0 means 1/√d
  /// The share of the weights that become 0, as dropout does it. It always drops; a layer does so only in
  /// train mode.
  double dropout = 0;
};
/// Returns softmax(scale·q·kᵀ)·v for each head: [N,heads,T,e] for q [N,heads,T,d], k [N,heads,S,d] and v
/// [N,heads,S,e].
///
/// `mask` broadcasts to [N,heads,T,S]. A bool mask is true where a row may attend; a floating one, of the
/// dtype of q, is added to the scaled products, and where it is -infinity a row may not attend. A row that
/// may attend to no column gives 0 and has no gradient. What a row may not attend to is ignored, even when it
/// is NaN or infinite: it reaches neither the result of the row nor a gradient through it.
///
/// k and v may have fewer heads, of which the number of heads of q is a multiple: each of their heads then
/// serves several heads of q one after the other. Throws ValueError when the scale is not finite or the rate
/// of dropout is outside [0, 1]. Source: Vaswani et al. 2017; Ainslie et al. 2023 for fewer heads; PyTorch
/// functional.scaled_dot_product_attention, ONNX Attention.
Tensor attention(const Tensor& q, const Tensor& k, const Tensor& v, const AttentionOptions& options = {},
                 const Tensor& mask = {});
/// Returns attention [N,T,heads·d] from one projection qkv [N,T,3·heads·d]. The last axis of qkv holds all
/// heads of q, then those of k, then those of v; the last axis of the result holds the heads one after the
/// other. Throws as attention, and ValueError for fewer than one head. Source: PyTorch nn.MultiheadAttention
/// (the order of in_proj_weight).
Tensor self_attention(const Tensor& qkv, std::int64_t heads, const AttentionOptions& options = {},
                      const Tensor& mask = {});
/// Returns the weights softmax(scale·q·kᵀ) [N,heads,T,S] that attention multiplies v by, without its dropout.
/// A row that may attend to no column has weights of 0. Otherwise as attention. Source: PyTorch
/// nn.MultiheadAttention with need_weights and without average_attn_weights.
Tensor attention_weights(const Tensor& q, const Tensor& k, const AttentionOptions& options = {},
                         const Tensor& mask = {});

}  // namespace luge
