// Loops down the columns: strips of one or two vectors, whose sums of some rows are added to f64 numbers.
// Pointers start again at every strip, so their first values are kept in the frame.
#include "backend/cpu/fused/jit/body_lister.h"
#include "backend/cpu/fused/jit/loop.h"

namespace luge::cpu::fused::jit {
namespace {

constexpr int kRowsTogether = 32;  // as many as the interpreter sums before they become f64
constexpr Gp kRowsLeft = kSlots;   // of these

struct Strip {
  Listing body, add_to_sums;
};

void keep_first_pointers(LoopWriter& loop) {
  Assembler& assembler = loop.assembler();
  for (int k = 0; k < static_cast<int>(loop.block().operands.size()); ++k) {
    const int held = loop.pointer(k);
    if (held < 0) assembler.load(kScratch, frame_pointer(k));
    assembler.store(frame_pointer(kFirstPointers + k), held < 0 ? kScratch : static_cast<Gp>(held));
  }
  assembler.store(frame_pointer(kRowCount), kRows);
}

void restore_first_pointers(LoopWriter& loop) {
  Assembler& assembler = loop.assembler();
  for (int k = 0; k < static_cast<int>(loop.block().operands.size()); ++k) {
    const int held = loop.pointer(k);
    assembler.load(held < 0 ? kScratch : static_cast<Gp>(held), frame_pointer(kFirstPointers + k));
    if (held < 0) assembler.store(frame_pointer(k), kScratch);
  }
  assembler.load(kRows, frame_pointer(kRowCount));
}

void write_strip(LoopWriter& loop, const Strip& strip) {
  Assembler& assembler = loop.assembler();
  restore_first_pointers(loop);
  const auto rows = assembler.label(), row = assembler.label(), last = assembler.label();
  assembler.bind(rows);
  loop.start_reductions();
  assembler.set(kRowsLeft, kRowsTogether);
  assembler.bind(row);
  loop.read_row_values();
  loop.body(strip.body);
  loop.leave_row();
  assembler.add(kRows, -1);
  assembler.jump(Assembler::If::equal, last);
  assembler.add(kRowsLeft, -1);
  assembler.jump(Assembler::If::not_equal, row);
  loop.body(strip.add_to_sums);
  assembler.jump(Assembler::If::always, rows);
  assembler.bind(last);
  loop.body(strip.add_to_sums);
}

}  // namespace

std::vector<std::uint8_t> generate_columns(const LoopPlan& plan) {
  BodyLister lister(plan);
  const auto whole = [&](int count) { return Strip{lister.whole(count), lister.add_to_sums(count)}; };
  const Strip two = whole(2), one = whole(1), part{lister.part(0), lister.add_to_sums(1)};
  if (!lister.fits()) return {};

  LoopWriter loop(plan);
  Assembler& assembler = loop.assembler();
  loop.begin();
  keep_first_pointers(loop);
  assembler.set(kIndex, 0);
  loop.whole_vectors(2, [&] { write_strip(loop, two); });
  loop.whole_vectors(1, [&] { write_strip(loop, one); });
  const auto done = assembler.label();
  loop.set_part_mask(done);
  write_strip(loop, part);
  assembler.bind(done);
  loop.end();
  return assembler.finish();
}

}  // namespace luge::cpu::fused::jit
