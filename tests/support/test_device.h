// A device with a memory of its own that the host cannot touch: its pages have no access rights except while
// a copy or a kernel of the device works. It has two kernels, for elementwise steps ("fused") and for several
// of them ("fused_parts"); everything else is the processor's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "backend/backend.h"
#include "luge/compile.h"

namespace luge::testing {

/// What the device has done. Bytes in use count buffers and the arena.
struct DeviceCounts {
  std::uint64_t from_host = 0, to_host = 0, within = 0;  // copies
  std::uint64_t kernels = 0;                             // runs of its own kernels
  std::uint64_t streams = 0;                             // calls on its stream
};

/// The device, added to this process at the first call.
const Backend& test_device();
inline Device test_device_name() { return {"test", 0}; }

DeviceCounts counts();
/// Whether the host can read there.
bool host_can_read(const void* address);

/// While one lives, everything runs on the test device.
class OnTestDevice {
 public:
  OnTestDevice() : before_(device()) { set_device(test_device().device()); }
  ~OnTestDevice() { set_device(before_); }
  OnTestDevice(const OnTestDevice&) = delete;
  OnTestDevice& operator=(const OnTestDevice&) = delete;

 private:
  Device before_;
};

}  // namespace luge::testing
