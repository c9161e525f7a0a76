// Convolutions of float32 over tripled channels, and the gradients of their images. Images lie with channels
// last, as AMX wants them: then a point's channels are one run to be split.
#include <numeric>

#include "backend/cpu/onednn/bf16x3.h"
#include "backend/cpu/onednn/conv.h"
#include "backend/cpu/onednn/wrong.h"

namespace luge::cpu::onednn {
namespace {

constexpr auto family = Family::channels_last;

memory::dim product(const Dims& dims) {
  return std::accumulate(dims.begin(), dims.end(), memory::dim{1}, std::multiplies<>());
}

/// What one direction multiplies: an image and the weights.
struct Operands {
  MemorySource image, weights;  // images with channels last, weights in the public layout
};

std::size_t bytes_of(const bf16x3::Runs& runs) {
  return 3 * sizeof(bfloat16) * static_cast<std::size_t>(runs.numbers());
}

primitive_attr plain_attributes() {
  primitive_attr attributes;
  attributes.set_scratchpad_mode(dnnl::scratchpad_mode::user);
  return attributes;
}

// The weights, converted by the chain itself into what the primitive wants.
Argument convert_weights(PrimitiveChain& chain, const ConvProblem& problem, MemorySource from,
                         const Desc& wanted) {
  const MemorySource to = chain.book(wanted.get_size());
  chain.add_reorder(describe(public_layout, problem.w, problem.w_type), from, wanted, to);
  return {DNNL_ARG_WEIGHTS, wanted, to};
}

class Forward {
 public:
  static constexpr std::string_view op = "conv";
  static ConvProblem problem(const ConvAttributes& attributes, const KernelRequest& r) {
    return {attributes, r.in[0], r.in[1], r.out[0]};
  }
  static double depth(const ConvProblem& p) { return static_cast<double>(product(p.w) / p.w[0]); }
  static ConvProblem tripled(ConvProblem p) {
    p.x[1] *= 3, p.w[1] *= 3;
    p.x_type = p.w_type = memory::data_type::bf16;
    return p;
  }
  static bf16x3::Runs image_runs(const ConvProblem& p) { return {product(p.x) / p.x[1], p.x[1]}; }
  static bf16x3::Runs weight_runs(const ConvProblem& p) { return {p.w[0], product(p.w) / p.w[0]}; }

  /// The chain's refusal, or nothing; fills in the layouts of the offer.
  static std::string build(const KernelRequest& r, const ConvProblem& p, const Operands& at,
                           PrimitiveChain& chain, Offer& offer) {
    const Desc x = image_x(p, family), y = image_y(p, family);
    Desc b;
    const bool biased = own_inputs(r) == 3;
    if (biased) b = {p.b, memory::data_type::f32, Tag::a};
    primitive_attr attributes = plain_attributes();
    PostOps post(r, y, 1);
    if (!post.refusal.empty()) return post.refusal;
    post.set(attributes);
    std::vector<Argument> list = post.arguments;
    const auto wrong = [&](std::string_view name) { return wrong_forward(name, post.operands); };
    const auto desc = conv_forward(how(family), x, weights(p, family), biased ? &b : nullptr, y, p.geometry,
                                   attributes, Pick().from(wrong));
    if (!desc) return "oneDNN has no such convolution";
    if (std::string reason = refuse_slow(desc.impl_info_str()); !reason.empty()) return reason;
    for (const Argument& argument : list)
      offer.in_layouts[argument.source.index] = layout_of(argument.desc).value_or(public_layout);
    list.push_back({DNNL_ARG_SRC, x, at.image});
    list.push_back({DNNL_ARG_DST, y, out(0)});
    if (biased) list.push_back({DNNL_ARG_BIAS, b, in(2)});
    list.push_back(convert_weights(chain, p, at.weights, desc.weights_desc()));
    chain.add(desc, ConvForward(desc), std::move(list));
    offer.note = desc.impl_info_str();
    return {};
  }
};

class BackwardData {
 public:
  static constexpr std::string_view op = "conv_backward_data";
  static ConvProblem problem(const ConvAttributes& attributes, const KernelRequest& r) {
    return {attributes, r.out[0], r.in[1], r.in[0]};
  }
  static double depth(const ConvProblem& p) { return static_cast<double>(product(p.w) / p.w[1]); }
  static ConvProblem tripled(ConvProblem p) {
    p.y[1] *= 3, p.w[0] *= 3;
    p.y_type = p.w_type = memory::data_type::bf16;
    return p;
  }
  static bf16x3::Runs image_runs(const ConvProblem& p) { return {product(p.y) / p.y[1], p.y[1]}; }
  static bf16x3::Runs weight_runs(const ConvProblem& p) { return {1, product(p.w)}; }

