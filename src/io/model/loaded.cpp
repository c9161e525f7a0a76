#include "graph/trace.h"
#include "io/model/content.h"
#include "luge/error.h"
#include "luge/io/model_file.h"

namespace luge::nn {
namespace {

using Role = Loaded::Content::Role;

struct Entry {
  const Tensor* value;
  Role role;
};

// "block1.conv.weight" as children and their parameters.
struct Tree {
  std::map<std::string, Tree> groups;
  std::map<std::string, Entry> values;

  void add(const std::string& path, const Entry& entry) {
    const auto dot = path.find('.');
    if (dot == std::string::npos) {
      values.emplace(path, entry);
    } else {
      groups[path.substr(0, dot)].add(path.substr(dot + 1), entry);
    }
  }
};

using Parameters = std::map<std::string, Parameter>;

struct Group : Module {
  Group(const Tree& tree, const std::string& path, Parameters& found) {
    for (const auto& [name, entry] : tree.values) {
      found.emplace(path + name, named(entry.role == Role::buffer ? buffer(name, *entry.value)
                                                                  : parameter(name, *entry.value),
                                       path + name, entry.role));
    }
    for (const auto& [name, group] : tree.groups) child(name, Group(group, path + name + ".", found));
  }
  Tensor forward(const Tensor&) const override {
    throw StateError("a part of a loaded network cannot be called alone");
  }

  static Parameter named(const Parameter& parameter, const std::string& path, Role role) {
    Variable variable = parameter.variable();
    variable.set_name(path);
    if (role == Role::frozen) variable.set_trainable(false);
    return parameter;
  }
};

}  // namespace

Loaded::Loaded(std::shared_ptr<const Content> content) : content_(std::move(content)) {
  Tree tree;
  for (const auto& [name, value] : content_->state) {
    const auto role = content_->roles.find(name);
    tree.add(name, {&value, role == content_->roles.end() ? Role::trainable : role->second});
  }
  for (const auto& [name, entry] : tree.values) {
    parameters_.emplace(name, Group::named(entry.role == Role::buffer ? buffer(name, *entry.value)
                                                                      : parameter(name, *entry.value),
                                           name, entry.role));
  }
  for (const auto& [name, group] : tree.groups) child(name, Group(group, name + ".", parameters_));
  set_metadata(content_->metadata);
  begin_in_eval_mode();
}

std::string Loaded::type() const {
  return content_->metadata.name.empty() ? "Loaded" : content_->metadata.name;
}

Tensor Loaded::forward(const Tensor& x) const {
  const auto stored = [this](const std::string& name) -> Tensor {
    const auto parameter = parameters_.find(name);
    return parameter != parameters_.end() ? parameter->second.value() : content_->constants.at(name);
  };
  const auto write = [this](const std::string& name, const Tensor& value) {
    if (is_floating(value.dtype())) watch(value, name);
    parameters_.at(name).assign(value);
  };
  return io::replay(training() ? content_->train : content_->eval, x, stored, write);
}

Loaded load(const std::string& path) { return io::read_model(path).net; }

}  // namespace luge::nn
