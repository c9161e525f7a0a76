// Which layer reads which: what Branches and network files check.

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

#include "core/nearest.h"
#include "luge/nn/branches.h"
#include "luge/nn/merge.h"

namespace luge::nn {
namespace {

using In = BranchProblem::In;
using Names = std::vector<std::string>;

bool has(const Names& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

Names names_of(const std::vector<Branch>& layers) {
  Names names;
  for (const Branch& each : layers) names.push_back(each.name);
  return names;
}

// The names of what each layer reads: those that are left out are filled in.
std::vector<Names> filled_from(const std::vector<Branch>& layers, const BranchesOptions& options) {
  std::vector<Names> all;
  for (std::size_t k = 0; k < layers.size(); ++k) {
    Names from = layers[k].from;
    if (from.empty() && k > 0) from = {layers[k - 1].name};
    if (from.empty() && options.inputs.size() == 1) from = options.inputs;
    all.push_back(std::move(from));
  }
  return all;
}

std::optional<BranchProblem> wrong_name(const std::vector<Branch>& layers, const BranchesOptions& options) {
  Names known;
  const auto wrong = [&](const std::string& name) -> std::optional<std::string> {
    if (name.empty() || name.find('.') != std::string::npos)
      return fmt::format("'{}' cannot be a name; expected one without dots, not empty", name);
    if (has(known, name)) return fmt::format("the name '{}' is given twice", name);
    known.push_back(name);
    return std::nullopt;
  };
  for (std::size_t k = 0; k < options.inputs.size(); ++k) {
    if (auto text = wrong(options.inputs[k])) return BranchProblem{In::inputs, k, *text};
  }
  for (std::size_t k = 0; k < layers.size(); ++k) {
    if (auto text = wrong(layers[k].name)) return BranchProblem{In::layer, k, *text};
  }
  return std::nullopt;
}

// The names on the way from `layer` back to `wanted` through `from`, if there is one.
std::optional<Names> way_back(const std::vector<Branch>& layers, const Names& names,
                              const std::vector<Names>& from, const std::string& layer,
                              const std::string& wanted, std::set<std::string>& seen) {
  const auto at = static_cast<std::size_t>(std::find(names.begin(), names.end(), layer) - names.begin());
  if (at == layers.size() || !seen.insert(layer).second) return std::nullopt;
  for (const std::string& each : from[at]) {
    if (each == wanted) return Names{layer, wanted};
    if (auto rest = way_back(layers, names, from, each, wanted, seen)) {
      rest->insert(rest->begin(), layer);
      return rest;
    }
  }
  return std::nullopt;
}

std::optional<std::string> wrong_source(const std::vector<Branch>& layers, const BranchesOptions& options,
                                        const std::vector<Names>& from, std::size_t k,
                                        const std::string& source) {
  const Names names = names_of(layers);
  if (source == layers[k].name) return fmt::format("from names the layer itself, '{}'", source);
  Names earlier = options.inputs;
  earlier.insert(earlier.end(), names.begin(), names.begin() + static_cast<std::ptrdiff_t>(k));
  if (has(earlier, source)) return std::nullopt;
  if (!has(names, source))
    return fmt::format("from names '{}', which does not exist{}", source, suggestion(source, earlier));
  std::set<std::string> seen;
  if (auto way = way_back(layers, names, from, source, layers[k].name, seen)) {
    way->insert(way->begin(), layers[k].name);
    return fmt::format("from makes a cycle: {} (each reads the next); expected only earlier layers",
                       fmt::join(*way, ", "));
  }
  return fmt::format("from names '{}', which comes later; expected earlier layers, so move it up", source);
}

// How many inputs a layer takes, when `given` is wrong.
std::optional<std::string> wrong_count(const Model& layer, std::size_t given) {
  const Names names = layer->input_names();
  if (dynamic_cast<const Merge*>(&*layer)) {
    if (given >= 2) return std::nullopt;
    return fmt::format("it takes at least 2 inputs, and reads {}; name them: from = [\"a\", \"b\"]", given);
  }
  if (given == names.size()) return std::nullopt;
  return names.size() == 1
             ? fmt::format("it takes 1 input, and reads {}; join them first, with add or concat", given)
             : fmt::format("it takes {} inputs ({}), and reads {}", names.size(), fmt::join(names, ", "),
                           given);
}

std::optional<BranchProblem> wrong_outputs(const std::vector<Branch>& layers,
                                           const BranchesOptions& options) {
  const Names names = names_of(layers);
  Names seen;
  for (const std::string& output : options.outputs) {
    if (!has(names, output))
      return BranchProblem{
          In::outputs, 0,
          fmt::format("outputs name '{}', which is not a layer{}", output, suggestion(output, names))};
    if (has(seen, output))
      return BranchProblem{In::outputs, 0, fmt::format("outputs name '{}' twice", output)};
    seen.push_back(output);
  }
  return std::nullopt;
}

}  // namespace

std::optional<BranchProblem> problem_of(const std::vector<Branch>& layers, const BranchesOptions& options) {
  if (options.inputs.empty()) return BranchProblem{In::inputs, 0, "there are no inputs"};
  if (layers.empty()) return BranchProblem{In::outputs, 0, "there are no layers"};
  if (auto problem = wrong_name(layers, options)) return problem;
  if (auto problem = wrong_outputs(layers, options)) return problem;
  const std::vector<Names> from = filled_from(layers, options);
  std::set<std::string> read(options.outputs.begin(), options.outputs.end());
  if (read.empty()) read.insert(layers.back().name);
  for (std::size_t k = 0; k < layers.size(); ++k) {
    if (from[k].empty()) {
      return BranchProblem{In::layer, k,
                           fmt::format("it does not say which of the inputs it reads: from = {}",
                                       fmt::join(options.inputs, " or "))};
    }
    for (const std::string& source : from[k]) {
      if (auto text = wrong_source(layers, options, from, k, source))
        return BranchProblem{In::from, k, *text};
      read.insert(source);
    }
    if (auto text = wrong_count(layers[k].layer, from[k].size()))
      return BranchProblem{layers[k].from.empty() ? In::layer : In::from, k, *text};
    if (const Names outputs = layers[k].layer->output_names(); outputs.size() != 1) {
      return BranchProblem{
          In::layer, k,
          fmt::format("it has {} outputs ({}); expected one", outputs.size(), fmt::join(outputs, ", "))};
    }
  }
  for (std::size_t k = 0; k < options.inputs.size(); ++k) {
    if (!read.contains(options.inputs[k]))
      return BranchProblem{In::inputs, k, fmt::format("no layer reads the input '{}'", options.inputs[k])};
  }
  for (std::size_t k = 0; k < layers.size(); ++k) {
    if (!read.contains(layers[k].name))
      return BranchProblem{In::layer, k,
                           "nothing reads its result; name it in `from` of a later layer, or in `outputs`"};
  }
  return std::nullopt;
}

}  // namespace luge::nn
