// Maximum of each window with its position, and the way back. The positions are oneDNN's workspace: row-major
// over the window, one byte each, laid out as the output.
#include <fmt/format.h>

#include <numeric>

#include "backend/cpu/onednn/pool.h"

namespace luge::onednn {
namespace {

std::string refuse_positions(const PoolProblem& problem, const Type& positions) {
  const auto taps =
      std::accumulate(problem.kernel.begin(), problem.kernel.end(), memory::dim{1}, std::multiplies<>());
  if (positions.dtype == DType::u8 && taps >= 255) {
    return fmt::format("a window of {} points does not fit oneDNN's bytes", taps);
  }
  return {};
}

bool same_kind(const Desc& workspace, const Type& positions) {
  return data_type(workspace) == onednn_type(positions.dtype);
}

class MaxPoolKernel final : public OneDnnKernel<PoolAttributes> {
 public:
  MaxPoolKernel() : OneDnnKernel("oneDNN max pool") {}

 protected:
  Offer make(const PoolAttributes& attributes, const KernelRequest& r) const override {
    const PoolProblem problem(attributes, r.in[0], r.out[0]);
    if (!problem.refusal.empty()) return refuse(problem.refusal);
    if (!r.post.empty()) return refuse("fuses nothing");
    if (!r.out_used[0]) return refuse("gives no positions alone");
    const int threads = threads_for(0, problem.bytes(), r.threads);
    const ThreadScope scope(threads);
    primitive_attr attr;
    attr.set_scratchpad_mode(dnnl::scratchpad_mode::user);

    const bool positions = r.out.size() > 1 && r.out_used[1];
    if (positions) {
      if (std::string reason = refuse_positions(problem, r.out[1]); !reason.empty())
        return refuse(std::move(reason));
    }
    const Desc x = describe(layout_or_public(r, 0), problem.x, problem.type),
               y(problem.y, problem.type, Tag::any);
    const auto desc =
        pool_forward(algorithm::pooling_max, positions, x, y, problem.kernel, problem.geometry, attr);
    if (!desc) return refuse("oneDNN has no such pool");
    PoolArguments arguments{{{DNNL_ARG_SRC, desc.src_desc(), 0}}, {{DNNL_ARG_DST, desc.dst_desc(), 0}}};
    if (positions) {
      if (!same_kind(desc.workspace_desc(), r.out[1]))
        return refuse("oneDNN keeps positions in another type");
      arguments.out.push_back({DNNL_ARG_WORKSPACE, desc.workspace_desc(), 1});
    }
    return pool_offer(r, problem, desc, PoolForward(desc), arguments, threads);
  }
};

class MaxPoolBackwardKernel final : public OneDnnKernel<PoolAttributes> {
 public:
  MaxPoolBackwardKernel() : OneDnnKernel("oneDNN max pool backward") {}

 protected:
  Offer make(const PoolAttributes& attributes, const KernelRequest& r) const override {
    const PoolProblem problem(attributes, r.out[0], r.in[0]);
    if (!problem.refusal.empty()) return refuse(problem.refusal);
    if (!r.post.empty()) return refuse("fuses nothing");
    if (std::string reason = refuse_positions(problem, r.in[1]); !reason.empty())
      return refuse(std::move(reason));
    const int threads = threads_for(0, problem.bytes(), r.threads);
    const ThreadScope scope(threads);
    primitive_attr attr;
    attr.set_scratchpad_mode(dnnl::scratchpad_mode::user);

    // Both gradients lie as the positions do: those were laid out by the forward pool.
    const LayoutId layout = layout_or_public(r, 1);
    const Desc x = describe(layout, problem.x, problem.type), y = describe(layout, problem.y, problem.type);
    const auto forward =
        pool_forward(algorithm::pooling_max, true, x, y, problem.kernel, problem.geometry, attr);
    if (!forward) return refuse("oneDNN has no such pool");
    const auto desc =
        pool_backward(algorithm::pooling_max, x, y, problem.kernel, problem.geometry, forward, attr);
    if (!desc) return refuse("oneDNN has no such gradient");
    if (!same_kind(desc.workspace_desc(), r.in[1])) return refuse("oneDNN keeps positions in another type");
    const PoolArguments arguments{
        {{DNNL_ARG_DIFF_DST, desc.diff_dst_desc(), 0}, {DNNL_ARG_WORKSPACE, desc.workspace_desc(), 1}},
        {{DNNL_ARG_DIFF_SRC, desc.diff_src_desc(), 0}}};
    return pool_offer(r, problem, desc, PoolBackward(desc), arguments, threads);
  }
};

const RegisteredKernel<MaxPoolKernel> registered("max_pool", 50);
const RegisteredKernel<MaxPoolBackwardKernel> registered_backward("max_pool_backward", 50);

}  // namespace
}  // namespace luge::onednn
