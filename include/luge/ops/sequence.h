// The functions of networks over sequences: recurrent layers and attention.
/// @file
/// All tensors of a call have one floating dtype, otherwise DTypeError, unless the docstring says otherwise.
/// Extents that do not match throw ShapeError.
#pragma once

#include "luge/tensor.h"

namespace luge {

/// Options of lstm and gru.
struct RecurrentOptions {
  bool batch_first = false;  ///< x and y are [N,T,…] instead of [T,N,…]
};

/// The results of lstm.
struct LstmOutput {
  Tensor y;  ///< h of each step, [T,N,H]
  Tensor h;  ///< h of the last step, [N,H]
  Tensor c;  ///< c of the last step, [N,H]
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
/// is empty the state is 0. T must be 1 or more. Throws ValueError when only one bias is given. Source: Cho
/// et al. 2014 in the form of PyTorch nn.GRU, where r is applied after the product.
GruOutput gru(const Tensor& x, const Tensor& w_ih, const Tensor& w_hh, const Tensor& b_ih = {},
              const Tensor& b_hh = {}, const RecurrentOptions& options = {}, const Tensor& h0 = {});

/// Options of attention and self_attention.
struct AttentionOptions {
  bool causal = false;  ///< row i attends to columns 0 … i only
  double scale = 0;     ///< the factor of the products q·kᵀ; 0 means 1/√d
};
/// Returns softmax(scale·q·kᵀ)·v for each head: [N,heads,T,e] for q [N,heads,T,d], k [N,heads,S,d] and v
/// [N,heads,S,e]. `mask` is bool, broadcasts to [N,heads,T,S], and is true where a row may attend. A row that
/// may attend to no column gives 0 and has no gradient. What a row may not attend to is ignored, even when it
/// is NaN or infinite: it reaches neither the result of the row nor a gradient through it. Throws ValueError
/// when the scale is not finite. Source: Vaswani et al. 2017, PyTorch
/// functional.scaled_dot_product_attention.
Tensor attention(const Tensor& q, const Tensor& k, const Tensor& v, const AttentionOptions& options = {},
                 const Tensor& mask = {});
/// Returns attention [N,T,heads·d] from one projection qkv [N,T,3·heads·d]. The last axis of qkv holds all
/// heads of q, then those of k, then those of v; the last axis of the result holds the heads one after the
/// other. Throws ValueError for fewer than one head or a scale that is not finite. Source: PyTorch
/// nn.MultiheadAttention (the order of in_proj_weight).
Tensor self_attention(const Tensor& qkv, std::int64_t heads, const AttentionOptions& options = {},
                      const Tensor& mask = {});

}  // namespace luge
