// NetworkText::check: errors of layers with the lines of the file.
#include <fmt/format.h>

#include <algorithm>

#include "core/draws_kept.h"
#include "graph/node.h"
#include "luge/error.h"
#include "luge/nn/network_file.h"
#include "luge/nn/observe.h"

namespace luge::nn {
namespace {

// The line of the layer that an error of a module begins with, "stem.conv1 (Conv2d 3x3): …", or of the layer
// around it; 0 when there is none.
int line_of(const NetworkText& network, const std::string& error) {
  std::string path = error.substr(0, error.find(" ("));
  if (path.size() > error.find(':')) path.clear();
  while (true) {
    const auto found = std::ranges::find(network.lines, path, &std::pair<std::string, int>::first);
    if (found != network.lines.end()) return found->second;
    if (path.empty()) return 0;
    const auto dot = path.rfind('.');
    path = dot == std::string::npos ? "" : path.substr(0, dot);
  }
}

template <class E>
[[noreturn]] void throw_with_line(const NetworkText& network, const E& error) {
  const int line = line_of(network, error.what());
  throw E(line > 0 ? fmt::format("{}, line {}: layer {}", network.path, line, error.what())
                   : fmt::format("{}: {}", network.path, error.what()));
}

}  // namespace

void NetworkText::check(const std::vector<TensorSpec>& specs) const {
  const Model copy = net.clone();
  const TypesAlone types;
  const DrawsKept draws;
  const Probe probe(*copy, false);
  Tensors inputs;
  for (const std::string& name : copy->input_names()) {
    const auto spec = copy->input_names().size() == 1 && specs.size() == 1
                          ? specs.begin()
                          : std::ranges::find(specs, name, &TensorSpec::name);
    if (spec == specs.end())
      throw ValueError(fmt::format("{}: the shape of the input '{}' is missing", path, name));
    inputs.push_back(argument_leaf({spec->dtype, spec->shape}, name));
  }
  try {
    copy(inputs);
  } catch (const ShapeError& error) {
    throw_with_line(*this, error);
  } catch (const DTypeError& error) {
    throw_with_line(*this, error);
  } catch (const ValueError& error) {
    throw_with_line(*this, error);
  }
}

}  // namespace luge::nn
