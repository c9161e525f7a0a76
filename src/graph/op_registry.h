// The registered ops, by name: files name them, and tests walk them.
#pragma once

#include <string_view>
#include <vector>

#include "graph/op_model.h"

namespace luge {

struct OpEntry {
  std::string_view name;
  int version;
  OpRef (*create)(const Fields& fields);  // throws FormatError for unknown fields
};
/// All of them, sorted by name.
std::vector<OpEntry> registered_ops();
/// Null when there is none of this name.
const OpEntry* find_op(std::string_view name);
bool register_op(const OpEntry& entry);

/// One in each op file: `const Registered<Softmax> registered;`
template <class O>
struct Registered {
  Registered() {
    register_op({O::name, op_detail::version_of<O>(), [](const Fields& fields) {
                   return op_ref<O>(attributes_from<typename O::Attributes>(fields));
                 }});
  }
};

}  // namespace luge
