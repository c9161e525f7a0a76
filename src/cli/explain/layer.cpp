// luge explain layer=NAME: what a layer makes of an input, and how many numbers it learns; of an activation,
// its curve; of a layer for sequences, how gradients flow back through the steps.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "cli/explain/explainer.h"
#include "cli/explain/flow.h"
#include "luge/draw/curves.h"
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

Explained::Part part_of(const GradientFlow& flow) {
  std::string rows = fmt::format("{:>10}  {:>10}\n", "steps back", "gradient");
  const auto row = [&](std::size_t back) {
    rows += fmt::format("{:>10}  {:>10.3g}\n", back, flow.gradient[back]);
  };
  const std::size_t last = flow.distance.size() - 1;
  for (std::size_t back = 0; back < last; back = back < 2 ? back + 1 : 2 * back) row(back);
  row(last);
  return {
      fmt::format("The gradient of the last step's output by the inputs before it, with new weights:\n\n{}",
                  rows),
      {{"steps_back", flow.distance}, {"gradient", flow.gradient}}};
}

void add(Explained::Part& to, const Explained::Part& more) {
  to.text += (to.text.empty() ? "" : "\n") + more.text;
  to.json.update(more.json);
}

void add_flow(Explained& explained, const std::vector<std::string>& names, std::int64_t steps) {
  draw::Panel panel{.title = fmt::format("gradient back through {} steps", steps),
                    .lines = {},
                    .x_label = "steps before the last one",
                    .log_y = true};
  explained.parts.resize(names.size());
  for (std::size_t k = 0; k < names.size(); ++k) {
    const GradientFlow flow = gradient_flow(names[k], steps);
    add(explained.parts[k], part_of(flow));
    panel.lines.push_back({.label = names[k], .y = flow.gradient, .x = flow.distance});
  }
  explained.figure = [panel] { return draw::curves({panel}, {.width = 640, .height = 400}); };
}

Explained explain(const Arguments& arguments, const std::vector<std::string>& names,
                  const ExplainOptions& options) {
  Explained explained;
  if (std::ranges::all_of(names, is_activation)) explained = explain_activations(names);
  if (options.steps) add_flow(explained, names, *options.steps);
  if (options.input.empty()) return explained;
  explained.parts.resize(names.size());
  for (std::size_t k = 0; k < names.size(); ++k)
    add(explained.parts[k], sizes_of(names[k], Shape(arguments.extents("input"))));
  return explained;
}

const ExplainerRegistration registration_layer({"layer", {"input", "steps"}, explain});

}  // namespace
}  // namespace luge::cli
