#include "experiment/network_entry.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <span>

#include "core/draws_kept.h"
#include "experiment/network_defaults.h"
#include "io/files/atomic_file.h"
#include "io/files/input_file.h"
#include "luge/error.h"
#include "luge/nn/layers.h"
#include "luge/nn/network_file.h"
#include "luge/nn/observe.h"
#include "luge/nn/summary.h"
#include "luge/ops/shape.h"

namespace luge::experiment {
namespace fs = std::filesystem;
namespace {

constexpr const char* kKept = "net.toml";

// How many outputs a sample has: the features of a vector or of each position, the channels of a picture; 0
// where there is no such axis.
std::int64_t outputs_of(const nn::Model& net, const Shape& input, DType dtype) {
  const nn::TypesAlone types;
  const DrawsKept draws;
  const Shape output = net(zeros(input.inserted(0, 1), dtype)).shape();
  return output.rank() < 2 ? 0 : output[output.rank() > 3 ? 1 : output.rank() - 1];
}

const nn::Module* find(const nn::Module& net, std::string_view path) {
  const std::string_view name = path.substr(0, path.find('.'));
  for (const auto& [each, child] : net.children()) {
    if (each == name) return name == path ? child.get() : find(*child, path.substr(name.size() + 1));
  }
  return nullptr;
}

// The last layer one of whose options is this number, and its line: ", line 31: layer head: outputs is 9".
std::string layer_with(const nn::NetworkText& text, std::int64_t number) {
  for (auto at = text.lines.rbegin(); at != text.lines.rend(); ++at) {
    const nn::Module* layer = find(*text.net, at->first);
    const auto own = layer ? layer->text() : std::nullopt;
    if (!own) continue;
    for (const auto& [option, value] : own->values) {
      if (value == options::Value(number))
        return fmt::format(", line {}: layer {}: {} is {}", at->second, at->first, option, number);
    }
  }
  return fmt::format(": the network has {} outputs", number);
}

nn::NetworkText read(const std::string& path, std::int64_t outputs) {
  nn::NetworkText text = nn::from_toml(path, {.outputs = std::max<std::int64_t>(outputs, 1)});
  if (!text.takes_outputs || outputs > 0) return text;
  throw FormatError(fmt::format(
      "{}: the number of outputs is \"auto\", and the data does not say it; write outputs = 10, or "
      "what it is, into [defaults]",
      path));
}

// Tasks, batches and files of the command know one input, "input", and one output.
void check_ends(const nn::NetworkText& text) {
  const std::vector<std::string> inputs = text.net->input_names(), outputs = text.net->output_names();
  if (inputs == std::vector<std::string>{std::string(data::kInput)} && outputs.size() == 1) return;
  throw FormatError(fmt::format(
      "{}: the network has the input{} {} and the output{} {}; expected one input, called {}, and "
      "one output. luge summary shows others, and nn::from_toml reads them in a program",
      text.path, inputs.size() == 1 ? "" : "s", fmt::join(inputs, ", "), outputs.size() == 1 ? "" : "s",
      fmt::join(outputs, ", "), data::kInput));
}

}  // namespace

bool is_network_file(std::string_view model) {
  return model.find('/') != std::string_view::npos || model.ends_with(".toml");
}

models::Entry network_entry(const std::string& path) {
  const nn::NetworkText text = read(path, 1);
  check_ends(text);
  const NetworkDefaults defaults = read_defaults(text);
  const bool fixed = !text.takes_outputs && text.input.rank() > 0 && text.input.known();
  return {.name = text.name,
          .description = path,
          .input = text.input.rank() > 0 ? text.input : Shape{unknown},
          .outputs = fixed ? outputs_of(text.net, text.input, text.dtype) : defaults.outputs,
          .defaults = defaults.training,
          .make = [path](std::int64_t outputs) { return read(path, outputs).net; },
          .dtype = text.dtype};
}

void check_network(const Config& config, const data::Info& info, std::int64_t outputs) {
  const std::string path = config.text("model.name");
  if (!is_network_file(path)) return;
  const nn::NetworkText text = read(path, outputs);
  if (!info.fields.find(data::kInput)) return;
  const data::Field input = info.input();
  if (!input.shape.known()) return;
  text.check({{std::string(data::kInput), input.dtype, input.shape.inserted(0, unknown)}});
  const std::int64_t own = outputs_of(text.net, input.shape, input.dtype);
  if (own == 0 || outputs == 0 || own == outputs) return;
  throw ShapeError(fmt::format("{}{}; {} has samples that need {}: write {} there, or \"auto\"", path,
                               layer_with(text, own), info.name, outputs, outputs));
}

void keep_network(const Config& config, const io::RunDirectory& run) {
  const std::string path = config.text("model.name");
  if (!is_network_file(path)) return;
  const io::InputFile file(path);
  std::string content(file.size(), '\0');
  file.read(0, std::as_writable_bytes(std::span(content)));
  io::write_file(run.file(kKept), content);
}

void use_kept_network(Config& config, const fs::path& run) {
  std::error_code error;
  if (!config.given("model.name") || !is_network_file(config.text("model.name"))) return;
  if (fs::exists(run / kKept, error)) config.move("model.name", (run / kKept).string());
}

}  // namespace luge::experiment
