// Calls of a module by the names of its inputs, with the lengths of padded ones.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "luge/error.h"
#include "nn/module_state.h"

namespace luge::nn {

NamedTensors Module::operator()(const NamedTensors& inputs) const {
  const std::vector<std::string> names = input_names(), outputs = output_names();
  if (names.size() == 1 && outputs.size() == 1) {
    if (const Tensor* length = inputs.find(names[0] + kLengthEnd)) {
      const Padded out = (*this)(Padded{select_inputs(*this, inputs)[0], *length});
      NamedTensors result = {{outputs[0], out.values}};
      if (out.length.defined()) result.set(outputs[0] + kLengthEnd, out.length);
      return result;
    }
  }
  for (const std::string& name : names) {
    const std::string length = name + kLengthEnd;
    if (!inputs.contains(length) || std::find(names.begin(), names.end(), length) != names.end()) continue;
    throw ValueError(fmt::format(
        "{}: '{}' is padded, and '{}' is not among the inputs ({}), so that padding would be taken "
        "for data; name it in input_names",
        describe(), name, length, fmt::join(names, ", ")));
  }
  return {outputs, (*this)(select_inputs(*this, inputs))};
}

Padded Module::forward_padded(const Padded&) const {
  throw ValueError(
      "it does not say what it does with padded positions; override forward_padded, or give it values "
      "without "
      "lengths");
}

}  // namespace luge::nn
