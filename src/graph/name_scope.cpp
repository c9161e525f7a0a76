#include "luge/name_scope.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <mutex>

#include "graph/scoped_names.h"
#include "luge/error.h"

namespace luge {
namespace {

// Neighboring numbers of one scope are one range, by its first number. A training that opens scopes in each
// of a million steps must not keep all of them.
constexpr std::size_t kMostRanges = 100'000;
struct Range {
  std::uint64_t last;
  std::string path;
};
struct Ranges {
  std::mutex mutex;
  std::map<std::uint64_t, Range> all;
};
Ranges& ranges() {
  static Ranges made;
  return made;
}

}  // namespace

void note_scope(std::uint64_t sequence) {
  Ranges& known = ranges();
  const std::lock_guard lock(known.mutex);
  if (!known.all.empty()) {
    Range& newest = known.all.rbegin()->second;
    if (newest.last + 1 == sequence && newest.path == *open_scope) {
      newest.last = sequence;
      return;
    }
  }
  known.all.insert_or_assign(sequence, Range{sequence, *open_scope});
  if (known.all.size() > kMostRanges) known.all.erase(known.all.begin());
}

std::string scope_of(std::uint64_t sequence) {
  Ranges& known = ranges();
  const std::lock_guard lock(known.mutex);
  auto found = known.all.upper_bound(sequence);
  if (found == known.all.begin()) return "";
  --found;
  return sequence <= found->second.last ? found->second.path : "";
}

namespace graph {

NameScope::NameScope(const std::string& name) : before_(open_scope) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '-' || c == '/';
  };
  if (name.empty() || name.front() == '/' || name.back() == '/' ||
      !std::all_of(name.begin(), name.end(), allowed)) {
    throw ValueError(
        fmt::format("NameScope: the name is '{}'; expected letters, digits, '.', '_', '-', and "
                    "'/' between scopes",
                    name));
  }
  path_ = before_ ? *before_ + "/" + name : name;
  open_scope = &path_;
}

NameScope::~NameScope() { open_scope = before_; }

std::string name_scope() { return open_scope ? *open_scope : std::string(); }

}  // namespace graph
}  // namespace luge
