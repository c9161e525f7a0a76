#include "graph/op.h"

#include <fmt/format.h>

namespace luge {

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

void fail_index(std::string_view op, const KernelError& error, std::string_view where) {
  throw IndexError(fmt::format("{}{}{}: index {} at position {} is out of range; expected 0 to {}", where,
                               where.empty() ? "" : ": ", op, error.value.to_string(), error.position,
                               error.limit - 1));
}

std::uint64_t hash_name(std::string_view name) {
  std::uint64_t hash = 0x51ed270b;
  for (char c : name) fields_detail::mix(hash, static_cast<unsigned char>(c));
  return hash;
}

}  // namespace op_detail

}  // namespace luge
