#include "experiment/init_weights.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <filesystem>
#include <map>

#include "experiment/runs.h"
#include "luge/io/model_file.h"

namespace luge::experiment {
namespace fs = std::filesystem;
namespace {

std::vector<nn::NamedVariable> state_of(const nn::Module& net) {
  auto all = net.named_parameters();
  for (nn::NamedVariable& buffer : net.named_buffers()) all.push_back(std::move(buffer));
  return all;
}

std::string layer_of(const std::string& name) { return name.substr(0, name.rfind('.')); }

struct Match {
  std::vector<std::pair<Variable, Tensor>> values;
  std::vector<std::string> missing, extra, head, other_shapes;
};

// The last layer is the one whose parameters come last.
Match match(const nn::Module& net, const nn::Module& file) {
  std::map<std::string, Variable> saved;
  for (const auto& [name, variable] : state_of(file)) saved.emplace(name, variable);
  const std::string last = layer_of(net.named_parameters().back().name);
  Match found;
  for (const auto& [name, variable] : state_of(net)) {
    const auto from = saved.find(name);
    if (from == saved.end()) {
      found.missing.push_back(name);
      continue;
    }
    const Tensor value = from->second.value();
    saved.erase(from);
    if (value.shape() == variable.shape() && value.dtype() == variable.dtype()) {
      found.values.emplace_back(variable, value);
      continue;
    }
    auto& list =
        layer_of(name) == last && value.rank() == variable.shape().rank() ? found.head : found.other_shapes;
    list.push_back(fmt::format("{} ({} in the file, {} here)", name, value.shape().to_string(),
                               variable.shape().to_string()));
  }
  for (const auto& [name, variable] : saved) found.extra.push_back(name);
  return found;
}

void check(const Match& found, const std::string& path) {
  if (found.missing.empty() && found.extra.empty() && found.other_shapes.empty()) return;
  std::string text = fmt::format("init: {}: made by another model;", path);
  for (const auto& [what, names] : {std::pair{"missing", &found.missing},
                                    {"extra", &found.extra},
                                    {"of another shape", &found.other_shapes}}) {
    if (!names->empty()) text += fmt::format(" {}: {};", what, fmt::join(*names, ", "));
  }
  throw FormatError(text + " nothing was loaded");
}

}  // namespace

void take_weights(const Config& config, train::Trainer& trainer, const Tell& tell) {
  const std::string path = model_file(config.text("model.init")).file.string();
  const nn::Loaded file = io::read_model(path).net;
  const Match found = match(trainer.net(), file);
  check(found, path);
  for (const auto& [variable, value] : found.values) {
    Variable target = variable;
    target.assign(value);
  }
  tell(fmt::format("init: {} tensors from {}", found.values.size(), path));
  if (found.head.empty()) return;
  tell(fmt::format("init: the last layer gets new weights, because its outputs differ: {}",
                   fmt::join(found.head, ", ")));
}

}  // namespace luge::experiment
