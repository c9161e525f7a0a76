#include "train/diagnose.h"

#include <fmt/format.h>

#include <cmath>
#include <vector>

#include "luge/nn/observe.h"

namespace luge::train {
namespace {

struct Seen {
  std::string path;
  std::string layer;
  Tensor output;
};

std::string offence(const Tensor& tensor) {
  if (!is_floating(tensor.dtype())) return {};
  const auto values = tensor.to_vector<double>();
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!std::isfinite(values[i]))
      return fmt::format("{} at index {} of {}", values[i], i, tensor.shape().to_string());
  }
  return {};
}

bool belongs_to(const std::string& parameter, const std::string& path) {
  return parameter.starts_with(path + ".") && parameter.find('.', path.size() + 1) == std::string::npos;
}

}  // namespace

std::string first_non_finite(const nn::Module& net, const Tensor& x) {
  const nn::Probe probe(net, true);
  std::vector<Seen> seen;
  nn::observe(net, x, [&](const nn::LayerCall& call) {
    seen.push_back({call.path, call.module.describe(), call.output});
  });
  const auto parameters = net.named_parameters();
  for (const Seen& call : seen) {
    for (const auto& [name, variable] : parameters) {
      if (!belongs_to(name, call.path)) continue;
      if (const std::string what = offence(variable.value()); !what.empty())
        return fmt::format("{} is {}", name, what);
    }
    if (const std::string what = offence(call.output); !what.empty()) {
      return fmt::format("the output of {} ({}) is {}", call.path.empty() ? "the network" : call.path,
                         call.layer, what);
    }
  }
  return {};
}

}  // namespace luge::train
