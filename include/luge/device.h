// Device: where programs run and where their values are.
#pragma once

#include <string>

namespace luge {

/// A device of this process: its kind, and its number among the devices of that kind.
struct Device {
  std::string kind = "cpu";  ///< what computes: "cpu" is the processor
  int index = 0;             ///< the first one is 0
  /// Returns the name: "cpu" for the first device of a kind, "cpu:1" for the second.
  std::string to_string() const;
  /// Returns whether both name the same device.
  friend bool operator==(const Device&, const Device&) = default;
};

}  // namespace luge
