// What the tasks share that find boxes in pictures.
#pragma once

#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "luge/data/picture_fields.h"
#include "luge/error.h"
#include "luge/metrics/suppression.h"
#include "tasks/detection/grid.h"
#include "tasks/detection/truths.h"
#include "tasks/learning.h"

template <>
struct luge::options::Names<luge::metrics::Suppression> {
  static constexpr std::pair<luge::metrics::Suppression, const char*> all[] = {
      {luge::metrics::Suppression::greedy, "greedy"},
      {luge::metrics::Suppression::distance, "distance"},
      {luge::metrics::Suppression::soft, "soft"}};
};

namespace luge::tasks {

/// The options that all of them have.
struct DetectorOptions : ScaledOptions {
  double score = 0.25, overlap = 0.45;
  metrics::Suppression suppression = metrics::Suppression::greedy;
  std::int64_t most = 300;
  static void common(auto& self, auto&& field) {
    ScaledOptions::common(self, field);
    field("score", self.score, "the score from which a detection is told", options::within(0, 1),
          options::elsewhere({"conf", "confidence", "conf_thres"}));
    field("overlap", self.overlap, "the overlap (iou) above which the less sure of two detections goes",
          options::within(0, 1), options::elsewhere({"iou", "nms", "iou_thres"}));
    field("suppression", self.suppression, "what happens to detections that overlap surer ones");
    field("most", self.most, "how many detections of a picture are told, the surest", options::at_least(1),
          options::elsewhere({"max_det"}));
  }
};

/// The data that they need, before the recipe renames the picture.
train::Needs detector_needs(std::string_view picture);

/// Where the true boxes are known, detections are measured: an average precision needs the unsure ones, too.
metrics::SuppressionOptions suppression_of(const DetectorOptions& options, const data::HostBatch& batch);

/// Throws ValueError when a task that was published with one loss is given another one.
void check_fixed_loss(const std::string& who, const std::string& loss, const std::string& published);

/// Rows of outputs as numbers in host memory, in the order of the outputs.
class HostMaps {
 public:
  HostMaps(const std::string& who, const NamedTensors& outputs, std::int64_t rows);
  std::span<const float> operator()(std::size_t output, std::int64_t row) const { return maps_[output][row]; }

 private:
  std::vector<Rows> maps_;
};

/// A registered task that finds boxes. Self has kName, kDescription and
///   Candidates found(const HostMaps& maps, const std::vector<Shape>& outputs, const Shape& pictures,
///                    std::int64_t row, double score) const;
template <class Self, class Options>
class Detector : public TaskWith<Self, Options> {
 public:
  using TaskWith<Self, Options>::TaskWith;
  static train::Needs data_needs() { return detector_needs(data::kImage); }
  train::Needs needs() const override { return detector_needs(data::kInput); }

  std::vector<train::Measure> metrics() const override { return {}; }  // of boxes there are host metrics only
  std::function<void(const data::HostBatch&)> checks(const nn::Model& net,
                                                     const data::HostBatch&) const override {
    const auto classes = static_cast<std::int64_t>(net->metadata().classes.size());
    return [classes](const data::HostBatch& batch) {
      if (batch.values.contains(data::kBoxes)) check_truths(Self::kName, batch, classes);
    };
  }

  // "boxes" f32[n,4] in pixels of the picture that the network saw, "scores" f32[n] and "labels" i64[n].
  std::vector<data::Record> interpret(const NamedTensors& outputs,
                                      const data::HostBatch& batch) const override {
    const HostMaps maps(Self::kName, outputs, batch.rows);
    const metrics::SuppressionOptions rule = suppression_of(this->options_, batch);
    const std::vector<Shape> shapes = shapes_of(outputs);
    const Shape& pictures = batch.input().field.shape;
    std::vector<data::Record> records;
    for (std::int64_t row = 0; row < batch.rows; ++row) {
      const Candidates all = static_cast<const Self&>(*this).found(maps, shapes, pictures, row, rule.score);
      records.push_back(detections(all, pictures, rule));
    }
    return records;
  }

 protected:
  std::vector<std::string> interpreted() const override {
    return {std::string(data::kBoxes), "scores", std::string(data::kLabels)};
  }
  // The picture becomes the input and is scaled.
  data::Recipe picture_recipe(const data::Info& info) const {
    if (!info.fields.find(data::kImage)) return input_scaling(this->options_.scaling, info);
    const data::Recipe names({data::steps::rename(std::string(data::kImage), std::string(data::kInput))});
    return names.then(input_scaling(this->options_.scaling, info.fields.at(std::string(data::kImage))));
  }
};

inline float logistic(float x) { return 1 / (1 + std::exp(-x)); }

}  // namespace luge::tasks
