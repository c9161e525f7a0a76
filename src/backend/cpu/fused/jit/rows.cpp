// Loops over rows: whole vectors, then the part of one at the end of the row; reductions end with the row.
#include "backend/cpu/fused/jit/body_lister.h"
#include "backend/cpu/fused/jit/loop.h"

namespace luge::cpu::fused::jit {
namespace {

// Short bodies are written for more vectors at once: the loop around them would cost as much.
constexpr std::size_t kShortBody = 6;

struct RowBodies {
  int vectors;  // that `whole` computes
  Listing whole;
  std::vector<Listing> parts;    // one, or one for each accumulator
  std::vector<Listing> results;  // of reductions
};

RowBodies list_bodies(const LoopPlan& plan, BodyLister& lister) {
  const Block& block = plan.one.block;
  const bool reduces = !block.reductions.empty();
  const int vectors = reduces ? plan.accumulators() : block.operations.size() <= kShortBody ? 4 : 2;
  RowBodies bodies{vectors, lister.whole(vectors), {}, {}};
  for (int k = 0; k < (reduces ? plan.accumulators() : 1); ++k) bodies.parts.push_back(lister.part(k));
  for (std::size_t r = 0; r < block.reductions.size(); ++r) bodies.results.push_back(lister.row_result(r));
  return bodies;
}

// A row without reductions: its rest is at most a few vectors, the last of them a part.
void write_rest(LoopWriter& loop, const Listing& part) {
  Assembler& assembler = loop.assembler();
  const auto rest = assembler.label(), done = assembler.label();
  assembler.bind(rest);
  loop.set_part_mask(done);
  loop.body(part);
  assembler.add(kIndex, loop.lanes());
  assembler.jump(Assembler::If::always, rest);
  assembler.bind(done);
}

// Every vector of the rest goes to an accumulator of its own.
void write_reduced_rest(LoopWriter& loop, const RowBodies& bodies) {
  Assembler& assembler = loop.assembler();
  const auto done = assembler.label();
  for (const Listing& part : bodies.parts) {
    loop.set_part_mask(done);
    loop.body(part);
    assembler.add(kIndex, loop.lanes());
  }
  assembler.bind(done);
  for (const Listing& result : bodies.results) loop.body(result);
}

}  // namespace

std::vector<std::uint8_t> generate_rows(const LoopPlan& plan) {
  BodyLister lister(plan);
  const RowBodies bodies = list_bodies(plan, lister);
  if (!lister.fits()) return {};

  LoopWriter loop(plan);
  Assembler& assembler = loop.assembler();
  loop.begin();
  const auto next_row = assembler.label();
  assembler.bind(next_row);
  loop.read_row_values();
  loop.start_reductions();
  assembler.set(kIndex, 0);
  loop.whole_vectors(bodies.vectors, [&] { loop.body(bodies.whole); });
  if (bodies.results.empty()) {
    write_rest(loop, bodies.parts[0]);
  } else {
    write_reduced_rest(loop, bodies);
  }
  loop.leave_row();
  assembler.add(kRows, -1);
  assembler.jump(Assembler::If::not_equal, next_row);
  loop.end();
  return assembler.finish();
}

}  // namespace luge::cpu::fused::jit
