// Convolution: x, w and perhaps b to y, with activation or addition fused behind it.
#include <fmt/format.h>

#include "backend/cpu/onednn/conv.h"

namespace luge::onednn {
namespace {

class ConvForwardKernel final : public OneDnnKernel<ConvAttributes> {
 public:
  explicit ConvForwardKernel(Family family)
      : OneDnnKernel(fmt::format("oneDNN conv, {}", onednn::name(family))), family_(family) {}

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
    const Desc* const bias = biased ? &b : nullptr;

    // Operands of post-ops must lie as the output does, so that is asked for first.
    primitive_attr attr;
    attr.set_scratchpad_mode(dnnl::scratchpad_mode::user);
    const auto bare = create(problem, bias, image_y(problem, family_), attr);
    if (!bare) return refuse("oneDNN has no such convolution");
    const Desc y = bare.dst_desc();
    std::vector<Argument> operands;
    const auto operand = [&](int k) { return operand_desc(r.in[static_cast<std::size_t>(k)], problem, y); };
    if (std::string reason = append_post_ops(attr, r, operand, operands); !reason.empty()) {
      return refuse(std::move(reason));
    }
    const auto desc = r.post.empty() ? bare : create(problem, bias, y, attr);
    if (!desc) return refuse("oneDNN fuses no such step into this convolution");
    if (std::string reason = refuse_slow(desc.impl_info_str()); !reason.empty())
      return refuse(std::move(reason));

    Arguments arguments(r);
    if (!arguments.input(DNNL_ARG_SRC, 0, desc.src_desc()) ||
        !arguments.output(DNNL_ARG_DST, 0, desc.dst_desc())) {
      return refuse("oneDNN wants images in a layout without a name");
    }
    arguments.weights_input(problem, DNNL_ARG_WEIGHTS, 1, desc.weights_desc());
    if (biased) arguments.input(DNNL_ARG_BIAS, 2, desc.bias_desc());
    for (const Argument& argument : operands)
      arguments.input(argument.id, argument.place.index, argument.desc);

    Offer offer = arguments.finish(desc, ConvForward(desc), threads);
    offer.cost = conv_seconds(problem, Direction::forward, desc.impl_info_str(), desc.src_desc(),
                              desc.dst_desc(), threads);
    offer.note = desc.impl_info_str();
    return offer;
  }

 private:
  ConvForward::primitive_desc create(const ConvProblem& problem, const Desc* bias, const Desc& y,
                                     const primitive_attr& attr) const {
    return conv_forward(how(family_), image_x(problem, family_), weights(problem, family_), bias, y,
                        problem.geometry, attr);
  }

  static Desc operand_desc(const Type& type, const ConvProblem& problem, const Desc& y) {
    if (dims_of(type.shape) == problem.y) return y;
    return describe(public_layout, with_rank(type.shape, problem.y.size()),
                    onednn_type(type.dtype).value_or(memory::data_type::undef));
  }

  Family family_;
};

struct Registration {
  ConvForwardKernel winograd{Family::winograd}, blocked{Family::blocked},
      channels_last{Family::channels_last}, plain{Family::plain};
  Registration() {
    register_kernel("conv", 50, &winograd);
    register_kernel("conv", 51, &blocked);
    register_kernel("conv", 52, &channels_last);
    register_kernel("conv", 53, &plain);
  }
};
const Registration registration;

}  // namespace
}  // namespace luge::onednn
