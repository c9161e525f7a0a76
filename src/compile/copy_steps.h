// Steps that copy a value as it is: within the memory of a device, or between a device and the host.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "backend/backend.h"

namespace luge::compiler {

enum class Copy : std::uint8_t { within, to_host, from_host };

std::shared_ptr<const PreparedKernel> copy_kernel(Copy direction, DeviceMemory& memory, std::size_t bytes);

}  // namespace luge::compiler
