// The candidates for "fused" and "fused_parts": tiles, over blocked values or public ones.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "backend/cpu/candidates.h"
#include "backend/cpu/fused/blocked.h"
#include "backend/cpu/fused/run.h"

namespace luge::cpu::fused {
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
  return fmt::format("{} lines, {} {}x{}{}{}{}", plan.lines, walks[static_cast<std::size_t>(g.walk)], g.rows,
                     g.columns, plan.codes.empty() ? "" : ", generated",
                     g.splits > 1 ? fmt::format(", {} parts", g.splits) : "",
                     threads > 1 ? fmt::format(", {} threads", threads) : "");
}

int threads_for(double nanoseconds, std::int64_t pieces, int threads) {
  const bool shared = nanoseconds > kParallelNanoseconds && pieces > 1;
  return shared ? static_cast<int>(std::min<std::int64_t>(threads, pieces)) : 1;
}

Offer offer_of(const TileProgram& program, std::span<const Type> in, const KernelRequest& request) {
  Plan plan = make_plan(program, in, request.out_used);
  const int threads =
      threads_for(plan.nanoseconds, plan.geometry.items * plan.geometry.splits, request.threads);
  Offer offer;
  offer.scratch = static_cast<std::size_t>(threads) * plan.frame_bytes() + plan.split_bytes();
  offer.cost = plan.nanoseconds * 1e-9 / threads;
  offer.in_place = plan.in_place;
  offer.note = note(plan, threads);
  offer.kernel = std::make_shared<FusedStep>(std::move(plan), threads);
  return offer;
}

// The program over the blocks of its values, if they are in a blocked layout.
std::optional<BlockedProgram> in_blocks(const TileProgram& program, std::span<const Type> in,
                                        std::span<const LayoutId> layouts, std::string& refusal) {
  const std::optional<LayoutId> layout = prevailing_layout(program, in, layouts);
  if (!layout) {
    refusal = "no input has a blocked layout";
    return std::nullopt;
  }
  std::optional<BlockedProgram> blocked = block_program(program, in, *layout);
  if (!blocked) refusal = "the padding would not stay zero, or random numbers are drawn by position";
  return blocked;
}

// Values in a blocked layout are visited in the order of memory: no reorder before or after.
class BlockedKernel final : public Kernel {
 public:
  std::string_view name() const override { return "tiles, blocked"; }
  Offer offer(const KernelRequest& request) const override {
    if (!request.post.empty()) return refuse("takes no post-ops");
    const TileProgram program = tile_program(*request.op.attributes<FusedAttributes>());
    std::string refusal;
    const auto blocked = in_blocks(program, request.in, request.in_layouts, refusal);
    if (!blocked) return refuse(refusal);
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

class PartsStep final : public PreparedKernel {
 public:
  PartsStep(std::vector<Part> parts, int threads, std::size_t frame_bytes)
      : parts_(std::move(parts)), threads_(threads), frame_bytes_(frame_bytes) {}
  void run(const KernelCall& call) const override { run_parts(parts_, call, threads_, frame_bytes_); }

 private:
  std::vector<Part> parts_;
  int threads_;
  std::size_t frame_bytes_;
};

// Each part over blocks where its values have a blocked layout, else over public values.
class PartsKernel final : public Kernel {
 public:
  std::string_view name() const override { return "tiles"; }
  Offer offer(const KernelRequest& request) const override {
    if (!request.post.empty()) return refuse("takes no post-ops");
    Offer offer;
    std::vector<Part> parts;
    for (const TileProgram& program : tile_programs(*request.op.attributes<FusedPartsAttributes>())) {
      parts.push_back(part_of(program, request, offer));
    }
    double nanoseconds = 0;
    std::int64_t pieces = 0;
    std::size_t frame_bytes = 0, lines = 0;
    bool generated = false;
    for (const Part& part : parts) {
      nanoseconds += part.plan.nanoseconds;
      pieces += part.plan.geometry.items * part.plan.geometry.splits;
      frame_bytes = std::max(frame_bytes, part.plan.frame_bytes());
      lines += part.plan.lines;
      generated |= !part.plan.codes.empty();
    }
    const int threads = threads_for(nanoseconds, pieces, request.threads);
    offer.scratch = static_cast<std::size_t>(threads) * frame_bytes;
    for (Part& part : parts)
      part.shared = std::exchange(offer.scratch, offer.scratch + part.plan.split_bytes());
    offer.cost = nanoseconds * 1e-9 / threads;
    offer.note = fmt::format("{} parts, {} lines{}{}", parts.size(), lines, generated ? ", generated" : "",
                             threads > 1 ? fmt::format(", {} threads", threads) : "");
    offer.kernel = std::make_shared<PartsStep>(std::move(parts), threads, frame_bytes);
    return offer;
  }

 private:
  // Adds the part's layouts and pairs to the offer, after those of the parts before it.
  static Part part_of(const TileProgram& program, const KernelRequest& request, Offer& offer) {
    Part part;
    part.first_in = offer.in_layouts.size();
    part.first_out = offer.out_layouts.size();
    const std::size_t inputs = program.operands.size(), outputs = program.outputs.size();
    const auto types = request.in.subspan(part.first_in, inputs);
    const auto used = request.out_used.begin() + static_cast<std::ptrdiff_t>(part.first_out);
    const std::vector<bool> out_used(used, used + static_cast<std::ptrdiff_t>(outputs));
    std::string refusal;
    const auto blocked =
        in_blocks(program, types, request.in_layouts.subspan(part.first_in, inputs), refusal);
    if (blocked) {
      part.plan = make_plan(blocked->program, blocked->in, out_used);
      offer.in_layouts.insert(offer.in_layouts.end(), blocked->in_layouts.begin(), blocked->in_layouts.end());
      offer.out_layouts.insert(offer.out_layouts.end(), blocked->out_layouts.begin(),
                               blocked->out_layouts.end());
    } else {
      part.plan = make_plan(program, types, out_used);
      offer.in_layouts.resize(part.first_in + inputs, public_layout);
      offer.out_layouts.resize(part.first_out + outputs, public_layout);
    }
    for (const InPlace& pair : part.plan.in_place) {
      offer.in_place.push_back(
          {pair.input + static_cast<int>(part.first_in), pair.output + static_cast<int>(part.first_out)});
    }
    return part;
  }
};

const Candidates fused("fused", make_kernels<BlockedKernel, PublicKernel>());
const Candidates parts("fused_parts", make_kernels<PartsKernel>());

}  // namespace
}  // namespace luge::cpu::fused
