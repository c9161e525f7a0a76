// The calls that Luge reads and writes files with, as a table, so that a test can make any of them fail.
#pragma once

#include <sys/types.h>

#include <cstddef>

namespace luge::io {

struct SystemCalls {
  int (*open)(const char* path, int flags, mode_t mode);
  ssize_t (*pread)(int file, void* bytes, std::size_t count, off_t offset);
  ssize_t (*write)(int file, const void* bytes, std::size_t count);
  int (*fsync)(int file);
  int (*close)(int file);
  int (*rename)(const char* from, const char* to);
  int (*unlink)(const char* path);
};

/// The kernel's calls, unless a test has replaced them.
const SystemCalls& system_calls();

/// Replaces the present table by `calls` and returns the old one; nullptr means the kernel's.
/// `calls` must live until it is replaced again.
const SystemCalls* replace_system_calls(const SystemCalls* calls);

}  // namespace luge::io
