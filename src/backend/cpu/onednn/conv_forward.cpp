// Convolution: x, w and perhaps b to y, with activation or addition fused after it.
#include <fmt/format.h>

#include "backend/cpu/onednn/conv.h"
#include "backend/cpu/onednn/wrong.h"

namespace luge::cpu::onednn {
namespace {

class ConvForwardKernel final : public OneDnnKernel<ConvAttributes> {
 public:
  ConvForwardKernel(Family family, Pick pick)
      : OneDnnKernel(pick.name(fmt::format("oneDNN conv, {}", onednn::name(family)))),
        family_(family),
        pick_(pick) {}

 protected:
  Offer make(const ConvAttributes& attributes, const KernelRequest& r) const override {
    const ConvProblem problem(attributes, r.in[0], r.in[1], r.out[0]);
    if (std::string reason = refuse_family(problem, family_, r.math); !reason.empty())
      return refuse(std::move(reason));
    const int threads = threads_for(problem.flops(), problem.bytes(), r.threads);
    const ThreadScope scope(threads);
    const bool biased = own_inputs(r) == 3;
    Desc b;
    if (biased) b = {problem.b, onednn_type(r.in[2].dtype).value_or(memory::data_type::undef), Tag::a};
    const auto create = [&](const Desc& y, const primitive_attr& attr, bool operands, Pick pick) {
      return conv_forward(how(family_), image_x(problem, family_), weights(problem, family_),
                          biased ? &b : nullptr, y, problem.geometry, attr,
                          pick.from([&](std::string_view implementation) {
                            return wrong_forward(implementation, operands);
                          }));
    };

    primitive_attr attr;
    attr.set_scratchpad_mode(dnnl::scratchpad_mode::user);
    auto desc = create(image_y(problem, family_), attr, false, r.post.empty() ? pick_ : Pick());
    if (!desc) return refuse("oneDNN has no such convolution");
    std::vector<Argument> post_arguments;
    if (!r.post.empty()) {
      // Operands of post-ops must lie as the output does, so that is asked for first.
      PostOps post(r, desc.dst_desc(), 1);
      if (!post.refusal.empty()) return refuse(std::move(post.refusal));
      post.set(attr);
      desc = create(desc.dst_desc(), attr, post.operands, pick_);
      if (!desc) return refuse("oneDNN fuses no such step into this convolution");
      post_arguments = std::move(post.arguments);
    }
    if (std::string reason = refuse_slow(desc.impl_info_str()); !reason.empty())
      return refuse(std::move(reason));

    Arguments arguments(r);
    bool named = arguments.input(DNNL_ARG_SRC, 0, desc.src_desc()) &&
                 arguments.output(DNNL_ARG_DST, 0, desc.dst_desc());
    for (const Argument& argument : post_arguments)
      named = named && arguments.input(argument.id, argument.source.index, argument.desc);
    if (!named) return refuse("oneDNN wants images in a layout without a name");
    arguments.weights_input(problem, DNNL_ARG_WEIGHTS, 1, desc.weights_desc());
    if (biased) arguments.input(DNNL_ARG_BIAS, 2, desc.bias_desc());

    Offer offer = arguments.finish(desc, ConvForward(desc), threads);
    offer.cost = conv_seconds(problem, Direction::forward, desc.impl_info_str(), desc.src_desc(),
                              desc.dst_desc(), threads);
    offer.note = desc.impl_info_str();
    return offer;
  }

 private:
  Family family_;
  Pick pick_;
};

}  // namespace

std::unique_ptr<Kernel> conv_candidate(Family family, Pick pick) {
  return std::make_unique<ConvForwardKernel>(family, pick);
}

}  // namespace luge::cpu::onednn
