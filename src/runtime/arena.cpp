#include "runtime/arena.h"

#include <map>

namespace luge {

Arena& Arena::of(DeviceMemory& memory) {
  static Arena& host = *new Arena(host_memory());  // never destroyed: static destructors may evaluate
  if (&memory == &host_memory()) return host;
  static auto& others = *new std::map<DeviceMemory*, Arena>;
  static std::mutex& mutex = *new std::mutex;
  const std::lock_guard lock(mutex);
  return others.try_emplace(&memory, memory).first->second;
}

std::byte* Arena::reserve(std::size_t bytes) {
  if (!held_ || held_->bytes() < bytes) {
    held_.reset();  // the old one first: both at once might not fit
    held_ = std::make_unique<Buffer>(bytes, public_layout, device_);
  }
  return held_->data();
}

std::span<std::byte> Arena::memory() const {
  if (!held_) return {};
  return {held_->data(), held_->bytes()};
}

}  // namespace luge
