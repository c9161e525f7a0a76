// Mean of each window, and the way back.
#include "backend/cpu/candidates.h"
#include "backend/cpu/onednn/far_mean.h"
#include "backend/cpu/onednn/pool.h"

namespace luge::cpu::onednn {
namespace {

algorithm mean_of(const PoolAttributes& attributes) {
  return attributes.count_include_pad ? algorithm::pooling_avg_include_padding
                                      : algorithm::pooling_avg_exclude_padding;
}

std::string refuse_mean(const PoolAttributes& attributes, const PoolProblem& problem) {
  if (!problem.refusal.empty()) return problem.refusal;
  if (attributes.count_include_pad && problem.overhangs) {
    return "oneDNN would count points beyond the padding";
  }
  for (const auto skipped : problem.geometry.dilation) {
    if (skipped != 0) return "takes no dilation";
  }
  return {};
}

class AvgPoolKernel final : public OneDnnKernel<PoolAttributes> {
 public:
  explicit AvgPoolKernel(Pick pick) : OneDnnKernel(pick.name("oneDNN average pool")), pick_(pick) {}

 protected:
  Offer make(const PoolAttributes& attributes, const KernelRequest& r) const override {
    const PoolProblem problem(attributes, r.in[0], r.out[0]);
    if (std::string reason = refuse_mean(attributes, problem); !reason.empty())
      return refuse(std::move(reason));
    if (!r.post.empty()) return refuse("fuses nothing");
    const int threads = threads_for(0, problem.bytes(), r.threads);
    const ThreadScope scope(threads);
    primitive_attr attr;
    attr.set_scratchpad_mode(dnnl::scratchpad_mode::user);
    const Desc x = describe(layout_or_public(r, 0), problem.x, problem.type),
               y(problem.y, problem.type, Tag::any);
    const auto desc = pool_forward(mean_of(attributes), false, x, y, problem.kernel, problem.geometry, attr,
                                   pick_.from({}));
    if (!desc) return refuse("oneDNN has no such pool");
    const PoolArguments arguments{{{DNNL_ARG_SRC, desc.src_desc(), 0}}, {{DNNL_ARG_DST, desc.dst_desc(), 0}}};
    Offer offer = pool_offer(r, problem, desc, PoolForward(desc), arguments, threads);
    if (offer.kernel) {
      offer.kernel = with_far_means(std::move(offer.kernel), attributes, r.in[0], offer.in_layouts[0],
                                    r.out[0], offer.out_layouts[0], threads);
    }
    return offer;
  }

 private:
  Pick pick_;
};

class AvgPoolBackwardKernel final : public OneDnnKernel<PoolAttributes> {
 public:
  explicit AvgPoolBackwardKernel(Pick pick)
      : OneDnnKernel(pick.name("oneDNN average pool backward")), pick_(pick) {}

 protected:
  Offer make(const PoolAttributes& attributes, const KernelRequest& r) const override {
    const PoolProblem problem(attributes, r.out[0], r.in[0]);
    if (std::string reason = refuse_mean(attributes, problem); !reason.empty())
      return refuse(std::move(reason));
    if (!r.post.empty()) return refuse("fuses nothing");
    const int threads = threads_for(0, problem.bytes(), r.threads);
    const ThreadScope scope(threads);
    primitive_attr attr;
    attr.set_scratchpad_mode(dnnl::scratchpad_mode::user);
    const LayoutId layout = layout_or_public(r, 0);
    const Desc x = describe(layout, problem.x, problem.type), y = describe(layout, problem.y, problem.type);
    const auto forward = pool_forward(mean_of(attributes), false, x, y, problem.kernel, problem.geometry,
                                      attr, Pick().from({}));
    if (!forward) return refuse("oneDNN has no such pool");
    const auto desc = pool_backward(mean_of(attributes), x, y, problem.kernel, problem.geometry, forward,
                                    attr, pick_.from({}));
    if (!desc) return refuse("oneDNN has no such gradient");
    const PoolArguments arguments{{{DNNL_ARG_DIFF_DST, desc.diff_dst_desc(), 0}},
                                  {{DNNL_ARG_DIFF_SRC, desc.diff_src_desc(), 0}}};
    return pool_offer(r, problem, desc, PoolBackward(desc), arguments, threads);
  }

 private:
  Pick pick_;
};

}  // namespace

std::unique_ptr<Kernel> avg_pool_candidate(Pick pick) { return std::make_unique<AvgPoolKernel>(pick); }
std::unique_ptr<Kernel> avg_pool_backward_candidate(Pick pick) {
  return std::make_unique<AvgPoolBackwardKernel>(pick);
}

namespace {

const Candidates forward("avg_pool", best_first(avg_pool_candidate({})));
const Candidates backward("avg_pool_backward", best_first(avg_pool_backward_candidate({})));

}  // namespace
}  // namespace luge::cpu::onednn
