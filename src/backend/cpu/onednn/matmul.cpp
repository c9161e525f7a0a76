// Matrix products: plain memory in, plain memory out, either side transposed by its strides alone.
#include <fmt/format.h>

#include <numeric>

#include "backend/cpu/onednn/kernel.h"
#include "ops/attributes/matmul.h"

namespace luge::onednn {
namespace {

struct Operand {
  Dims dims;     // batch…, rows, columns; as the product sees them
  bool flipped;  // memory holds columns, rows
};

Operand operand(const Shape& shape, bool transpose, bool left) {
  if (shape.rank() == 1) return {left ? Dims{1, shape[0]} : Dims{shape[0], 1}, false};
  Operand result{dims_of(shape), transpose};
  if (transpose) std::swap(result.dims.back(), result.dims[result.dims.size() - 2]);
  return result;
}

Desc plain(Operand o, std::size_t rank, memory::data_type type) {
  o.dims.insert(o.dims.begin(), rank - o.dims.size(), 1);
  Dims strides(rank);
  memory::dim next = o.dims[rank - 1] * o.dims[rank - 2];
  for (std::size_t k = rank - 2; k-- > 0;) {
    strides[k] = next;
    next *= o.dims[k];
  }
  strides[rank - 2] = o.flipped ? 1 : o.dims[rank - 1];
  strides[rank - 1] = o.flipped ? o.dims[rank - 2] : 1;
  return {o.dims, type, strides};
}

// All leading axes of the left side become rows where the right side is one matrix.
void fold_batch(Operand& a) {
  const memory::dim rows =
      std::accumulate(a.dims.begin(), a.dims.end() - 1, memory::dim{1}, std::multiplies<>());
  a.dims = {rows, a.dims.back()};
}

// A post-op's operand that is broadcast over some of the leading axes has no place in a product of two axes.
bool operands_fold(const KernelRequest& r) {
  for (const PostOp& post : r.post) {
    if (post.operand < 0) continue;
    const Shape& shape = r.in[static_cast<std::size_t>(post.operand)].shape;
    if (shape.rank() > 2 && shape.elements() != r.out[0].shape.elements()) return false;
  }
  return true;
}

class MatMulKernel final : public OneDnnKernel<MatmulAttributes> {
 public:
  MatMulKernel() : OneDnnKernel("oneDNN matmul") {}

 protected:
  Offer make(const MatmulAttributes& attributes, const KernelRequest& r) const override {
    const DType dtype = r.in[0].dtype;
    if ((dtype != DType::f32 && dtype != DType::bf16) || r.in[1].dtype != dtype) {
      return refuse(
          fmt::format("takes f32 or bf16, got {} and {}", luge::name(dtype), luge::name(r.in[1].dtype)));
    }
    Operand a = operand(r.in[0].shape, attributes.transpose_a, true);
    const Operand b = operand(r.in[1].shape, attributes.transpose_b, false);
    if (b.dims.size() == 2 && !a.flipped && operands_fold(r)) fold_batch(a);
    const std::size_t rank = std::max(a.dims.size(), b.dims.size());
    const Desc a_desc = plain(a, rank, *onednn_type(dtype)), b_desc = plain(b, rank, *onednn_type(dtype));
    const Dims c_dims = product_dims(a, b, rank);
    const auto c_type = onednn_type(r.out[0].dtype);
    if (!c_type) return refuse(fmt::format("gives no {}", luge::name(r.out[0].dtype)));
    const Desc c_desc = describe(public_layout, c_dims, *c_type);
    return offer_product(r, a_desc, b_desc, c_desc, c_dims, a.dims.back());
  }

 private:
  static Dims product_dims(const Operand& a, const Operand& b, std::size_t rank) {
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

  static Offer offer_product(const KernelRequest& r, const Desc& a, const Desc& b, const Desc& c,
                             const Dims& dims, memory::dim depth) {
    const double elements = std::accumulate(dims.begin(), dims.end(), 1.0, std::multiplies<>());
    const double flops = 2.0 * elements * static_cast<double>(depth);
    const auto bytes = static_cast<double>(a.get_size() + b.get_size() + c.get_size());
    const int threads = threads_for(flops, bytes, r.threads);
    const ThreadScope scope(threads);

    std::vector<Argument> arguments{
        {DNNL_ARG_SRC, a, in(0)}, {DNNL_ARG_WEIGHTS, b, in(1)}, {DNNL_ARG_DST, c, out(0)}};
    Desc bias;
    const bool biased = own_inputs(r) == 3;
    if (biased) {
      bias = describe(public_layout, with_rank(r.in[2].shape, dims.size()), *onednn_type(r.in[2].dtype));
      arguments.push_back({DNNL_ARG_BIAS, bias, in(2)});
    }
    primitive_attr attributes;
    attributes.set_scratchpad_mode(dnnl::scratchpad_mode::user);
    const auto post_operand = [&](int k) {
      const Type& type = r.in[static_cast<std::size_t>(k)];
      const Dims shape =
          type.shape.elements() == r.out[0].shape.elements() ? dims : with_rank(type.shape, dims.size());
      return describe(public_layout, shape, onednn_type(type.dtype).value_or(memory::data_type::undef));
    };
    if (std::string reason = append_post_ops(attributes, r, post_operand, arguments); !reason.empty()) {
      return refuse(std::move(reason));
    }
    const auto primitive = matmul(a, b, biased ? &bias : nullptr, c, attributes);
    if (!primitive) return refuse("oneDNN has no product of these types and shapes");
    if (std::string reason = refuse_slow(primitive.impl_info_str()); !reason.empty())
      return refuse(std::move(reason));

    auto chain = std::make_shared<PrimitiveChain>(threads);
    chain->add(primitive, MatMul(primitive), std::move(arguments));
    Offer offer;
    offer.in_layouts.assign(r.in.size(), public_layout);
    offer.out_layouts = {public_layout};
    offer.scratch = chain->scratch();
    offer.cost = seconds(r.in[0].dtype, flops, 0.7, bytes, threads);
    offer.note = fmt::format("{}{}", primitive.impl_info_str(), threads == 1 ? ", one thread" : "");
    offer.kernel = std::move(chain);
    return offer;
  }
};

const RegisteredKernel<MatMulKernel> registered("matmul", 50);

}  // namespace
}  // namespace luge::onednn
