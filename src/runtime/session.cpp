// Session: the same nodes, with placeholders fed and Variables bound to values of its own.
#include <fmt/format.h>

#include <algorithm>
#include <mutex>
#include <unordered_map>
#include <unordered_set>

#include "backend/backend.h"
#include "graph/eval.h"
#include "graph/trace.h"
#include "luge/graph.h"
#include "runtime/drawn_keys.h"
#include "runtime/program_cache.h"
#include "runtime/subgraph.h"

namespace luge::graph {

Tensor placeholder(DType dtype, const Shape& shape, std::string name) {
  return argument_leaf({dtype, shape}, std::move(name), is_floating(dtype));
}

Operation initialize_all() {
  Operation operation;
  operation.initializes_ = true;
  return operation;
}

Variables all_variables() {
  Variables all;
  for (auto& slot : live_slots()) all.emplace_back(std::move(slot));
  return all;
}

Operation record(const std::function<void()>& function) {
  Trace trace;
  trace.outer_reads = true;
  {
    const TraceScope scope(trace);
    function();
  }
  std::vector<std::pair<Variable, Tensor>> updates;
  for (const Trace::State& state : trace.states) {
    if (state.written.defined()) updates.emplace_back(Variable(state.slot), state.written);
  }
  return Operation(std::move(updates));
}

Operation assign(const Variable& variable, const Tensor& value) {
  return record([&] { Variable(variable).assign(value); });
}

Operation group(const std::vector<Operation>& operations) {
  std::vector<std::pair<Variable, Tensor>> updates;
  for (const Operation& operation : operations) {
    if (operation.initializes())
      throw ValueError("group: initialize_all() stands alone; run it before the others");
    updates.insert(updates.end(), operation.updates().begin(), operation.updates().end());
  }
  return Operation(std::move(updates));
}

struct Session::Values {
  struct Value {
    std::shared_ptr<Slot> slot;
    BufferRef buffer;
  };
  std::unordered_map<const Slot*, Value> held;
};

namespace {

/// One run: what to compute, for whom.
class Run {
 public:
  /// The session's store: a Variable's buffer (throws when it has none), room for one, and a new one for it
  /// where there is room.
  struct Store {
    std::function<BufferRef&(const std::shared_ptr<Slot>&)> read;
    std::function<void(const std::shared_ptr<Slot>&)> reserve;
    std::function<void(const std::shared_ptr<Slot>&, BufferRef)> write;
  };

  Run(const std::vector<Tensor>& fetches, const std::vector<std::pair<Variable, Tensor>>& updates,
      const std::vector<Feed>& feeds)
      : updates_(updates), feeds_(feeds) {
    std::vector<Edge> wanted;
    for (const Tensor& fetch : fetches) wanted.push_back({fetch.node(), fetch.output()});
    for (const auto& [variable, value] : updates) wanted.push_back({value.node(), value.output()});
    subgraph_.find(wanted, Subgraph::Ends::session);
    for (const Tensor& fetch : fetches)
      fetch_roots_.push_back(subgraph_.add_root({fetch.node(), fetch.output()}));
    for (const auto& [variable, value] : updates) add_update(variable, value);
    std::unordered_set<const Node*> fed_before;
    for (const Feed& feed : feeds) {
      check_feed(feed);
      if (!fed_before.insert(feed.first.node()).second)
        throw ValueError(fmt::format("placeholder '{}' is fed twice", feed.first.node()->label));
    }
  }

