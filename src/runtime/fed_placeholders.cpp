#include "runtime/fed_placeholders.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <unordered_set>

#include "luge/error.h"

namespace luge::graph {
namespace {

void check_value(const Node* placeholder, const Tensor& value) {
  const Type& wanted = placeholder->outputs[0].type;
  const std::string& name = placeholder->label;
  if (value.dtype() != wanted.dtype) {
    throw DTypeError(fmt::format("placeholder '{}' takes {}, was fed {}; cast it first", name,
                                 luge::name(wanted.dtype), luge::name(value.dtype())));
  }
  bool fits = value.rank() == wanted.shape.rank();
  for (int axis = 0; fits && axis < value.rank(); ++axis) {
    fits = wanted.shape[axis] == unknown || wanted.shape[axis] == value.shape()[axis];
  }
  if (!fits) {
    throw ShapeError(fmt::format("placeholder '{}' takes shape {}, was fed {}", name,
                                 wanted.shape.to_string(), value.shape().to_string()));
  }
}

}  // namespace

FedPlaceholders::FedPlaceholders(const std::vector<Feed>& feeds) : feeds_(&feeds) {
  std::unordered_set<const Node*> known;
  for (const auto& [key, value] : feeds) {
    if (!key.defined() || key.node()->leaf != Leaf::argument)
      throw ValueError("Session::run: only placeholders can be fed");
    check_value(key.node(), value);
    if (!known.insert(key.node()).second)
      throw ValueError(fmt::format("placeholder '{}' is fed twice", key.node()->label));
  }
}

const Tensor& FedPlaceholders::value(const Node* placeholder) {
  if (named_) return named_value(placeholder);
  for (const auto& [key, value] : *feeds_) {
    if (key.node() == placeholder) return value;
  }
  throw GraphError(
      fmt::format("placeholder '{}' ({}) is not fed; add {{{}, value}} to the feeds of Session::run",
                  placeholder->label, placeholder->outputs[0].type.to_string(), placeholder->label));
}

const Tensor& FedPlaceholders::named_value(const Node* placeholder) {
  const std::string& name = placeholder->label;
  const Tensor* value = named_->find(name);
  if (!value) {
    throw GraphError(fmt::format("placeholder '{}' ({}) is not fed; the feeds of Session::run are named: {}",
                                 name, placeholder->outputs[0].type.to_string(),
                                 fmt::join(named_->names(), ", ")));
  }
  const auto [known, first] = asked_.emplace(name, placeholder);
  if (known->second != placeholder) {
    throw ValueError(fmt::format(
        "two placeholders are named '{}'; give them different names, or feed them as {{placeholder, value}}",
        name));
  }
  if (first) check_value(placeholder, *value);
  return *value;
}

}  // namespace luge::graph
