// Who writes into a run directory, seen from outside: nothing is locked or changed by looking.
#pragma once

#include <cstdint>
#include <filesystem>

namespace luge::io {

enum class Writer : std::uint8_t {
  none,   // no process has it open, and the last one closed it
  alive,  // a process writes into it, or may do so on another host
  dead    // its process ended without closing it
};

/// What the lock of the run says.
Writer writer_of(const std::filesystem::path& run);

}  // namespace luge::io