  static std::string build(const KernelRequest& r, const ConvProblem& p, const Operands& at,
                           PrimitiveChain& chain, Offer& offer) {
    if (!r.post.empty()) return "fuses nothing";
    const primitive_attr attributes = plain_attributes();
    const Desc x = image_x(p, family), y = image_y(p, family);
    const auto forward = forward_of(p, family, attributes);
    if (!forward) return "oneDNN has no such convolution";
    const auto desc =
        conv_backward_data(how(family), x, weights(p, family), y, p.geometry, forward, attributes,
                           Pick().from([&](std::string_view name) { return wrong_data(name, p); }));
    if (!desc) return "oneDNN has no such gradient";
    if (std::string reason = refuse_slow(desc.impl_info_str()); !reason.empty()) return reason;
    std::vector<Argument> list = {{DNNL_ARG_DIFF_DST, y, at.image}, {DNNL_ARG_DIFF_SRC, x, out(0)}};
    list.push_back(convert_weights(chain, p, at.weights, desc.weights_desc()));
    chain.add(desc, ConvBackwardData(desc), std::move(list));
    offer.note = desc.impl_info_str();
    return {};
  }
};

template <class Direction>
class Bf16x3Conv final : public OneDnnKernel<ConvAttributes> {
 public:
  explicit Bf16x3Conv(Offered where) : OneDnnKernel(offered_name(Direction::op, where)), where_(where) {}

 protected:
  Offer make(const ConvAttributes& attributes, const KernelRequest& r) const override {
    const ConvProblem problem = Direction::problem(attributes, r);
    if (!problem.refusal.empty()) return refuse(problem.refusal);
    if (problem.grouped) return refuse("takes no groups");
    if (std::string reason = refuse_three_products(r, where_, Direction::depth(problem)); !reason.empty())
      return refuse(std::move(reason));
    const bf16x3::Runs image = Direction::image_runs(problem), weights = Direction::weight_runs(problem);
    const auto packed = static_cast<double>(image.numbers() + weights.numbers());
    const int threads = threads_for(3 * problem.flops(), 10 * packed, r.threads);
    const ThreadScope scope(threads);

    Offer offer = layouts(r, problem), whole_offer = offer;
    auto products = std::make_shared<PrimitiveChain>(threads),
         whole = std::make_shared<PrimitiveChain>(threads);
    const Operands halves{products->book(bytes_of(image)), products->book(bytes_of(weights))};
    std::string reason = Direction::build(r, Direction::tripled(problem), halves, *products, offer);
    if (reason.empty()) reason = Direction::build(r, problem, {in(0), in(1)}, *whole, whole_offer);
    if (!reason.empty()) return refuse(std::move(reason));
    offer.note = "three bf16 products, " + offer.note;
    offer.scratch = std::max(products->scratch(), whole->scratch());
    const std::array<SplitOperand, 2> operands = {
        {{0, bf16x3::left, image, halves.image}, {1, bf16x3::right, weights, halves.weights}}};
    offer.kernel = std::make_shared<Bf16x3s>(operands, std::move(products), std::move(whole), threads);
    offer.cost = bf16x3_seconds(problem.flops(), packed, threads);
    return offer;
  }

 private:
  static Offer layouts(const KernelRequest& r, const ConvProblem& p) {
    const LayoutId x = layout_of(image_x(p, family)).value_or(public_layout),
                   y = layout_of(image_y(p, family)).value_or(public_layout);
    const bool forward = Direction::op == Forward::op;
    Offer offer;
    offer.in_layouts.assign(r.in.size(), public_layout);
    offer.in_layouts[0] = forward ? x : y;
    offer.out_layouts = {forward ? y : x};
    return offer;
  }
  Offered where_;
};

}  // namespace

std::unique_ptr<Kernel> bf16x3_conv(Offered where) { return std::make_unique<Bf16x3Conv<Forward>>(where); }
std::unique_ptr<Kernel> bf16x3_conv_backward_data(Offered where) {
  return std::make_unique<Bf16x3Conv<BackwardData>>(where);
}

}  // namespace luge::cpu::onednn
