#include "graph/op_registry.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/registry.h"

namespace luge {
namespace {

// Op files register during static initialization, in any order.
std::vector<OpEntry>& registry() {
  static auto& entries = *new std::vector<OpEntry>;
  return entries;
}

// Ops as things for lists and help: what programs are made of.
class Ops final : public Family {
 public:
  Ops() : Family({.one = "op", .many = "ops"}) {}
  std::vector<std::string> names() const override {
    std::vector<std::string> all;
    for (const OpEntry& entry : registered_ops()) all.emplace_back(entry.name);
    return all;
  }
  Member member(std::string_view name) const override {
    const OpEntry* entry = find_op(name);
    if (!entry) refuse(name);
    return {std::string(name), about(*entry), {}};
  }

 private:
  static std::string about(const OpEntry& entry) {
    const OpRef op = entry.create({});
    const std::string attributes =
        op->to_string().substr(std::min(op->to_string().size(), entry.name.size()));
    std::string text = attributes.empty() ? "without attributes" : "attributes" + attributes;
    if (!op->no_gradient_reason().empty()) text += fmt::format("; no gradient: {}", op->no_gradient_reason());
    return text;
  }
};
const Ops ops;

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
