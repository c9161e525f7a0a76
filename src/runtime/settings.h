// Settings: what Programs are compiled for beside their graph. Programs of several settings are cached side
// by side.
#pragma once

#include <cstdint>

#include "luge/math_mode.h"

namespace luge {

struct Settings {
  Math math;
  Precision precision;
  bool always_bf16;
  int threads;

  friend bool operator==(const Settings&, const Settings&) = default;
  /// All of it in one word, as a part of a key.
  std::uint64_t word() const;
};

/// The present settings of the process.
Settings settings();

/// For tests on machines where float32 is quicker: with precision = bf16, products are bfloat16 all the same.
void set_always_bf16(bool on);

}  // namespace luge