  Tensors operator()(const Store& store) {
    for (std::size_t k = 0; k < subgraph_.leaves.size(); ++k) fix_type(k);
    const auto program = program_for(subgraph_);
    std::vector<BoundLeaf> leaves;
    for (const Edge& leaf : subgraph_.leaves) leaves.push_back(bind(leaf, store));
    // What may fail comes before the run: after it the values only move to their places.
    for (const auto& update : updates_) store.reserve(update.first.slot());
    Tensors results;
    for (int root : fetch_roots_) {
      const int value = program->roots[static_cast<std::size_t>(root)];
      results.push_back(data_leaf(nullptr, program->values[static_cast<std::size_t>(value)].type));
    }
    std::vector<BufferRef> values;
    donated_.reserve(subgraph_.roots.size());
    try {
      for (const Root& root : subgraph_.roots) donate(root, store);
      values = run_program(*program, leaves);
    } catch (...) {
      for (auto& [slot, leaf] : donated_) store.write(slot, leaves[leaf].buffer);
      throw;
    }
    for (std::size_t i = 0; i < updates_.size(); ++i) {
      store.write(updates_[i].first.slot(), values[static_cast<std::size_t>(update_roots_[i])]);
    }
    for (std::size_t i = 0; i < results.size(); ++i) {
      results[i].node()->outputs[0].value = values[static_cast<std::size_t>(fetch_roots_[i])];
    }
    keys_.keep();
    return results;
  }

 private:
  void add_update(const Variable& variable, const Tensor& value) {
    int replaced = -1;
    for (std::size_t k = 0; k < subgraph_.leaves.size(); ++k) {
      const Node* node = subgraph_.leaves[k].node;
      if (node->leaf == Leaf::read && node->slot.lock() == variable.slot()) replaced = static_cast<int>(k);
    }
    subgraph_.roots.push_back({{value.node(), value.output()}, replaced});
    update_roots_.push_back(static_cast<int>(subgraph_.roots.size()) - 1);
  }

