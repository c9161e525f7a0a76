#pragma once
#include "graph/fields.h"

namespace luge {

// lstm (x, w_ih, w_hh, b and, both or none, h0, c0 → all h, last h, last c, then for the gradient: gates i,
// f, g, o after their nonlinearities [T,N,4H], all c [T,N,H], h before every step [T,N,H]);
// lstm_backward (w_hh, gates, all c, gradients of all h, of last h, of last c and perhaps c0 → gradients in
// front of the nonlinearities [T,N,4H], of h0, of c0); gru (x, w_ih, w_hh, b_ih, b_hh and perhaps h0 → all h,
// last h, then r, z, n and h·w_hhᵀ + b_hh of n [T,N,4H], h before every step [T,N,H]); gru_backward
// (w_hh, those two, gradients of all h and of last h → gradients of x·w_ihᵀ and of h·w_hhᵀ [T,N,3H] each, of
// h0).
struct RecurrentAttributes {
  bool batch_first = false;
  static void fields(auto& self, auto&& field) { field("batch_first", self.batch_first); }
};

}  // namespace luge
