#include "backend/devices.h"

#include <fmt/format.h>

#include <mutex>

#include "luge/error.h"

namespace luge {
namespace {

struct Devices {
  std::mutex mutex;
  std::vector<const Backend*> backends = {&cpu_backend()};
};

Devices& all() {
  static Devices& devices = *new Devices;  // never destroyed: static destructors may evaluate
  return devices;
}

// Null where there is none. The lock must be held.
const Backend* find(const Device& device) {
  for (const Backend* backend : all().backends) {
    if (backend->device() == device) return backend;
  }
  return nullptr;
}

}  // namespace

void register_backend(const Backend& backend) {
  const std::lock_guard lock(all().mutex);
  if (find(backend.device()))
    throw StateError(fmt::format("device {} has a backend already", backend.device().to_string()));
  all().backends.push_back(&backend);
}

std::vector<Device> registered_devices() {
  const std::lock_guard lock(all().mutex);
  std::vector<Device> known;
  for (const Backend* backend : all().backends) known.push_back(backend->device());
  return known;
}

const Backend& backend_of(const Device& device) {
  {
    const std::lock_guard lock(all().mutex);
    if (const Backend* backend = find(device)) return *backend;
  }
  std::vector<std::string> known;
  for (const Device& other : registered_devices()) known.push_back(other.to_string());
  throw ValueError(fmt::format("device {} does not exist; this process has {}", device.to_string(),
                               fmt::join(known, ", ")));
}

const Backend& backend_of(const DeviceMemory& memory) { return backend_of(memory.device()); }

}  // namespace luge
