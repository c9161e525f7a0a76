#include "runtime/layout_copies.h"

#include <cstring>

#include "backend/devices.h"

namespace luge {
namespace {

BufferRef reordered(const BufferRef& buffer, LayoutId layout, const Type& type, const Backend& backend) {
  if (buffer->layout() == layout) return buffer;
  auto copy = std::make_shared<Buffer>(backend.bytes(layout, type), layout, backend.memory());
  Status status;
  void* in[] = {buffer->data()};
  void* out[] = {copy->data()};
  backend.reorder(buffer->layout(), layout, type)->run({in, out, nullptr, &status});
  return copy;
}

BufferRef make_copy(const BufferRef& buffer, LayoutId layout, const Type& type, const Backend& backend) {
  DeviceMemory& here = buffer->memory();
  if (&here == &backend.memory()) return reordered(buffer, layout, type, backend);
  const BufferRef dense = reordered(buffer, public_layout, type, backend_of(here));
  return reordered(copied_to(backend.memory(), *dense), layout, type, backend);
}

}  // namespace

BufferRef in_layout(const BufferRef& buffer, LayoutId layout, const Type& type, const Backend& backend,
                    bool keep) {
  const DeviceMemory& memory = backend.memory();
  if (buffer->is(layout, memory)) return buffer;
  for (const Derived& derived : buffer->derived) {
    const auto* copy = std::get_if<BufferRef>(&derived);
    if (copy && (*copy)->is(layout, memory)) return *copy;
  }
  BufferRef copy = make_copy(buffer, layout, type, backend);
  if (keep) buffer->derived.emplace_back(copy);
  return copy;
}

void convert_leaves(const Program& program, std::vector<BoundLeaf>& leaves) {
  const Backend* fallback = program.backend->fallback();
  for (std::size_t k = 0; k < leaves.size(); ++k) {
    if (program.inputs[k] < 0) continue;
    const ProgramValue& value = program.values[static_cast<std::size_t>(program.inputs[k])];
    BufferRef& buffer = leaves[k].buffer;
    if (!buffer) {  // a number or a key: on the host it is taken as it is
      if (!fallback || value.on_host) continue;
      buffer = std::make_shared<Buffer>(value.bytes);
      std::memcpy(buffer->data(), leaves[k].words, value.bytes);
    }
    // A buffer that others hold will be asked for again.
    const Backend& backend = value.on_host ? *fallback : *program.backend;
    buffer = in_layout(buffer, value.layout, value.type, backend, buffer.use_count() > 1);
  }
}

}  // namespace luge
