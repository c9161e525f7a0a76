#include "experiment/sample_predictions.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "experiment/drawn_prediction.h"
#include "experiment/pictures.h"
#include "luge/data/augment.h"
#include "luge/data/picture_fields.h"
#include "luge/draw/picture_grid.h"
#include "luge/error.h"
#include "luge/train/trainer.h"

namespace luge::experiment {
namespace {

constexpr double kShown = 0.25;  // detections below this score are measured, and not drawn

std::optional<std::string> picture_field(const data::Schema& fields) {
  for (const std::string& name : {std::string(data::kImage), std::string(data::kInput)}) {
    const auto at = fields.find(name);
    if (!at) continue;
    const data::Field& field = fields[*at];
    const bool right = field.shape.rank() == 3 && (field.shape[0] == 1 || field.shape[0] == 3);
    if (right && (field.dtype == u8 || field.dtype == f32)) return name;
  }
  return std::nullopt;
}

// A picture of the size of the sample, such as one that is given back.
const data::HostArray* picture_in(const data::Record& said, const io::Image& image) {
  for (const auto& [name, value] : said) {
    const Shape& shape = value.field.shape;
    const bool dtype = value.field.dtype == u8 || value.field.dtype == f32;
    if (dtype && is_picture(shape) && shape[1] == image.height && shape[2] == image.width) return &value;
  }
  return nullptr;
}

void add(std::vector<draw::Picture>& pictures, const data::Info& info, const data::Record& truth,
         const data::Record& said) {
  const io::Image image =
      picture_of(truth[*picture_field(info.fields)], info.preprocessing.value_or(data::Affine{}));
  if (const data::HostArray* mask = said.find(data::kMask)) {  // truth, then prediction
    const data::HostArray* own =
        truth.find(data::kMask) ? truth.find(data::kMask) : truth.find(data::kTarget);
    if (own)
      pictures.push_back({.image = image, .caption = "truth", .masks = masks_of(*own, image, info.classes)});
    pictures.push_back(
        {.image = image, .caption = "prediction", .masks = masks_of(*mask, image, info.classes)});
    return;
  }
  if (said.contains(data::kBoxes)) {  // truth, then prediction
    const std::vector<draw::Box> own = boxes_of(truth, info.classes),
                                 found = boxes_of(said, info.classes, kShown);
    pictures.push_back({.image = image, .caption = "truth: " + counts_text(own), .boxes = own});
    pictures.push_back({.image = image, .caption = "prediction: " + counts_text(found), .boxes = found});
    return;
  }
  if (const data::HostArray* output = picture_in(said, image)) {
    pictures.push_back({.image = image, .caption = "truth"});
    pictures.push_back(
        {.image = picture_of(*output, info.preprocessing.value_or(data::Affine{})), .caption = "prediction"});
    return;
  }
  if (truth.contains(data::kPoints) && said.contains(data::kPoints)) {
    pictures.push_back({.image = image, .caption = "truth", .dots = dots_of(truth, info.classes)});
    pictures.push_back({.image = image, .caption = "prediction", .dots = dots_of(said, info.classes)});
    return;
  }
  std::string caption;
  for (const std::string_view name : {std::string_view("text"), data::kTarget}) {
    if (const data::HostArray* target = truth.find(name); target && caption.empty())
      caption = text_of(*target, info.classes);
  }
  pictures.push_back({.image = image, .caption = caption + "\n→ " + said_text(said, info.classes)});
}

class SamplePredictions final : public train::Callback {
 public:
  SamplePredictions(const TrainingData& training, std::int64_t count, std::filesystem::path folder,
                    std::shared_ptr<train::RunEvents> events, Tell tell)
      : folder_(std::move(folder)), events_(std::move(events)), tell_(std::move(tell)) {
    validates_ = training.parts.valid.size() > 0;
    const data::Dataset& samples = validates_ ? training.parts.valid : training.parts.fit;
    samples_ = samples.take(std::min(count, samples.size()));
    const data::Dataset raw = validates_ ? training.raw.valid : training.raw.fit;
    raw_ = data::steps::with_picture_sizes(training.recipe, raw.take(samples_->size()));
  }

  void epoch_end(train::Fit& fit) override {
    if (failed_) return;
    try {
      draw(fit);
    } catch (const std::exception& error) {
      failed_ = true;
      tell_(fmt::format("warning: predictions were not drawn: {}", error.what()));
    }
  }

 private:
  void draw(train::Fit& fit) {
    const data::HostBatch batch = *samples_->batch(samples_->size()).epoch(0).next();
    const nn::Module& net = fit.trainer->net();
    const auto task = fit.trainer->task().with(net.metadata());
    const train::Task& own = task ? *task : fit.trainer->task();
    const std::vector<data::Record> said =
        own.interpret(fit.trainer->predict(batch.to_tensors().tensors()), batch);
    const std::string title = fmt::format("{}: epoch {}, {} samples, truth → prediction", raw_->info().name,
                                          fit.epoch + 1, validates_ ? "validation" : "training");
    const draw::Figure figure = predictions_figure(*raw_, said, title);
    std::filesystem::create_directories(folder_);
    figure.write((folder_ / fmt::format("epoch-{:04}.png", fit.epoch + 1)).string());
    if (!events_) return;
    const io::LoggedImage shown{.channels = 3, .encoded = figure.png({.scale = 1})};
    events_->log(validates_ ? train::RunEvents::kValidation : train::RunEvents::kTrain,
                 [&](io::EventWriter& writer) { writer.image("predictions", shown, fit.total_steps); });
  }

  std::filesystem::path folder_;
  std::shared_ptr<train::RunEvents> events_;
  Tell tell_;
  std::optional<data::Dataset> samples_, raw_;
  bool validates_ = false, failed_ = false;
};

}  // namespace

bool shows_pictures(const data::Dataset& raw) { return picture_field(raw.info().fields).has_value(); }
bool shows_pictures(const TrainingData& training) { return shows_pictures(training.raw.fit); }

draw::Figure predictions_figure(const data::Dataset& raw, const std::vector<data::Record>& said,
                                const std::string& title) {
  std::vector<draw::Picture> pictures;
  for (std::size_t k = 0; k < said.size(); ++k)
    add(pictures, raw.info(), raw.record(static_cast<std::int64_t>(k)), said[k]);
  constexpr std::size_t kPairs = 3;  // in a row: a truth and its prediction are not separated
  const bool pairs = pictures.size() == 2 * said.size();
  const auto columns = static_cast<std::int64_t>(pairs ? 2 * std::min(kPairs, said.size()) : 0);
  return draw::picture_grid(pictures, {.title = title, .columns = columns});
}

train::CallbackRef sample_predictions(const TrainingData& training, std::int64_t count,
                                      std::filesystem::path folder, std::shared_ptr<train::RunEvents> events,
                                      Tell tell) {
  return std::make_shared<SamplePredictions>(training, count, std::move(folder), std::move(events),
                                             std::move(tell));
}

}  // namespace luge::experiment
