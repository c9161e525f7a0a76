#include "runtime/run_program.h"

#include <algorithm>
#include <atomic>
#include <unordered_map>

#include "luge/compile.h"
#include "runtime/layout_copies.h"

namespace luge {
namespace {

std::atomic<std::uint64_t> programs_run{0};

// Values computed from some buffers, kept among the copies of each of them: whoever overwrites one of the
// buffers drops its copies, and then they are found beside all of them no more.
struct KeptValues : Buffer {
  explicit KeptValues(LayoutId id) : Buffer(0, id) {}
  std::vector<const Buffer*> from;
  std::vector<BufferRef> values;
};

// No layout of a backend has such an id.
LayoutId kept_id(const std::string& text) {
  static auto& ids = *new std::unordered_map<std::string, LayoutId>;
  return ids.emplace(text, 0xe0000000u + static_cast<LayoutId>(ids.size())).first->second;
}

std::shared_ptr<KeptValues> find_kept(const std::vector<BoundLeaf>& from, LayoutId id) {
  BufferRef common;
  for (const BoundLeaf& leaf : from) {
    const auto& copies = leaf.buffer->packed;
    const auto found = std::find_if(copies.begin(), copies.end(),
                                    [&](const BufferRef& copy) { return copy->layout() == id; });
    if (found == copies.end() || (common && *found != common)) return nullptr;
    common = *found;
  }
  const auto kept = std::static_pointer_cast<KeptValues>(common);
  const auto is_same = [](const BoundLeaf& leaf, const Buffer* buffer) {
    return leaf.buffer.get() == buffer;
  };
  return std::equal(from.begin(), from.end(), kept->from.begin(), kept->from.end(), is_same) ? kept : nullptr;
}

std::shared_ptr<KeptValues> compute_kept(const Program& program, const std::vector<BoundLeaf>& from,
                                         LayoutId id) {
  const auto fresh = std::make_shared<KeptValues>(id);
  std::vector<BoundLeaf> leaves = from;
  convert_leaves(program, leaves);
  fresh->values = program.run(leaves);
  for (const BoundLeaf& leaf : from) {
    std::erase_if(leaf.buffer->packed, [&](const BufferRef& copy) { return copy->layout() == id; });
    leaf.buffer->packed.push_back(fresh);
    fresh->from.push_back(leaf.buffer.get());
  }
  return fresh;
}

// A program with values that are kept changes no Variable, so nothing is overwritten.
std::vector<BufferRef> run_with_kept(const Program& program, const std::vector<BoundLeaf>& bound) {
  std::vector<BoundLeaf> from, leaves = bound;
  for (const int leaf : program.kept.leaves) from.push_back(bound[static_cast<std::size_t>(leaf)]);
  const LayoutId id = kept_id(program.kept.text);
  auto kept = find_kept(from, id);
  if (!kept) kept = compute_kept(*program.kept.program, from, id);
  for (const BufferRef& value : kept->values) leaves.push_back({value});
  convert_leaves(program, leaves);
  // What was converted is wanted in that layout from now on.
  for (std::size_t k = 0; k < kept->values.size(); ++k) {
    BufferRef& value = kept->values[k];
    if (value->layout() == public_layout) value = leaves[bound.size() + k].buffer;
  }
  return program.run(leaves);
}

}  // namespace

std::uint64_t program_runs() { return programs_run; }

std::vector<BufferRef> run_program(const Program& program, std::vector<BoundLeaf>& leaves) {
  ++programs_run;
  if (program.kept.program) return run_with_kept(program, leaves);
  convert_leaves(program, leaves);
  // What will be overwritten in place has no copies in other layouts any more.
  for (const int replaced : program.replaces) {
    if (replaced < 0) continue;
    const BufferRef& buffer = leaves[static_cast<std::size_t>(replaced)].buffer;
    if (buffer && buffer.use_count() == 1) buffer->packed.clear();
  }
  return program.run(leaves);
}

}  // namespace luge
