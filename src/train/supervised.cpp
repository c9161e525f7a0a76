// The task of learning targets from inputs with one loss.
#include <fmt/format.h>

#include "luge/error.h"
#include "luge/graph.h"
#include "luge/nn/observe.h"
#include "luge/ops/compare.h"
#include "luge/ops/math.h"
#include "luge/ops/shape.h"
#include "luge/train/task.h"
#include "train/outputs.h"
#include "train/targets.h"

namespace luge::train {
namespace {

// What a loss and a metric compare. What has weight 0 does not count; empty weights are 1.
struct Compared {
  Tensor prediction, target, weight;
};

// Of padded sequences each position is a sample. Those beyond the lengths have the weight 0.
Compared compared(const Pass& pass) {
  const auto& [name, prediction] = *pass.outputs().begin();
  const Tensor target = pass[data::kTarget];
  const Tensor weight = pass.sample_weight();
  const Tensor* const length = pass.outputs().find(name + kLengthEnd);
  if (!length) return {prediction, target, weight};
  if (target.rank() < 2) {
    throw ShapeError(fmt::format(
        "the network gives an output {} for each position, the data a target {} for each sequence; "
        "end the network with one output for a sequence (last_only, GlobalAvgPool)",
        prediction.shape().to_string(), target.shape().to_string()));
  }
  const Tensor mask = nn::sequence_mask(*length, prediction);
  const Tensor each = weight.defined() ? where(mask, unsqueeze(weight, 1), 0) : cast(mask, f32);
  return {flatten(prediction, 0, 1), flatten(target, 0, 1), flatten(each)};
}

// The same for metrics: of mixed targets they see the label with the largest share.
Compared measured(const Pass& pass) {
  Compared of = compared(pass);
  const std::string label = std::string(data::kTarget) + std::string(data::kLabelEnd);
  if (pass.training() && pass.batch().contains(label)) of.target = pass[label];
  return of;
}

class Supervised final : public Task {
 public:
  Supervised(loss::Loss loss, std::vector<metrics::Metric> metrics)
      : loss_(std::move(loss)), metrics_(std::move(metrics)) {}

  std::string name() const override { return "supervised"; }
  std::string options() const override { return fmt::format("{{\"loss\":\"{}\"}}", loss_.name()); }
  Needs needs() const override { return {{std::string(data::kTarget), "the targets"}}; }

  std::vector<Objective> objectives(const nn::Model&) const override {
    return {{.describes = loss_.name(), .loss = [loss = loss_](const Pass& pass) {
               const Compared of = compared(pass);
               return LossTerm::of(loss, of.prediction, of.target, of.weight);
             }}};
  }

  std::vector<Measure> metrics() const override {
    std::vector<Measure> all;
    for (const metrics::Metric& metric : metrics_) {
      all.push_back(
          {metric.of_outputs(loss_.outputs()), [loss = loss_](const metrics::Metric& own, const Pass& pass) {
             const Compared of = measured(pass);
             own.update(of.prediction, of.target, loss.counted(of.prediction, of.target, of.weight));
           }});
    }
    return all;
  }

  void describe(const data::Info& info, nn::Metadata& metadata) const override {
    const bool classes = !info.classes.empty() || (info.target() && !is_floating(info.target()->dtype));
    for (const metrics::Metric& metric : metrics_)
      metrics::check_measures(metric.name(), metric.measures(), loss_.outputs(), classes);
    metadata.output = loss_.outputs();
  }

  std::function<void(const data::HostBatch&)> checks(const nn::Model& net,
                                                     const data::HostBatch& first) const override {
    check_outputs(net, loss_, first);
    const nn::Probe probe(*net, true);
    Tensors inputs;
    for (const std::string& name : net->input_names()) {
      const data::Field& field = first.values[name].field;
      inputs.push_back(graph::placeholder(field.dtype, field.shape, name));
    }
    const loss::Targets expected = loss_.targets(net(inputs).at(0).shape(), first.target().field.shape);
    return [expected](const data::HostBatch& batch) { check_targets(batch, expected); };
  }

 private:
  loss::Loss loss_;
  std::vector<metrics::Metric> metrics_;
};

}  // namespace

TaskRef supervised(loss::Loss loss, std::vector<metrics::Metric> metrics) {
  return std::make_shared<Supervised>(std::move(loss), std::move(metrics));
}

}  // namespace luge::train
