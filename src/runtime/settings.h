// Settings: what Programs are compiled for besides their graph. Programs of several settings are cached side
// by side.
#pragma once

#include <cstdint>
#include <vector>

#include "backend/backend.h"
#include "luge/math_mode.h"

namespace luge {

struct Settings {
  const Backend* backend;  // of the device
  Math math;
  Precision precision;
  bool always_bf16;
  int threads;
  std::uint64_t recorder = 0;  // of scopes (graph/scopes.h), whose Programs no one else uses

  friend bool operator==(const Settings&, const Settings&) = default;
  /// Adds all of it to a key.
  void write_key(std::vector<std::uint64_t>& words) const;
};

/// The present settings of the process.
Settings settings();

/// For tests on machines where float32 is quicker: with precision = bf16, products are bfloat16 all the same.
void set_always_bf16(bool on);

}  // namespace luge
