// The devices of this process, each with the backend that serves it.
#pragma once

#include <vector>

#include "backend/backend.h"

namespace luge {

/// Adds a device. The backend lives until the process ends. Throws StateError for a device that is known.
void register_backend(const Backend& backend);

/// Throws ValueError, with the devices that exist, for any other.
const Backend& backend_of(const Device& device);
/// Of a registered device: the one whose layouts a buffer in this memory has.
const Backend& backend_of(const DeviceMemory& memory);
/// The processor first.
std::vector<Device> registered_devices();

}  // namespace luge
