// Who writes into a run directory: what a lock says, and what it looks like from outside.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "io/files/process.h"

namespace luge::io {

/// The content of a lock that this process holds.
std::string owner_text(const ProcessIdentity& owner);
/// The process that such a text names. Nothing when it is not complete: its writer died while it wrote.
std::optional<ProcessIdentity> owner_in(const std::string& text);

enum class Writer : std::uint8_t {
  none,   // no process has it open, and the last one closed it
  alive,  // a process writes into it, or may do so on another host
  dead    // its process ended without closing it
};

/// What the content of a lock says.
Writer writer_in(const std::string& text);
/// What the lock of the run says. Nothing is locked or changed by looking.
Writer writer_of(const std::filesystem::path& run);

}  // namespace luge::io
