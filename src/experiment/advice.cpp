#include "experiment/advice.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <optional>
#include <vector>

#include "core/draws_kept.h"
#include "experiment/network_entry.h"
#include "experiment/pictures.h"
#include "experiment/task.h"
#include "luge/data/picture_fields.h"
#include "luge/nn/observe.h"
#include "luge/ops/shape.h"
#include "luge/tasks/registry.h"

namespace luge::experiment {
namespace {

std::string data_of(const Config& config, const data::Info& info) {
  return config.knows("data.name") && config.has("data.name") ? config.text("data.name") : info.name;
}

struct Taken {
  Shape output;  // of one sample
  std::int64_t parameters;
};

// What the model makes of one such sample, as types alone; nothing where it does not take it.
std::optional<Taken> taken(const models::Entry& entry, const Shape& sample, std::int64_t outputs) {
  try {
    const nn::TypesAlone types;
    const DrawsKept draws;
    const nn::Model net = entry.make(outputs > 0 ? outputs : entry.outputs);
    Taken made{net(Tensors{zeros(sample.inserted(0, 1), entry.dtype)}).at(0).shape(), 0};
    for (const Variable& each : net->parameters()) made.parameters += each.shape().elements();
    return made;
  } catch (const Error&) {
    return std::nullopt;
  }
}

// The input before or after a recipe.
const data::Field* input_of(const data::Info& info) {
  for (const std::string_view name : {data::kInput, data::kImage}) {
    if (const auto found = info.fields.find(std::string(name))) return &info.fields[*found];
  }
  return nullptr;
}

// Shapes that a model may take instead. A network file takes what it says. One of the gallery may take other
// colors, sizes that can be halved often, usual ones, and takes what it is made for.
std::vector<Shape> other_shapes(const models::Entry& entry, const Shape& shape) {
  const bool declared = entry.input.rank() == 3 && entry.input.known();
  if (const auto gallery = models::names(); std::ranges::find(gallery, entry.name) == gallery.end())
    return declared ? std::vector<Shape>{entry.input} : std::vector<Shape>();
  std::vector<Shape> all = {{1, shape[1], shape[2]}, {3, shape[1], shape[2]}};
  std::vector<std::pair<std::int64_t, std::int64_t>> sizes;
  for (const std::int64_t step : {8, 16, 32})
    sizes.emplace_back((shape[1] + step - 1) / step * step, (shape[2] + step - 1) / step * step);
  for (const std::int64_t side : {64, 128, 224, 256}) sizes.emplace_back(side, side);
  std::ranges::stable_sort(sizes);
  for (const auto& [height, width] : sizes) {
    for (const std::int64_t channels : {shape[0], std::int64_t{1}, std::int64_t{3}})
      all.push_back({channels, height, width});
  }
  if (declared) all.push_back(entry.input);
  return all;
}

// Size and colors with which the model takes the pictures, as keys.
std::string keys_for(const models::Entry& entry, const data::Info& info, std::int64_t outputs) {
  const data::Field* input = input_of(info);
  if (!input || !is_picture(input->shape) || !input->shape.known()) return "";
  const Shape& shape = input->shape;
  const bool annotated = info.fields.find(data::kMask) || (info.target() && info.target()->shape.rank() >= 2);
  for (const Shape& other : other_shapes(entry, shape)) {
    const bool resized = other[1] != shape[1] || other[2] != shape[2], recolored = other[0] != shape[0];
    if ((!resized && !recolored) || (annotated && recolored) || (recolored && other[0] != 1 && other[0] != 3))
      continue;
    if (!taken(entry, other, outputs)) continue;
    const std::string size =
        other[1] == other[2] ? std::to_string(other[1]) : fmt::format("{}x{}", other[1], other[2]);
    std::string keys;
    if (resized)
      keys += annotated ? fmt::format(" augment=letterbox augment.letterbox.size={}", size)
                        : fmt::format(" data.size={}", size);
    if (recolored) keys += fmt::format(" data.color_mode={}", other[0] == 1 ? "gray" : "rgb");
    return keys;
  }
  return "";
}

std::string command(const Config& config, const data::Info& info, const std::string& model,
                    const std::string& keys) {
  return fmt::format("`luge train model={} data={}{}`", model, data_of(config, info), keys);
}

// The command for the smallest of the models that are made for a task and take such samples, before all for
// one that is made for as many axes; else for one that takes them with keys that change the pictures.
std::string command_for(const Config& config, const std::string& task, const data::Info& info,
                        std::int64_t outputs) {
  const data::Field* input = input_of(info);
  const bool known = input && !input->text && input->shape.known();
  std::string best;
  auto smallest = std::pair(true, std::numeric_limits<std::int64_t>::max());
  for (const std::string& name : models::names()) {
    const models::Entry entry = models::find(name);
    if (own_task(entry) != task) continue;
    const std::optional<Taken> made =
        known ? taken(entry, input->shape, outputs) : std::optional(Taken{Shape(), 0});
    const bool other_axes = known && entry.input.rank() != input->shape.rank();
    if (made && std::pair(other_axes, made->parameters) < smallest)
      best = name, smallest = {other_axes, made->parameters};
  }
  for (const std::string& name : best.empty() ? models::names() : std::vector<std::string>()) {
    const models::Entry entry = models::find(name);
    if (own_task(entry) != task) continue;
    if (const std::string keys = keys_for(entry, info, outputs); !keys.empty())
      return command(config, info, name, keys);
  }
  return best.empty() ? "" : command(config, info, best, "");
}

}  // namespace

std::string what_learns(const Config& config, const data::Info& info, std::string_view usual) {
  for (const std::string& task : tasks::for_data(info, usual)) {
    const std::string own = command_for(config, task, info, std::ssize(info.classes));
    if (!own.empty()) return fmt::format("{} learns task={} from it", own, task);
  }
  return "`luge list tasks` shows what can be learned from which data";
}

bool takes_samples(const models::Entry& entry, const data::Info& info, std::int64_t outputs) {
  const data::Field* input = input_of(info);
  return input && input->shape.known() && taken(entry, input->shape, outputs);
}

void refuse_unfit(const Config& config, const models::Entry& entry, const std::string& task,
                  const data::Info& info, std::int64_t outputs, const std::string& problem) {
  const std::string learns = own_task(entry);
  std::string instead;
  if (learns == task && config.knows("data.name")) {
    if (const std::string keys = keys_for(entry, info, outputs); !keys.empty())
      instead = fmt::format("; {} makes pictures of them that it takes",
                            command(config, info, config.text("model.name"), keys));
  }
  if (instead.empty() && config.knows("data.name")) {
    const std::string other = command_for(config, task, info, outputs);
    if (!other.empty()) instead = fmt::format("; {} learns task={} from them", other, task);
  }
  throw ShapeError(fmt::format("task={}: model={}{} does not fit {}, whose samples are {}: {}{}", task,
                               entry.name,
                               learns == task ? "" : fmt::format(", which learns task={},", learns),
                               config.knows("data.name") ? info.name : "such inputs",
                               info.input().shape.to_string(), problem, instead));
}

void check_ids(const Config& config, const models::Entry& entry, const std::string& task,
               const data::Info& info, std::int64_t outputs) {
  const data::Field* input = input_of(info);
  if (!input || !is_integer(entry.dtype) || is_integer(input->dtype) || own_task(entry) == task) return;
  refuse_unfit(
      config, entry, task, info, outputs,
      fmt::format("it reads ids, which are whole numbers, and these are {} (a column of texts is read with "
                  "data.reader=text-table)",
                  name(input->dtype)));
}

void check_outputs(const Config& config, const models::Entry& entry, const std::string& task,
                   const data::Info& info, std::int64_t outputs) {
  const data::Field* target = info.target();
  const bool labels = target && target->shape.rank() == 0 && is_integer(target->dtype);
  const bool sure = own_task(entry) == task && !is_network_file(config.text("model.name"));
  if (sure || !labels || !info.input().shape.known()) return;
  const auto made = taken(entry, info.input().shape, outputs);
  if (!made || made->output.rank() <= 2) return;
  refuse_unfit(config, entry, task, info, outputs,
               fmt::format("it gives {} for a sample, which has one label", made->output.to_string()));
}

}  // namespace luge::experiment
