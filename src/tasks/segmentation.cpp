// segmentation: the class of each pixel.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "luge/error.h"
#include "luge/graph.h"
#include "luge/nn/observe.h"
#include "luge/ops/shape.h"
#include "tasks/learning.h"
#include "tasks/whole_pictures.h"
#include "train/targets.h"

namespace luge::tasks {
namespace {

constexpr const char *kImage = "image", *kMask = "mask";

struct SegmentationOptions : ScaledOptions {
  SegmentationOptions() : ScaledOptions{{"binary-cross-entropy", {"accuracy", "mean-iou", "dice"}}} {}
  double threshold = 0.5;
  std::int64_t tile = 1024, overlap = 128;
  static void fields(auto& self, auto&& field) {
    common(self, field);
    field("threshold", self.threshold, "the probability above which a pixel belongs to the one class",
          options::within(0, 1));
    field("tile", self.tile, "pixels along a side of the pieces that larger pictures are predicted in",
          options::at_least(16), options::elsewhere({"tile_size", "patch_size", "window"}));
    field("overlap", self.overlap,
          "pixels that neighboring pieces share, where they are blended; at most half of tile",
          options::at_least(0), options::elsewhere({"tile_overlap", "margin"}));
  }
};

bool is_image(const data::Field& field) { return !field.text && field.shape.rank() == 3; }
bool is_mask(const data::Field& field) {
  const int rank = field.shape.rank();
  return !field.text && (rank == 2 || (rank == 3 && field.shape[0] == 1));
}

class Segmentation final : public TaskWith<Segmentation, SegmentationOptions> {
 public:
  static constexpr const char* kName = "segmentation";
  static constexpr const char* kDescription = "tells the class of each pixel of a picture";
  static train::Needs data_needs() {
    return {{kImage, "pictures [channels,height,width]", is_image},
            {kMask, "the class of each pixel, [height,width] or [1,height,width]", is_mask}};
  }
  explicit Segmentation(SegmentationOptions options) : TaskWith(std::move(options)) {
    if (by_class() && loss().about().axis != -1) {
      throw ValueError(
          fmt::format("{}: the class axis of the loss {} is {}; expected -1: classes are moved to the end",
                      kName, loss().name(), loss().about().axis));
    }
    if (2 * options_.overlap > options_.tile) {
      throw ValueError(fmt::format("{}: overlap is {}; expected at most half of tile, which is {}", kName,
                                   options_.overlap, options_.tile));
    }
  }

  train::Needs needs() const override {
    train::Needs needs = data_needs();
    needs[0].field = data::kInput;
    needs[1].field = data::kTarget;
    return needs;
  }
  // Data that has inputs and targets already is only scaled.
  data::Recipe recipe(const data::Dataset& training) const override {
    const data::Schema& fields = training.info().fields;
    if (!fields.find(kImage)) return input_scaling(options_.scaling, training.info());
    const data::Recipe names({data::steps::rename(kImage, std::string(data::kInput)),
                              data::steps::rename(kMask, std::string(data::kTarget))});
    return names.then(input_scaling(options_.scaling, fields.at(kImage)));
  }
  std::optional<std::int64_t> outputs(const data::Info& info) const override {
    if (!by_class()) return 1;
    return info.classes.empty() ? std::nullopt
                                : std::optional(static_cast<std::int64_t>(info.classes.size()));
  }

  std::vector<train::Objective> objectives(const nn::Model&) const override {
    return {{.describes = describes(), .loss = [this_ = *this](const train::Pass& pass) {
               return train::LossTerm::of(this_.loss(), this_.pixels(pass.output()), mask(pass),
                                          pass.sample_weight());
             }}};
  }
  // Each pixel counts.
  std::vector<train::Measure> metrics() const override {
    return measures([this_ = *this](const metrics::Metric& own, const train::Pass& pass) {
      const Tensor found = this_.pixels(pass.output()), truth = mask(pass);
      own.update(found, truth, this_.loss().counted(found, truth, pass.sample_weight()));
    });
  }
  std::function<void(const data::HostBatch&)> checks(const nn::Model& net,
                                                     const data::HostBatch& first) const override {
    const nn::Probe probe(*net, true);
    Tensors inputs;
    for (const std::string& name : net->input_names()) {
      const data::Field& field = first.values[name].field;
      inputs.push_back(graph::placeholder(field.dtype, field.shape, name));
    }
    const Shape output = pixels(net(inputs).at(0)).shape();
    const Shape each = by_class() ? output.without(output.rank() - 1) : output;
    return [expected = loss().targets(output, each)](const data::HostBatch& batch) {
      train::check_targets(batch, expected);
    };
  }

