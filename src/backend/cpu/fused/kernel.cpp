// The candidate for "fused": Highway tiles.
#include <fmt/format.h>

#include <algorithm>

#include "backend/cpu/fused/run.h"

namespace luge::tiles {
namespace {

// A parallel region costs some microseconds, more when the workers sleep.
constexpr double kParallelNanoseconds = 30000;

class FusedStep final : public PreparedKernel {
 public:
  FusedStep(Plan plan, int threads) : plan_(std::move(plan)), threads_(threads) {}
  void run(const KernelCall& call) const override { run_plan(plan_, call, threads_); }

 private:
  Plan plan_;
  int threads_;
};

class FusedKernel final : public Kernel {
 public:
  std::string_view name() const override { return "tiles"; }
  Offer offer(const KernelRequest& request) const override {
    const FusedAttributes* attributes = request.op.attributes<FusedAttributes>();
    if (!request.post.empty()) return refuse("takes no post-ops");
    Plan plan = make_plan(tile_program(*attributes), request.in, request.out_used);
    const std::int64_t pieces = plan.geometry.items * plan.geometry.splits;
    const bool shared = plan.nanoseconds > kParallelNanoseconds && pieces > 1;
    const int threads = shared ? static_cast<int>(std::min<std::int64_t>(request.threads, pieces)) : 1;
    Offer offer;
    offer.scratch = static_cast<std::size_t>(threads) * plan.frame_bytes() + plan.split_bytes();
    offer.cost = plan.nanoseconds * 1e-9 / threads;
    offer.in_place = plan.in_place;
    offer.note = note(plan, threads);
    offer.kernel = std::make_shared<FusedStep>(std::move(plan), threads);
    return offer;
  }

 private:
  static std::string note(const Plan& plan, int threads) {
    static constexpr std::string_view walks[] = {"map", "rows", "long rows", "columns"};
    const Geometry& g = plan.geometry;
    return fmt::format("{} lines, {} {}x{}{}{}", plan.lines, walks[static_cast<std::size_t>(g.walk)], g.rows, g.columns,
                       g.splits > 1 ? fmt::format(", {} parts", g.splits) : "",
                       threads > 1 ? fmt::format(", {} threads", threads) : "");
  }
};

const RegisteredKernel<FusedKernel> registered("fused", 0);

}  // namespace
}  // namespace luge::tiles
