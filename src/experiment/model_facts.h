// model.json of a run: the layers of its network and how they are linked, the memory of a step, the machine.
#pragma once

#include <nlohmann/json.hpp>

#include "experiment/run_state.h"
#include "luge/nn/summary.h"

namespace luge::experiment {

/// {"name", "input", "samples", "parameters", "macs", "layers": [...], "links": [...], "plan", "machine"}.
/// "plan" is missing where the batches of a training differ in shape.
nlohmann::ordered_json model_facts(const Run::State& run);
/// The sizes of the layers for such samples, of a network with several inputs for those that it was prepared
/// for.
nn::Summary summary_for(const nn::Module& net, const data::Info& info);

}  // namespace luge::experiment
