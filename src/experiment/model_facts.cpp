#include "experiment/model_facts.h"

#include <unistd.h>

#include <algorithm>
#include <fstream>

#include "core/instruction_sets.h"
#include "core/threads.h"
#include "experiment/planned_step.h"
#include "luge/nn/layer_links.h"
#include "luge/nn/summary.h"

namespace luge::experiment {
namespace {

using Json = nlohmann::ordered_json;

std::string processor_name() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);) {
    const auto colon = line.find(": ");
    if (line.starts_with("model name") && colon != std::string::npos) return line.substr(colon + 2);
  }
  return "";
}

Json machine() {
  char host[256] = "";
  ::gethostname(host, sizeof host - 1);
  Json sets = Json::array();
  for (const std::string_view set : instruction_sets()) sets.push_back(set);
  return {{"host", host},
          {"processor", processor_name()},
          {"processors", processors()},
          {"threads", thread_count()},
          {"instruction_sets", std::move(sets)},
          {"memory_bytes", static_cast<std::int64_t>(::sysconf(_SC_PHYS_PAGES)) * ::sysconf(_SC_PAGESIZE)},
          {"version", LUGE_VERSION}};
}

Json plan(const Run::State& run) {
  const data::Info& info = run.training.parts.fit.info();
  if (std::any_of(info.fields.begin(), info.fields.end(),
                  [](const auto& field) { return !field.second.fixed(); }))
    return nullptr;
  const std::int64_t rows =
      std::min<std::int64_t>(run.training.batches.batch_size(), run.training.parts.fit.size());
  const PlanInfo plan = run.trainer.plan(empty_batch(info, rows));
  return {{"batch", rows},
          {"peak_bytes", plan.arena_bytes + plan.state_bytes + plan.input_bytes},
          {"arena_bytes", plan.arena_bytes},
          {"workspace_bytes", plan.workspace_bytes},
          {"state_bytes", plan.state_bytes},
          {"input_bytes", plan.input_bytes},
          {"kernel_calls", plan.steps}};
}

bool has_several_inputs(const nn::Module& net) { return net.input_names().size() > 1; }

}  // namespace

nn::Summary summary_for(const nn::Module& net, const data::Info& info) {
  return has_several_inputs(net) ? nn::summary(net) : nn::summary(net, info.input().shape);
}

Json model_facts(const Run::State& run) {
  const nn::Module& net = run.trainer.net();
  const data::Info& info = run.training.parts.fit.info();
  const Parts& parts = run.training.parts;
  const nn::Summary summary = summary_for(net, info);
  Json layers = Json::array(), links = Json::array();
  for (const nn::LayerSummary& layer : summary.layers) {
    layers.push_back({{"path", layer.path},
                      {"type", layer.type},
                      {"output", layer.output.to_string()},
                      {"parameters", layer.parameters},
                      {"trainable", layer.trainable},
                      {"macs", layer.macs},
                      {"bytes", layer.activation_bytes}});
  }
  for (const nn::LayerLink& link :
       has_several_inputs(net) ? nn::layer_links(net) : nn::layer_links(net, info.input().shape))
    links.push_back({link.from, link.to});
  Json facts = {{"name", net.metadata().name},
                {"input", info.input().shape.to_string()},
                {"samples", {{"training", parts.fit.size()}, {"validation", parts.valid.size()}}},
                {"parameters", summary.parameters},
                {"trainable", summary.trainable},
                {"macs", summary.macs},
                {"layers", std::move(layers)},
                {"links", std::move(links)},
                {"machine", machine()}};
  if (Json planned = plan(run); !planned.is_null()) facts["plan"] = std::move(planned);
  return facts;
}

}  // namespace luge::experiment
