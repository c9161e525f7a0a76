// Data and a network for each registered task, as words of the command.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "support/temp_dir.h"

namespace luge::testing {

using Words = std::vector<std::pair<std::string, std::string>>;

/// What a training of this task is given: files that are written into the folder, and a small network. A step
/// takes milliseconds, and an epoch has several. Fails for a task that it does not know: a new one has its
/// data here.
Words words_for_task(const TempDir& dir, const std::string& task);

/// The same as "key=value".
std::vector<std::string> as_arguments(const Words& words);

}  // namespace luge::testing
