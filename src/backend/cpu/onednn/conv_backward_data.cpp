// Gradient of a convolution with respect to its image: dy, w (and the image's type) to dx.
#include <fmt/format.h>

#include "backend/cpu/onednn/conv.h"
#include "backend/cpu/onednn/wrong.h"

namespace luge::cpu::onednn {
namespace {

class ConvBackwardDataKernel final : public OneDnnKernel<ConvAttributes> {
 public:
  ConvBackwardDataKernel(Family family, Pick pick)
      : OneDnnKernel(pick.name(fmt::format("oneDNN conv backward data, {}", onednn::name(family)))),
        family_(family),
        pick_(pick) {}

 protected:
  Offer make(const ConvAttributes& attributes, const KernelRequest& r) const override {
    const ConvProblem problem(attributes, r.out[0], r.in[1], r.in[0]);
    if (std::string reason = refuse_family(problem, family_, r.math); !reason.empty())
      return refuse(std::move(reason));
    if (!r.post.empty()) return refuse("fuses nothing");
    const int threads = threads_for(problem.flops(), problem.bytes(), r.threads);
    const ThreadScope scope(threads);

    primitive_attr attr;
    attr.set_scratchpad_mode(dnnl::scratchpad_mode::user);
    const Desc x = image_x(problem, family_), w = weights(problem, family_), y = image_y(problem, family_);
    const auto forward = forward_of(problem, family_, attr);
    if (!forward) return refuse("oneDNN has no such convolution");
    const Takes takes =
        pick_.from([&](std::string_view implementation) { return wrong_data(implementation, problem); });
    const auto desc = conv_backward_data(how(family_), x, w, y, problem.geometry, forward, attr, takes);
    if (!desc) return refuse("oneDNN has no such gradient");
    if (std::string reason = refuse_slow(desc.impl_info_str()); !reason.empty())
      return refuse(std::move(reason));

    Arguments arguments(r);
    if (!arguments.input(DNNL_ARG_DIFF_DST, 0, desc.diff_dst_desc()) ||
        !arguments.output(DNNL_ARG_DIFF_SRC, 0, desc.diff_src_desc())) {
      return refuse("oneDNN wants images in a layout without a name");
    }
    arguments.weights_input(problem, DNNL_ARG_WEIGHTS, 1, desc.weights_desc());
    Offer offer = arguments.finish(desc, ConvBackwardData(desc), threads);
    offer.cost = conv_seconds(problem, Direction::data, desc.impl_info_str(), desc.diff_src_desc(),
                              desc.diff_dst_desc(), threads);
    offer.note = desc.impl_info_str();
    return offer;
  }

 private:
  Family family_;
  Pick pick_;
};

}  // namespace

std::unique_ptr<Kernel> conv_backward_data_candidate(Family family, Pick pick) {
  return std::make_unique<ConvBackwardDataKernel>(family, pick);
}

}  // namespace luge::cpu::onednn
