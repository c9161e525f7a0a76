#include "runtime/layout_copies.h"

namespace luge {

BufferRef in_layout(const BufferRef& buffer, LayoutId layout, const Type& type, const Backend& backend,
                    bool keep) {
  if (buffer->layout() == layout) return buffer;
  for (const Derived& derived : buffer->derived) {
    const auto* copy = std::get_if<BufferRef>(&derived);
    if (copy && (*copy)->layout() == layout) return *copy;
  }
  auto copy = std::make_shared<Buffer>(backend.bytes(layout, type), layout);
  Status status;
  void* in[] = {buffer->data()};
  void* out[] = {copy->data()};
  backend.reorder(buffer->layout(), layout, type)->run({in, out, nullptr, &status});
  if (keep) buffer->derived.emplace_back(copy);
  return copy;
}

void convert_leaves(const Program& program, std::vector<BoundLeaf>& leaves) {
  for (std::size_t k = 0; k < leaves.size(); ++k) {
    BufferRef& buffer = leaves[k].buffer;
    if (program.inputs[k] < 0 || !buffer) continue;
    const ProgramValue& value = program.values[static_cast<std::size_t>(program.inputs[k])];
    // A buffer that others hold will be asked for again.
    buffer = in_layout(buffer, value.layout, value.type, *program.backend, buffer.use_count() > 1);
  }
}

}  // namespace luge