  static void check_feed(const Feed& feed) {
    const auto& [key, value] = feed;
    if (!key.defined() || key.node()->leaf != Leaf::argument) {
      throw ValueError("Session::run: only placeholders can be fed");
    }
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

  const Tensor& fed(const Node* node) const {
    for (const Feed& feed : feeds_) {
      if (feed.first.node() == node) return feed.second;
    }
    throw GraphError(
        fmt::format("placeholder '{}' ({}) is not fed; add {{{}, value}} to the feeds of Session::run",
                    node->label, node->outputs[0].type.to_string(), node->label));
  }

  void fix_type(std::size_t k) {
    const Node* node = subgraph_.leaves[k].node;
    if (node->leaf == Leaf::argument) subgraph_.leaf_types[k].shape = fed(node).shape();
  }

  BoundLeaf bind(Edge leaf, const Store& store) {
    const Node* node = leaf.node;
    BoundLeaf result;
    if (node->leaf == Leaf::argument) {
      result.buffer = public_buffer(fed(node));
    } else if (node->leaf == Leaf::read) {
      result.buffer = store.read(node->slot.lock());
    } else if (node->leaf == Leaf::key) {
      result = keys_.next();
    } else {
      result = luge::bound(leaf);
    }
    return result;
  }

  // A state that is replaced gives its buffer to the program; a fetch that shares it keeps it safe by its
  // count.
  void donate(const Root& root, const Store& store) {
    if (root.replaces < 0) return;
    const auto slot = subgraph_.leaves[static_cast<std::size_t>(root.replaces)].node->slot.lock();
    const auto leaf = static_cast<std::size_t>(root.replaces);
    const auto is_given = [&](const auto& given) { return given.second == leaf; };
    if (std::any_of(donated_.begin(), donated_.end(), is_given)) return;
    BufferRef& held = store.read(slot);
    donated_.emplace_back(slot, leaf);
    held.reset();
  }

  const std::vector<std::pair<Variable, Tensor>>& updates_;
  const std::vector<Feed>& feeds_;
  Subgraph subgraph_;
  std::vector<int> fetch_roots_;
  std::vector<int> update_roots_;
  std::vector<std::pair<std::shared_ptr<Slot>, std::size_t>> donated_;
  DrawnKeys keys_;
};

std::string quoted_name(const Slot* slot) {
  return slot ? fmt::format("'{}'", slot->name) : std::string("(already destroyed)");
}

}  // namespace

Session::Session() : values_(std::make_unique<Values>()) {}
Session::~Session() = default;
Session::Session(Session&&) noexcept = default;
Session& Session::operator=(Session&&) noexcept = default;

Tensors Session::run(const std::vector<Fetch>& fetches, const std::vector<Feed>& feeds) {
  const std::lock_guard lock(engine_mutex());
  Tensors tensors;
  std::vector<std::pair<Variable, Tensor>> updates;
  bool initializes = false;
  for (const Fetch& fetch : fetches) {
    if (const auto* tensor = std::get_if<Tensor>(&fetch)) {
      if (!tensor->defined()) throw StateError("Session::run: a fetched tensor is empty");
      tensors.push_back(*tensor);
    } else if (const auto* variable = std::get_if<Variable>(&fetch)) {
      tensors.push_back(variable->value());
    } else {
      const auto& operation = std::get<Operation>(fetch);
      initializes |= operation.initializes();
      updates.insert(updates.end(), operation.updates().begin(), operation.updates().end());
    }
  }
  if (initializes) {
    for (const auto& slot : live_slots()) updates.emplace_back(Variable(slot), slot->initial);
  }
  Run run(tensors, updates, feeds);
  Tensors ordered(fetches.size());  // before the run, after which nothing may fail
  Tensors results = run({
      .read = [&](const std::shared_ptr<Slot>& slot) -> BufferRef& {
        const auto at = values_->held.find(slot.get());
        if (slot && at != values_->held.end() && at->second.buffer) return at->second.buffer;
        throw StateError(fmt::format(
            "Variable {} has no value in this Session; run graph::initialize_all() or restore it first",
            quoted_name(slot.get())));
      },
      .reserve = [&](const std::shared_ptr<Slot>& slot) { values_->held[slot.get()].slot = slot; },
      .write = [&](const std::shared_ptr<Slot>& slot,
                   BufferRef buffer) { values_->held.at(slot.get()).buffer = std::move(buffer); },
  });
  std::size_t next = 0;
  for (std::size_t k = 0; k < fetches.size(); ++k) {
    if (!std::holds_alternative<Operation>(fetches[k])) ordered[k] = std::move(results[next++]);
  }
  return ordered;
}

Tensor Session::run(const Tensor& fetch, const std::vector<Feed>& feeds) {
  return run(std::vector<Fetch>{fetch}, feeds)[0];
}
void Session::run(const Operation& operation, const std::vector<Feed>& feeds) {
  run(std::vector<Fetch>{operation}, feeds);
}

bool Session::initialized(const Variable& variable) const {
  const auto at = values_->held.find(variable.slot().get());
  return at != values_->held.end() && at->second.buffer;
}

Variables Session::variables() const {
  Variables held;
  for (const Variable& variable : all_variables()) {
    if (initialized(variable)) held.push_back(variable);
  }
  return held;
}

Tensor Session::value(const Variable& variable) const {
  if (!initialized(variable)) {
    throw StateError(fmt::format(
        "Variable '{}' has no value in this Session; run graph::initialize_all() or restore it first",
        variable.name()));
  }
  return data_leaf(values_->held.at(variable.slot().get()).buffer, variable.slot()->type);
}

void Session::set_value(const Variable& variable, const Tensor& value) {
  const Type type{value.dtype(), value.shape()};
  if (type.dtype != variable.slot()->type.dtype) {
    throw DTypeError(fmt::format("Variable '{}' holds {}, got {}; cast the value first", variable.name(),
                                 luge::name(variable.slot()->type.dtype), luge::name(type.dtype)));
  }
  if (!(type == variable.slot()->type)) {
    throw ShapeError(fmt::format("Variable '{}' holds {}, got {}", variable.name(),
                                 variable.slot()->type.to_string(), type.to_string()));
  }
  values_->held[variable.slot().get()] = {variable.slot(), public_buffer(value)};
}

}  // namespace luge::graph
