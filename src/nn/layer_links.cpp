#include "luge/nn/layer_links.h"

#include <algorithm>
#include <map>
#include <set>

#include "graph/node.h"
#include "luge/nn/observe.h"
#include "nn/module_state.h"

namespace luge::nn {
namespace {

class Links {
 public:
  explicit Links(const Tensors& inputs) {
    for (const Tensor& input : inputs) makers_[input.node()] = "";
  }

  void taken(const Tensors& values, const std::string& to) {
    for (const Tensor& value : values) {
      for (const std::string& from : makers_of(value)) {
        const LayerLink link{from, to};
        if (std::find(links_.begin(), links_.end(), link) == links_.end()) links_.push_back(link);
      }
    }
  }
  // A layer that returns what it was given, as dropout in eval mode does, becomes its maker.
  void made(const Tensors& values, const std::string& by) {
    for (const Tensor& value : values) makers_[value.node()] = by;
  }
  // What a layer of layers returns is often what its last part returned; else it made it, such as a sum.
  void joined(const Tensors& values, const std::string& by) {
    for (const Tensor& value : values) {
      if (makers_.contains(value.node())) continue;
      taken({value}, by);
      made({value}, by);
    }
  }
  std::vector<LayerLink> take() { return std::move(links_); }

 private:
  // The layers nearest before a value.
  std::vector<std::string> makers_of(const Tensor& value) const {
    std::vector<std::string> found;
    const Tensors roots = {value};
    for (const Node* node : topological(roots, [&](const Node* each) { return makers_.contains(each); })) {
      const auto maker = makers_.find(node);
      if (maker != makers_.end()) found.push_back(maker->second);
    }
    return found;
  }

  std::map<const Node*, std::string> makers_;
  std::vector<LayerLink> links_;
};

std::vector<LayerLink> links_of(const Module& net, const Tensors& inputs) {
  Links links(inputs);
  Tensors kept;  // nodes of values that are freed would give their addresses to others
  const Tensors outputs = observe(net, inputs, [&](const LayerCall& call) {
    if (call.path.empty()) return;
    if (call.module.state()->children.empty()) {
      links.taken(call.inputs, call.path);
      links.made(call.outputs, call.path);
    } else {
      links.joined(call.outputs, call.path);
    }
    kept.insert(kept.end(), call.outputs.begin(), call.outputs.end());
  });
  links.taken(outputs, "");
  return links.take();
}

}  // namespace

std::vector<LayerLink> layer_links(const Module& net, const Shape& input, DType dtype) {
  const Probe probe(net, mode_now(*net.state()->mode));
  return links_of(net, {argument_leaf({dtype, input.inserted(0, unknown)}, "input")});
}

std::vector<LayerLink> layer_links(const Module& net) {
  const Probe probe(net, mode_now(*net.state()->mode));
  Tensors inputs;
  for (const TensorSpec& spec : net.input_specs())
    inputs.push_back(argument_leaf({spec.dtype, spec.shape}, spec.name));
  return links_of(net, inputs);
}

}  // namespace luge::nn
