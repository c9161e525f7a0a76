#include "graph/op_registry.h"

#include <algorithm>

namespace luge {
namespace {

// Op files register during static initialization, in any order.
std::vector<OpEntry>& registry() {
  static auto& entries = *new std::vector<OpEntry>;
  return entries;
}

}  // namespace

std::vector<OpEntry> registered_ops() {
  std::vector<OpEntry> entries = registry();
  std::sort(entries.begin(), entries.end(),
            [](const OpEntry& a, const OpEntry& b) { return a.name < b.name; });
  return entries;
}

const OpEntry* find_op(std::string_view name) {
  for (const OpEntry& entry : registry()) {
    if (entry.name == name) return &entry;
  }
  return nullptr;
}

bool register_op(const OpEntry& entry) {
  registry().push_back(entry);
  return true;
}

}  // namespace luge
