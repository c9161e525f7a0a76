#include "runtime/run_program.h"

#include <atomic>

#include "luge/compile.h"
#include "runtime/layout_copies.h"
#include "runtime/prepacked.h"

namespace luge {
namespace {

std::atomic<std::uint64_t> programs_run{0};

// A Program with prepacked values changes no Variable, so nothing is overwritten.
std::vector<BufferRef> run_with_prepacked(const Program& program, std::vector<BoundLeaf> leaves) {
  const auto prepacked = Prepacked::find_or_compute(program.prepack, leaves);
  const std::size_t first = leaves.size();
  for (const BufferRef& value : prepacked->values) leaves.push_back({value});
  convert_leaves(program, leaves);
  // What was converted is wanted in that layout from now on.
  for (std::size_t k = 0; k < prepacked->values.size(); ++k) {
    BufferRef& value = prepacked->values[k];
    if (value->layout() == public_layout) value = leaves[first + k].buffer;
  }
  return program.run(leaves);
}

}  // namespace

std::uint64_t program_runs() { return programs_run; }

std::vector<BufferRef> run_program(const Program& program, std::vector<BoundLeaf>& leaves) {
  ++programs_run;
  if (program.prepack.program) return run_with_prepacked(program, leaves);
  convert_leaves(program, leaves);
  // What will be overwritten in place loses what was derived from its content.
  for (const int replaced : program.replaces) {
    if (replaced < 0) continue;
    const BufferRef& buffer = leaves[static_cast<std::size_t>(replaced)].buffer;
    if (buffer && buffer.use_count() == 1) buffer->derived.clear();
  }
  return program.run(leaves);
}

}  // namespace luge
