// Files numbered by training step, as step-1000.safetensors: ordered by number, never by time.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string_view>
#include <vector>

namespace luge::io {

struct StepFile {
  std::uint64_t step = 0;
  std::filesystem::path path;
};

/// `<folder>/<prefix>-<step>.safetensors`.
std::filesystem::path step_file(const std::filesystem::path& folder, std::string_view prefix,
                                std::uint64_t step);

/// All of them, the smallest step first. None when there is no such folder.
std::vector<StepFile> list_step_files(const std::filesystem::path& folder, std::string_view prefix);

/// Deletes all but `keep` files, the oldest first, and returns the number of deleted files. `newest` is the
/// step just written, and durable: files of larger steps are older than it, left by a training that this one
/// replaces or went back before, and are removed first. Throws FileError when one cannot be deleted.
int prune_step_files(const std::filesystem::path& folder, std::string_view prefix, std::size_t keep,
                     std::uint64_t newest);

}  // namespace luge::io
