// The task of learning targets from inputs with one loss.
#include <fmt/format.h>

#include "luge/graph.h"
#include "luge/nn/observe.h"
#include "luge/train/task.h"
#include "train/targets.h"

namespace luge::train {
namespace {

constexpr std::string_view kWeight = "weight";  // of samples, where the data has them

class Supervised final : public Task {
 public:
  Supervised(loss::Loss loss, std::vector<metrics::Metric> metrics)
      : loss_(std::move(loss)), metrics_(std::move(metrics)) {}

  std::string name() const override { return "supervised"; }
  std::string options() const override { return fmt::format("{{\"loss\":\"{}\"}}", loss_.name()); }
  Needs needs() const override { return {{std::string(data::kTarget), "the targets"}}; }

  std::vector<Objective> objectives(const nn::Model&) const override {
    return {{.describes = loss_.name(), .loss = [loss = loss_](const Pass& pass) {
               const Tensor weight = pass.batch().contains(kWeight) ? pass[kWeight] : Tensor();
               return LossTerm::of(loss, pass.output(), pass[data::kTarget], weight);
             }}};
  }

  std::vector<Measure> metrics() const override {
    std::vector<Measure> all;
    for (const metrics::Metric& metric : metrics_) {
      all.push_back({metric, [loss = loss_](const metrics::Metric& own, const Pass& pass) {
                       const Tensor& target = pass[data::kTarget];
                       own.update(pass.output(), target, loss.counted(pass.output(), target));
                     }});
    }
    return all;
  }

  void describe(const data::Info&, nn::Metadata& metadata) const override {
    const std::string& loss = loss_.name();
    metadata.output = loss == "softmax_cross_entropy"  ? nn::Output::logits
                      : loss == "binary_cross_entropy" ? nn::Output::binary_logits
                                                       : nn::Output::values;
  }

  std::function<void(const data::HostBatch&)> checks(const nn::Model& net,
                                                     const data::HostBatch& first) const override {
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
