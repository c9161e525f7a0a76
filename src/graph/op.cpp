#include "graph/op.h"

#include <fmt/format.h>

#include <algorithm>

namespace luge {

void Status::record(const Offence& offence) {
  while (busy_.test_and_set(std::memory_order_acquire)) {
  }
  if (!failed_.load(std::memory_order_relaxed) || offence.position < offence_.position) offence_ = offence;
  failed_.store(true, std::memory_order_release);
  busy_.clear(std::memory_order_release);
}

namespace {

std::string print(const FieldValue& value) {
  return std::visit(
      [](const auto& v) -> std::string {
        using T = std::decay_t<decltype(v)>;
        if constexpr (std::same_as<T, std::vector<std::int64_t>>) {
          return fmt::format("[{}]", fmt::join(v, ","));
        } else {
          return fmt::format("{}", v);
        }
      },
      value);
}

// Op files register during static initialisation, in any order.
std::vector<OpEntry>& registry() {
  static auto& entries = *new std::vector<OpEntry>;
  return entries;
}

}  // namespace

std::string AnyOp::to_string() const {
  std::string text(name());
  const Fields list = fields();
  if (list.empty()) return text;
  text += " {";
  for (std::size_t i = 0; i < list.size(); ++i) {
    text += fmt::format("{}{}={}", i ? ", " : "", list[i].first, print(list[i].second));
  }
  return text + "}";
}

namespace op_detail {

void no_such_part(std::string_view op, std::string_view part) {
  throw GraphError(fmt::format("{} has no {}", op, part));
}

void fail_index(std::string_view op, const Offence& offence, std::string_view where) {
  throw IndexError(fmt::format("{}{}{}: index {} at position {} is out of range; expected 0 to {}", where,
                               where.empty() ? "" : ": ", op, offence.value.to_string(), offence.position,
                               offence.limit - 1));
}

std::uint64_t hash_name(std::string_view name) {
  std::uint64_t hash = 0x51ed270b;
  for (char c : name) fields_detail::mix(hash, static_cast<unsigned char>(c));
  return hash;
}

}  // namespace op_detail

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
