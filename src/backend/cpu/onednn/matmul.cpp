// Matrix products: plain memory in, plain memory out, either side transposed by its strides alone.
#include "backend/cpu/onednn/matmul.h"

#include <fmt/format.h>

#include <numeric>
#include <string_view>

#include "backend/cpu/onednn/wrong.h"

namespace luge::cpu::onednn {
namespace {

MatmulSide side_of(const Shape& shape, bool transpose, bool left) {
  if (shape.rank() == 1) return {left ? Dims{1, shape[0]} : Dims{shape[0], 1}, false};
  MatmulSide result{dims_of(shape), transpose};
  if (transpose) std::swap(result.dims.back(), result.dims[result.dims.size() - 2]);
  return result;
}

// All leading axes of the left side become rows where the right side is one matrix.
void fold_batch(MatmulSide& a) {
  const memory::dim rows =
      std::accumulate(a.dims.begin(), a.dims.end() - 1, memory::dim{1}, std::multiplies<>());
  a.dims = {rows, a.dims.back()};
}

Dims product_dims(const MatmulSide& a, const MatmulSide& b) {
  const std::size_t rank = std::max(a.dims.size(), b.dims.size());
  Dims c(rank, 1);
  for (std::size_t k = 0; k + 2 < rank; ++k) {
    const std::size_t from_end = rank - k;
    if (from_end <= a.dims.size()) c[k] = std::max(c[k], a.dims[a.dims.size() - from_end]);
    if (from_end <= b.dims.size()) c[k] = std::max(c[k], b.dims[b.dims.size() - from_end]);
  }
  c[rank - 2] = a.dims[a.dims.size() - 2];
  c[rank - 1] = b.dims.back();
  return c;
}

// Measured: oneDNN's gemm passes all other products, our own too, where the result is wide and nothing is
// after it, which it would do in a pass of its own.
bool is_wide(const MatmulProblem& problem, const KernelRequest& r) {
  return r.in[0].dtype == DType::f32 && has_avx512() && problem.rank() == 2 && problem.c[1] >= 1024 &&
         problem.c[0] >= 128 && problem.depth() >= 128 && r.post.empty() && own_inputs(r) == 2;
}

class MatMulKernel final : public OneDnnKernel<MatmulAttributes> {
 public:
  explicit MatMulKernel(Pick pick) : OneDnnKernel(pick.name("oneDNN matmul")), pick_(pick) {}

 protected:
  Offer make(const MatmulAttributes& attributes, const KernelRequest& r) const override {
    const DType dtype = r.in[0].dtype;
    if ((dtype != DType::f32 && dtype != DType::bf16) || r.in[1].dtype != dtype) {
      return refuse(
          fmt::format("takes f32 or bf16, got {} and {}", luge::name(dtype), luge::name(r.in[1].dtype)));
    }
    const MatmulProblem problem(attributes, r);
    const MatmulOperands operands{problem.describe(problem.a, *onednn_type(dtype)),
                                  problem.describe(problem.b, *onednn_type(dtype))};
    const auto bytes =
        static_cast<double>(operands.a.get_size() + operands.b.get_size()) +
        static_cast<double>(r.out[0].shape.elements()) * static_cast<double>(size_of(r.out[0].dtype));
    const int threads = threads_for(problem.flops, bytes, r.threads);
    const bool wide = is_wide(problem, r);
    Offer offer = matmul_offer(r, problem, operands, threads, std::make_shared<PrimitiveChain>(threads),
                               pick_, wide ? "gemm:jit" : "");
    offer.cost = seconds(dtype, problem.flops, wide ? 0.9 : 0.7, bytes, threads);
    return offer;
  }

 private:
  Pick pick_;
};

}  // namespace

std::unique_ptr<Kernel> matmul_candidate(Pick pick) { return std::make_unique<MatMulKernel>(pick); }

MatmulProblem::MatmulProblem(const MatmulAttributes& attributes, const KernelRequest& r)
    : a(side_of(r.in[0].shape, attributes.transpose_a, true)),
      b(side_of(r.in[1].shape, attributes.transpose_b, false)) {
  if (b.dims.size() == 2 && !a.flipped) fold_batch(a);
  c = product_dims(a, b);
  flops = 2.0 * std::accumulate(c.begin(), c.end(), static_cast<double>(depth()), std::multiplies<>());
}

Desc MatmulProblem::describe(const MatmulSide& side, memory::data_type type) const {
  Dims dims = side.dims;
  dims.insert(dims.begin(), rank() - dims.size(), 1);
  Dims strides(rank());
  memory::dim next = dims[rank() - 1] * dims[rank() - 2];
  for (std::size_t k = rank() - 2; k-- > 0;) {
    strides[k] = next;
    next *= dims[k];
  }
  strides[rank() - 2] = side.flipped ? 1 : dims[rank() - 1];
  strides[rank() - 1] = side.flipped ? dims[rank() - 2] : 1;
  return {dims, type, strides};
}

Offer matmul_offer(const KernelRequest& r, const MatmulProblem& problem, const MatmulOperands& operands,
                   int threads, std::shared_ptr<PrimitiveChain> chain, Pick pick,
                   std::string_view preferred) {
  const auto c_type = onednn_type(r.out[0].dtype);
  if (!c_type) return refuse(fmt::format("gives no {}", luge::name(r.out[0].dtype)));
  const Desc c = describe(public_layout, problem.c, *c_type);
  const ThreadScope scope(threads);
  std::vector<Argument> arguments{{DNNL_ARG_SRC, operands.a, operands.at_a},
                                  {DNNL_ARG_WEIGHTS, operands.b, operands.at_b},
                                  {DNNL_ARG_DST, c, out(0)}};
  Desc bias;
  const bool biased = own_inputs(r) == 3;
  if (biased) {
    const auto type = onednn_type(r.in[2].dtype);
    if (!type) return refuse(fmt::format("adds no {}", luge::name(r.in[2].dtype)));
    bias = describe(public_layout, with_rank(r.in[2].shape, problem.rank()), *type);
    arguments.push_back({DNNL_ARG_BIAS, bias, in(2)});
  }
  primitive_attr attributes;
  attributes.set_scratchpad_mode(dnnl::scratchpad_mode::user);
  PostOps post(r, c, static_cast<int>(problem.rank()) - 1);
  if (!post.refusal.empty()) return refuse(std::move(post.refusal));
  post.set(attributes);
  arguments.insert(arguments.end(), post.arguments.begin(), post.arguments.end());
  const auto wrong = [&](std::string_view name) { return wrong_matmul(name, post.operands); };
  const auto create = [&](const Takes& takes) {
    return matmul(operands.a, operands.b, biased ? &bias : nullptr, c, attributes, takes);
  };
  auto primitive = create(pick.from(
      [&](std::string_view name) { return name.find(preferred) == std::string_view::npos || wrong(name); }));
  if (!primitive && !preferred.empty()) primitive = create(pick.from(wrong));
  if (!primitive) return refuse("oneDNN has no product of these types and shapes");
  if (std::string reason = refuse_slow(primitive.impl_info_str()); !reason.empty())
    return refuse(std::move(reason));

  chain->add(primitive, MatMul(primitive), std::move(arguments));
  Offer offer;
  offer.in_layouts.assign(r.in.size(), public_layout);
  offer.out_layouts = {public_layout};
  offer.scratch = chain->scratch();
  offer.note = fmt::format("{}{}", primitive.impl_info_str(), threads == 1 ? ", one thread" : "");
  offer.kernel = std::move(chain);
  return offer;
}

}  // namespace luge::cpu::onednn
