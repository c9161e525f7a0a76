// One case in a process of its own, so that crashes and endless loops are failures like others.
#pragma once

#include <functional>
#include <string>

#include "fuzz/compare.h"

namespace luge::fuzz {

struct ProcessEnd {
  std::string written;  // what the child wrote
  std::string failure;  // "crashed: signal 11", "hung: …"; empty when it ended well
};
/// Runs `child` in a forked process; `write` sends text to the parent. `line` is called for every line that
/// arrives. The child is killed when nothing arrives for so many seconds.
ProcessEnd in_child(const std::function<void(const std::function<void(const std::string&)>& write)>& child,
                    const std::function<void(const std::string&)>& line, int seconds);

struct Failure {
  Mode mode;
  std::string what;
};
/// The first mode of the case that fails, in a process of its own held to `set`; `what` is empty when all
/// are right.
Failure try_case(const Case& c, const Expected& expected, const std::string& set);

}  // namespace luge::fuzz
