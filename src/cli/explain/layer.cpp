// luge explain layer=NAME: what a layer makes of an input, and how many numbers it learns; of an activation,
// its curve.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "cli/explain/explainer.h"
#include "luge/nn/layers.h"
#include "luge/nn/summary.h"

namespace luge::cli {
namespace {

using Json = nlohmann::ordered_json;

Explained::Part sizes_of(const std::string& name, const Shape& input) {
  const nn::Model layer = nn::layer(name);
  const nn::Summary sizes = nn::summary(*layer, input);
  if (sizes.layers.empty()) throw ValueError(fmt::format("layer {} computes nothing", name));
  const Shape& output = sizes.layers.back().output;
  std::string text = fmt::format("For an input {} with its batch, the output is {}. It has {} parameters",
                                 input.to_string(), output.to_string(), sizes.parameters);
  text += fmt::format(" and does {} multiply-adds a sample.\n", sizes.macs);
  return {std::move(text),
          {{"input", input.to_string()},
           {"output_shape", output.to_string()},
           {"parameter_count", sizes.parameters},
           {"macs", sizes.macs}}};
}

bool is_activation(const std::string& name) {
  const std::vector<std::string> known = nn::activation_names();
  return std::ranges::find(known, name.substr(0, name.find('('))) != known.end();
}

Explained explain(const Arguments& arguments, const std::vector<std::string>& names,
                  const ExplainOptions& options) {
  Explained explained;
  if (std::ranges::all_of(names, is_activation)) explained = explain_activations(names);
  if (options.input.empty()) return explained;
  explained.parts.resize(names.size());
  for (std::size_t k = 0; k < names.size(); ++k) {
    Explained::Part part = sizes_of(names[k], Shape(arguments.extents("input")));
    explained.parts[k].text += (explained.parts[k].text.empty() ? "" : "\n") + part.text;
    explained.parts[k].json.update(part.json);
  }
  return explained;
}

const ExplainerRegistration registration_layer({"layer", {"input"}, explain});

}  // namespace
}  // namespace luge::cli