  // "mask", the class of each pixel, u8. Where an output is NaN there is none: -1, in a mask that is i64.
  std::vector<data::Record> interpret(const NamedTensors& outputs,
                                      const data::HostBatch& batch) const override {
    const Tensor each = probabilities(pixels(first(outputs)), loss().outputs());
    const Rows rows(kName, each, batch.rows);
    std::vector<data::Record> records;
    for (std::int64_t row = 0; row < batch.rows; ++row)
      records.push_back(said(rows[row], {each.extent(1), each.extent(2)}));
    return records;
  }
  bool takes_any_extents() const override { return true; }
  // A picture of any size, whole or in tiles.
  std::optional<data::Record> predict(const nn::Module& net, const data::Record& raw) const override {
    const auto found = of_whole_picture(
        net, known_recipe(), raw, options_.tile, options_.overlap,
        [this](const Tensor& output) { return probabilities(pixels(output), loss().outputs()); });
    if (!found) return std::nullopt;
    return said(found->values, {found->height, found->width});
  }

 protected:
  std::vector<std::string> interpreted() const override { return {"mask"}; }

 private:
  bool by_class() const { return is_by_class(loss().outputs()); }
  // [rows,classes,height,width] as [rows,height,width,classes], and a single channel as [rows,height,width].
  Tensor pixels(const Tensor& output) const {
    if (output.rank() != 4 || (!by_class() && output.extent(1) != 1)) {
      throw ShapeError(
          fmt::format("{}: the output is {}; expected {} for the loss {}", kName, output.shape().to_string(),
                      by_class() ? "[rows,classes,height,width]" : "[rows,1,height,width]", loss().name()));
    }
    return by_class() ? permute(output, {0, 2, 3, 1}) : squeeze(output, 1);
  }
  static Tensor mask(const train::Pass& pass) {
    const Tensor& target = pass[data::kTarget];
    return target.rank() == 4 ? squeeze(target, 1) : target;
  }
  // What the probabilities [height,width,classes] say.
  data::Record said(std::span<const float> each, const Shape& shape) const {
    const auto area = static_cast<std::size_t>(shape.elements());
    const std::size_t classes = area > 0 ? each.size() / area : 1;
    if (classes > 256)
      throw ShapeError(fmt::format("{}: {} classes; a mask has at most 256", kName, classes));
    const auto p = [&](std::size_t k) { return each.subspan(k * classes, classes); };
    const bool nan = std::any_of(each.begin(), each.end(), [](float x) { return std::isnan(x); });
    return {{"mask", nan ? mask_of<std::int64_t>({i64, shape}, p) : mask_of<std::uint8_t>({u8, shape}, p)}};
  }
  template <class T>
  data::HostArray mask_of(const data::Field& field, const auto& probabilities_at) const {
    data::HostArray mask(field);
    const std::span<T> to = mask.as<T>();
    for (std::size_t k = 0; k < to.size(); ++k) to[k] = static_cast<T>(class_of(probabilities_at(k)));
    return mask;
  }
  std::int64_t class_of(std::span<const float> p) const {
    if (std::any_of(p.begin(), p.end(), [](float x) { return std::isnan(x); })) return -1;
    if (p.size() == 1) return p[0] > options_.threshold;
    return std::max_element(p.begin(), p.end()) - p.begin();
  }
};

const bool added_segmentation = Segmentation::add();

}  // namespace
}  // namespace luge::tasks
