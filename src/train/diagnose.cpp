#include "train/diagnose.h"

#include <fmt/format.h>

#include <cmath>
#include <span>
#include <vector>

#include "core/dispatch.h"
#include "luge/nn/observe.h"

namespace luge::train {
namespace {

struct Seen {
  std::string path;
  std::string layer;
  Tensors outputs;
};

bool belongs_to(const std::string& parameter, const std::string& path) {
  return parameter.starts_with(path + ".") && parameter.find('.', path.size() + 1) == std::string::npos;
}

}  // namespace

std::string non_finite_element(const Tensor& tensor) {
  if (!is_floating(tensor.dtype())) return {};
  std::string found;
  const std::span<const std::byte> bytes = tensor.bytes();
  dispatch(tensor.dtype(), [&]<class T>() {
    const std::span<const T> values(reinterpret_cast<const T*>(bytes.data()), bytes.size() / sizeof(T));
    for (std::size_t i = 0; i < values.size(); ++i) {
      const auto value = convert_element<double>(values[i]);
      if (!std::isfinite(value))
        return void(found = fmt::format("{} at index {} of {}", value, i, tensor.shape().to_string()));
    }
  });
  return found;
}

std::string first_non_finite(const nn::Module& net, const Tensors& inputs) {
  const nn::Probe probe(net, true);
  std::vector<Seen> seen;
  nn::observe(net, inputs, [&](const nn::LayerCall& call) {
    seen.push_back({call.path, call.module.describe(), call.outputs});
  });
  const auto parameters = net.named_parameters();
  for (const Seen& call : seen) {
    for (const auto& [name, variable] : parameters) {
      if (!belongs_to(name, call.path)) continue;
      if (const std::string what = non_finite_element(variable.value()); !what.empty())
        return fmt::format("{} is {}", name, what);
    }
    for (const Tensor& output : call.outputs) {
      if (const std::string what = non_finite_element(output); !what.empty()) {
        return fmt::format("the output of {} ({}) is {}", call.path.empty() ? "the network" : call.path,
                           call.layer, what);
      }
    }
  }
  return {};
}

}  // namespace luge::train
