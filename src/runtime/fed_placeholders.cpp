#include "runtime/fed_placeholders.h"

#include <fmt/format.h>

#include <unordered_set>

#include "luge/error.h"

namespace luge::graph {
namespace {

void check_feed(const Feed& feed) {
  const auto& [key, value] = feed;
  if (!key.defined() || key.node()->leaf != Leaf::argument)
    throw ValueError("Session::run: only placeholders can be fed");
  const Type& wanted = key.node()->outputs[0].type;
  const std::string& name = key.node()->label;
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

FedPlaceholders::FedPlaceholders(const std::vector<Feed>& feeds) : feeds_(feeds) {
  std::unordered_set<const Node*> known;
  for (const Feed& feed : feeds) {
    check_feed(feed);
    if (!known.insert(feed.first.node()).second)
      throw ValueError(fmt::format("placeholder '{}' is fed twice", feed.first.node()->label));
  }
}

const Tensor& FedPlaceholders::value(const Node* placeholder) const {
  for (const auto& [key, value] : feeds_) {
    if (key.node() == placeholder) return value;
  }
  throw GraphError(
      fmt::format("placeholder '{}' ({}) is not fed; add {{{}, value}} to the feeds of Session::run",
                  placeholder->label, placeholder->outputs[0].type.to_string(), placeholder->label));
}

}  // namespace luge::graph
