#include "runtime/device.h"

namespace luge {

Device& Device::host() {
  static Device& device = *new Device;
  return device;
}

std::byte* Device::arena(std::size_t bytes) {
  if (!arena_ || arena_->bytes() < bytes) {
    arena_.reset();  // the old one first: both at once might not fit
    arena_ = std::make_unique<Buffer>(bytes);
  }
  return arena_->data();
}

std::span<std::byte> Device::memory() const {
  if (!arena_) return {};
  return {arena_->data(), arena_->bytes()};
}

}  // namespace luge
