#include "experiment/target_units.h"

#include <algorithm>
#include <cmath>

#include "experiment/in_units.h"
#include "experiment/task.h"
#include "luge/loss/loss.h"
#include "luge/nn/sequential.h"

namespace luge::experiment {

bool reads_target(const train::Needs& needs) {
  return std::any_of(needs.begin(), needs.end(),
                     [](const train::Need& need) { return need.field == data::kTarget; });
}

data::Affine target_units(const Config& config, const models::Entry& entry, const train::Task& task,
                          const DataSet& data, const data::Dataset& fit) {
  const auto learns_numbers = [](const loss::Loss& loss) { return loss.outputs() == OutputKind::values; };
  if (!reads_target(task.needs())) return {};
  const data::Info& info = data.train.info();
  const bool table_of_numbers = !info.features.empty() && info.target() && !is_integer(info.target()->dtype);
  if (!table_of_numbers || !learns_numbers(chosen_loss(config)) ||
      learns_numbers(loss::named(entry.defaults.loss)))
    return {};
  double sum = 0, squares = 0;
  for (const data::Sample& sample : fit) sum += sample.target.as<float>()[0];
  const double count = static_cast<double>(fit.size()), mean = sum / count;
  for (const data::Sample& sample : fit) {
    const double apart = sample.target.as<float>()[0] - mean;
    squares += apart * apart;
  }
  const double deviation = std::sqrt(squares / count);
  return {{static_cast<float>(mean)}, {deviation > 0 ? static_cast<float>(1 / deviation) : 1.0f}};
}

void learn_in(const nn::Model& net, const data::Affine& units) {
  if (units == data::Affine{}) return;
  if (const auto* layers = dynamic_cast<const nn::Sequential*>(net.operator->()))
    nn::Sequential(*layers).add("in_units", InUnits(1 / units.scale[0], units.offset[0]));
}

}  // namespace luge::experiment
