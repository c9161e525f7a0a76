// How many processors a container may keep busy.
#pragma once

#include <filesystem>

namespace luge {

/// The processors that the control groups of this process let it keep busy, e.g. 0.5 where a container gets
/// 50 of every 100 ms; infinity without a limit. The tightest limit from the process's own group up to the
/// root counts. `groups` lists the groups of the process, `mounts` is where their folders are (both: Linux's
/// cgroups(7), versions 1 and 2). Files that cannot be read or understood limit nothing.
double processor_quota(const std::filesystem::path& groups = "/proc/self/cgroup",
                       const std::filesystem::path& mounts = "/sys/fs/cgroup");

}  // namespace luge
