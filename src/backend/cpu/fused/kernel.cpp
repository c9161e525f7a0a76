// The candidates for "fused": Highway tiles, over blocked values or public ones.
#include <fmt/format.h>

#include <algorithm>

#include "backend/cpu/fused/blocked.h"
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

std::string note(const Plan& plan, int threads) {
  static constexpr std::string_view walks[] = {"map", "rows", "long rows", "columns"};
  const Geometry& g = plan.geometry;
  return fmt::format("{} lines, {} {}x{}{}{}", plan.lines, walks[static_cast<std::size_t>(g.walk)], g.rows,
                     g.columns, g.splits > 1 ? fmt::format(", {} parts", g.splits) : "",
                     threads > 1 ? fmt::format(", {} threads", threads) : "");
}

Offer offer_of(const TileProgram& program, std::span<const Type> in, const KernelRequest& request) {
  Plan plan = make_plan(program, in, request.out_used);
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

// Values that lie in blocks are visited as they lie: no reorder before, none behind.
class BlockedKernel final : public Kernel {
 public:
  std::string_view name() const override { return "tiles, blocked"; }
  Offer offer(const KernelRequest& request) const override {
    if (!request.post.empty()) return refuse("takes no post-ops");
    const TileProgram program = tile_program(*request.op.attributes<FusedAttributes>());
    const std::optional<LayoutId> layout = prevailing_layout(program, request.in, request.in_layouts);
    if (!layout) return refuse("no input lies in blocks");
    const std::optional<BlockedProgram> blocked = block_program(program, request.in, *layout);
    if (!blocked) return refuse("the padding would not stay zero, or random numbers are drawn by position");
    Offer offer = offer_of(blocked->program, blocked->in, request);
    offer.in_layouts = blocked->in_layouts;
    offer.out_layouts = blocked->out_layouts;
    return offer;
  }
};

class PublicKernel final : public Kernel {
 public:
  std::string_view name() const override { return "tiles"; }
  Offer offer(const KernelRequest& request) const override {
    if (!request.post.empty()) return refuse("takes no post-ops");
    return offer_of(tile_program(*request.op.attributes<FusedAttributes>()), request.in, request);
  }
};

const RegisteredKernel<BlockedKernel> registered_blocked("fused", 0);
const RegisteredKernel<PublicKernel> registered_public("fused", 1);

}  // namespace
}  // namespace luge::tiles
