// Gradient of a convolution with respect to its weights, and to its bias in the same pass: x, dy (and the
// weights' type) to dw and db.
#include <fmt/format.h>

#include "backend/cpu/onednn/conv.h"
#include "backend/cpu/onednn/wrong.h"

namespace luge::cpu::onednn {
namespace {

class ConvBackwardWeightsKernel final : public OneDnnKernel<ConvAttributes> {
 public:
  ConvBackwardWeightsKernel(Family family, Pick pick)
      : OneDnnKernel(pick.name(fmt::format("oneDNN conv backward weights, {}", onednn::name(family)))),
        family_(family),
        pick_(pick) {}

 protected:
  Offer make(const ConvAttributes& attributes, const KernelRequest& r) const override {
    const ConvProblem problem(attributes, r.in[0], r.out[0], r.in[1]);
    if (std::string reason = refuse_family(problem, family_, r.math); !reason.empty())
      return refuse(std::move(reason));
    if (!r.post.empty()) return refuse("fuses nothing");
    if (!r.out_used[0]) return refuse("only the bias gradient is wanted, which is a plain sum");
    const int threads = threads_for(problem.flops(), problem.bytes(), r.threads);
    const ThreadScope scope(threads);

    primitive_attr attr;
    attr.set_scratchpad_mode(dnnl::scratchpad_mode::user);
    const bool biased = r.out.size() > 1 && r.out_used[1];
    const Desc x = image_x(problem, family_), w = weights(problem, family_), y = image_y(problem, family_),
               b(problem.b, problem.w_type, Tag::a);
    const auto forward = forward_of(problem, family_, attr);
    if (!forward) return refuse("oneDNN has no such convolution");
    const Takes takes = pick_.from(
        [&](std::string_view implementation) { return wrong_weights(implementation, problem, family_); });
    const auto desc = conv_backward_weights(how(family_), x, w, biased ? &b : nullptr, y, problem.geometry,
                                            forward, attr, takes);
    if (!desc) return refuse("oneDNN has no such gradient");
    if (std::string reason = refuse_slow(desc.impl_info_str()); !reason.empty())
      return refuse(std::move(reason));

    Arguments arguments(r);
    if (!arguments.input(DNNL_ARG_SRC, 0, desc.src_desc()) ||
        !arguments.input(DNNL_ARG_DIFF_DST, 1, desc.diff_dst_desc())) {
      return refuse("oneDNN wants images in a layout without a name");
    }
    arguments.weights_output(problem, DNNL_ARG_DIFF_WEIGHTS, desc.diff_weights_desc());
    if (biased) arguments.output(DNNL_ARG_DIFF_BIAS, 1, desc.diff_bias_desc());
    Offer offer = arguments.finish(desc, ConvBackwardWeights(desc), threads);
    offer.cost = conv_seconds(problem, Direction::weights, desc.impl_info_str(), desc.src_desc(),
                              desc.diff_dst_desc(), threads);
    // All tiles of the images are in its scratch at once: they pass through memory twice.
    if (family_ == Family::winograd)
      offer.cost += seconds(DType::f32, 0, 1, 2 * static_cast<double>(offer.scratch), threads);
    offer.note = desc.impl_info_str();
    return offer;
  }

 private:
  Family family_;
  Pick pick_;
};

}  // namespace

std::unique_ptr<Kernel> conv_backward_weights_candidate(Family family, Pick pick) {
  return std::make_unique<ConvBackwardWeightsKernel>(family, pick);
}

}  // namespace luge::cpu::onednn
