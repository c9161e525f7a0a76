#include "core/buffer.h"

namespace luge {

Buffer::Buffer(std::size_t bytes, LayoutId layout, DeviceMemory& memory)
    : data_(memory.allocate(bytes)), bytes_(bytes), layout_(layout), memory_(&memory) {}

Buffer::~Buffer() { memory_->release(data_); }

BufferRef copied_to(DeviceMemory& memory, const Buffer& from) {
  DeviceMemory& source = from.memory();
  const bool to_host = &memory == &host_memory(), from_host = &source == &host_memory();
  if (&source != &memory && !to_host && !from_host) return copied_to(memory, *copied_to(host_memory(), from));
  auto copy = std::make_shared<Buffer>(from.bytes(), from.layout(), memory);
  if (&source == &memory) {
    memory.copy(copy->data(), from.data(), from.bytes(), {});
  } else if (from_host) {
    memory.copy_from_host(copy->data(), from.data(), from.bytes(), {});
  } else {
    source.copy_to_host(copy->data(), from.data(), from.bytes(), {});
  }
  return copy;
}

}  // namespace luge
