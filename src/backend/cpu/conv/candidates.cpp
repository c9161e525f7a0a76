// The kernels of a convolution and its gradients, the best one first. The compiler weighs their costs; of
// equal ones it takes the first.
#include "backend/cpu/candidates.h"
#include "backend/cpu/conv/candidates.h"

#include "backend/cpu/onednn/bf16x3.h"
#include "backend/cpu/onednn/conv.h"

namespace luge::cpu::conv {
namespace {

using onednn::Offered;

// After our own come oneDNN's, a candidate for each family of layouts.
template <class Make, class... Own>
Kernels before_onednn(Make* onednn_candidate, Own... own) {
  Kernels kernels = best_first(std::move(own)...);
  for (const onednn::Family family : onednn::families) kernels.push_back(onednn_candidate(family, {}));
  return kernels;
}

const Candidates forward("conv",
                         before_onednn(onednn::conv_candidate,  //
                                       onednn::bf16x3_conv(Offered::with_amx), rows_conv(), winograd_conv(),
                                       pointwise_conv(), depthwise_conv(), float64_conv()));
const Candidates data("conv_backward_data",
                      before_onednn(onednn::conv_backward_data_candidate,
                                    onednn::bf16x3_conv_backward_data(Offered::with_amx),
                                    rows_conv_backward_data(), winograd_conv_backward_data(),
                                    pointwise_conv_backward_data(), float64_conv_backward_data()));
const Candidates weights("conv_backward_weights",
                         before_onednn(onednn::conv_backward_weights_candidate, rows_conv_backward_weights(),
                                       lanes_conv_backward_weights(), winograd_conv_backward_weights(),
                                       float64_conv_backward_weights()));

}  // namespace
}  // namespace luge::cpu::conv
