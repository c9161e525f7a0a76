// How long the threads of this process waited for a processor.
#pragma once

#include <optional>

namespace luge {

/// Seconds in which threads that live now were ready to run and had no processor, summed over them, since
/// each began. Nothing where the system does not count them: Linux does, in the second number of
/// /proc/self/task/N/schedstat. `tasks` is that folder. It throws nothing and takes no memory of the program's:
/// it runs between Programs, also where memory is short.
std::optional<double> seconds_without_processor(const char* tasks = "/proc/self/task");

}  // namespace luge
