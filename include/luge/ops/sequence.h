// The functions of networks over sequences: recurrent layers and attention. All arguments are of one floating
// dtype (else DTypeError) unless told; extents that do not fit throw ShapeError.
#pragma once

#include "luge/tensor.h"

namespace luge {

struct RecurrentOptions {
  bool batch_first = false;  // x and outputs are [N,T,…] instead of [T,N,…]
};

struct LstmOutput {
  Tensor y;  // h of every step, [T,N,H]
  Tensor h;  // of the last step, [N,H]
  Tensor c;
};
/// A layer of long short-term memory over a whole sequence x [T,N,in]. With w_ih [4H,in], w_hh [4H,H], b [4H]
/// (PyTorch's two biases added up, or none), whose four parts along axis 0 belong to i, f, g, o:
///   i, f, o = σ(x·w_ihᵀ + h·w_hhᵀ + b), g = tanh(…), c ← f·c + i·g, h ← o·tanh(c).
/// h0 and c0 [N,H] are the state before the first step, both or neither (zero). T must be 1 or more. Source:
/// Hochreiter and Schmidhuber 1997, Gers et al. 2000; PyTorch nn.LSTM.
LstmOutput lstm(const Tensor& x, const Tensor& w_ih, const Tensor& w_hh, const Tensor& b = {},
                const RecurrentOptions& options = {}, const Tensor& h0 = {}, const Tensor& c0 = {});

struct GruOutput {
  Tensor y;  // h of every step, [T,N,H]
  Tensor h;  // of the last step, [N,H]
};
/// A layer of gated recurrent units over a whole sequence x [T,N,in]. With w_ih [3H,in], w_hh [3H,H], b_ih
/// and b_hh [3H] (both or none), whose three parts along axis 0 belong to r, z, n:
///   r, z = σ(x·w_ihᵀ + b_ih + h·w_hhᵀ + b_hh), n = tanh(x·w_ihᵀ + b_ih + r·(h·w_hhᵀ + b_hh)),
///   h ← (1 - z)·n + z·h.
/// h0 [N,H] is the state before the first step (none: zero). T must be 1 or more. Source: Cho et al. 2014 in
/// the form of PyTorch nn.GRU, where r acts behind the product.
GruOutput gru(const Tensor& x, const Tensor& w_ih, const Tensor& w_hh, const Tensor& b_ih = {},
              const Tensor& b_hh = {}, const RecurrentOptions& options = {}, const Tensor& h0 = {});

struct AttentionOptions {
  bool causal = false;  // row i looks at columns 0 … i only
  double scale = 0;     // of the products; 0: 1/√d
};
/// softmax(scale·q·kᵀ)·v for each head: q [N,heads,T,d], k [N,heads,S,d], v [N,heads,S,e] → [N,heads,T,e].
/// `mask`, bool and broadcast to [N,heads,T,S], is true where a row may look. A row that may look nowhere
/// gives 0 and moves nothing. What a row may not look at counts for nothing, be it NaN or infinite: it reaches
/// neither the row's result nor a gradient through it. Source: Vaswani et al. 2017, PyTorch
/// functional.scaled_dot_product_attention.
Tensor attention(const Tensor& q, const Tensor& k, const Tensor& v, const AttentionOptions& options = {},
                 const Tensor& mask = {});
/// The same from one projection qkv [N,T,3·heads·d], whose last axis holds all heads of q, then of k, then of
/// v → [N,T,heads·d], the heads side by side. Throws ValueError for fewer than one head. Source: PyTorch
/// nn.MultiheadAttention (in_proj_weight's order).
Tensor self_attention(const Tensor& qkv, std::int64_t heads, const AttentionOptions& options = {},
                      const Tensor& mask = {});

}  // namespace luge
