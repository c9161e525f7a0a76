#include "experiment/measure.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "luge/error.h"

namespace luge::experiment {

bool tells_classes(const nn::Metadata& metadata, const data::Dataset& samples) {
  const data::Field* target = samples.info().target();
  const bool classes = is_by_class(metadata.output) || is_binary(metadata.output);
  return classes && target && target->fixed() && target->shape.elements() == 1;
}

bool tells_numbers(const nn::Metadata& metadata, const data::Dataset& samples) {
  const data::Field* target = samples.info().target();
  return metadata.output == OutputKind::values && target && target->fixed() && is_floating(target->dtype);
}

namespace {

std::int64_t label_in(const data::HostArray& target) {
  return target.field.dtype == DType::f32 ? std::lround(target.as<float>()[0])
                                          : target.as<std::int64_t>()[0];
}

// Targets alone: pictures are not decoded again, and texts have no input yet.
data::Dataset targets_of(const data::Dataset& samples) {
  return samples.fields({std::string(data::kTarget)});
}

}  // namespace

std::int64_t label_of(const data::Sample& sample) { return label_in(sample.target); }

std::size_t guess_of(std::span<const float> row) {
  if (row.size() == 1) return row[0] > 0.5f;
  return static_cast<std::size_t>(std::max_element(row.begin(), row.end()) - row.begin());
}

bool is_no_answer(std::span<const float> row) {
  return std::any_of(row.begin(), row.end(), [](float x) { return std::isnan(x); });
}

std::vector<double> sample_weights(const data::Dataset& samples) {
  constexpr const char* kWeight = "weight";
  std::vector<double> weights;
  const auto field = samples.info().fields.find(kWeight);
  if (!field || samples.info().fields[*field].shape.rank() != 0) return weights;
  const data::Dataset alone = samples.fields({kWeight});
  for (std::int64_t i = 0; i < alone.size(); ++i)
    weights.push_back(static_cast<double>(alone.record(i)[kWeight].as<float>()[0]));
  return weights;
}

Classified classify(const data::Dataset& samples, const Answers& answers) {
  const std::size_t classes = answers.width == 1 ? 2 : static_cast<std::size_t>(answers.width);
  Classified result;
  result.confusion.assign(classes, std::vector<std::int64_t>(classes));
  result.samples = samples.size();
  const std::vector<double> weights = sample_weights(samples);
  double all = 0, cost = 0, hit = 0;  // by weight
  const data::Dataset targets = targets_of(samples);
  for (std::int64_t i = 0; i < samples.size(); ++i) {
    const std::int64_t label = label_in(targets.record(i)[data::kTarget]);
    if (label < 0 || label >= static_cast<std::int64_t>(classes)) {
      throw IndexError(
          fmt::format("{}: label {} is not a class; expected 0 to {}", samples.where(i), label, classes - 1));
    }
    const auto row = answers.row(i);
    const bool binary = row.size() == 1;
    const std::size_t guess = guess_of(row);
    const double p = binary ? (label == 1 ? row[0] : 1 - row[0]) : row[static_cast<std::size_t>(label)];
    const double own_cost = -std::log(std::max(p, 1e-38));
    result.loss += own_cost / static_cast<double>(samples.size());
    const double weight = weights.empty() ? 0 : weights[static_cast<std::size_t>(i)];
    all += weight;
    cost += weight * own_cost;
    if (is_no_answer(row)) continue;
    if (guess == static_cast<std::size_t>(label)) hit += weight;
    ++result.confusion[static_cast<std::size_t>(label)][guess];
  }
  if (all > 0) result.weighted = {cost / all, hit / all};
  return result;
}

Fitted fit_of(const data::Dataset& samples, const Answers& answers) {
  double squares = 0, absolute = 0, sum = 0, sum_of_squares = 0;
  std::int64_t count = 0;
  const std::vector<double> weights = sample_weights(samples);
  double all = 0, weighted = 0;
  const data::Dataset targets = targets_of(samples);
  for (std::int64_t i = 0; i < samples.size(); ++i) {
    const double weight = weights.empty() ? 0 : weights[static_cast<std::size_t>(i)];
    const data::HostArray own = targets.record(i)[data::kTarget];
    const auto target = own.as<float>();
    for (std::size_t k = 0; k < target.size(); ++k, ++count) {
      const double t = target[k], error = t - answers.row(i)[k];
      squares += error * error;
      weighted += weight * error * error;
      all += weight;
      absolute += std::abs(error);
      sum += t;
      sum_of_squares += t * t;
    }
  }
  const double n = static_cast<double>(std::max<std::int64_t>(count, 1)),
               variance = sum_of_squares / n - sum * sum / (n * n);
  const double mse = squares / n;
  return {mse, absolute / n, variance > 0 ? 1 - mse / variance : 0.0, variance,
          all > 0 ? std::optional(weighted / all) : std::nullopt};
}

}  // namespace luge::experiment
