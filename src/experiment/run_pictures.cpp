#include "experiment/run_pictures.h"

#include <fmt/format.h>

#include <chrono>

#include "experiment/drawn_prediction.h"
#include "experiment/fit_picture.h"
#include "experiment/pictures.h"
#include "experiment/run_curves.h"
#include "experiment/runs.h"
#include "luge/data/picture_fields.h"
#include "luge/draw/confusion_matrix.h"
#include "luge/draw/picture_grid.h"
#include "luge/io/model_file.h"
#include "luge/train/checkpoint_info.h"
#include "luge/train/trainer.h"

namespace luge::experiment {
namespace {

using Clock = std::chrono::steady_clock;

class DrawCurves final : public train::Callback {
 public:
  explicit DrawCurves(RunPictures& pictures) : pictures_(pictures) {}
  bool runs_last() const override { return true; }
  void train_begin(train::Fit&) override { drawn_ = Clock::now(); }
  void epoch_end(train::Fit& fit) override {
    if (Clock::now() - drawn_ >= kShare * cost_) draw(fit);
  }
  void train_end(train::Fit& fit) override { draw(fit); }

 private:
  void draw(train::Fit& fit) {
    const Clock::time_point begin = Clock::now();
    pictures_.draw_curves(fit.trainer->history());
    drawn_ = Clock::now();
    cost_ = drawn_ - begin;
  }

  static constexpr int kShare = 100;
  RunPictures& pictures_;
  Clock::time_point drawn_;
  Clock::duration cost_ = std::chrono::milliseconds(100);  // measured: 50 with the loading of fonts, then 17
};

}  // namespace

draw::Figure confusion_figure(const Classified& found, const std::vector<std::string>& classes,
                              const std::string& title) {
  const bool named = classes.size() == found.confusion.size();
  return draw::confusion_matrix({.counts = found.confusion,
                                 .classes = named ? classes : std::vector<std::string>{},
                                 .title = fmt::format("{}, accuracy {:.4f}", title, found.accuracy())});
}

RunPictures::RunPictures(std::filesystem::path folder, Tell tell)
    : folder_(std::move(folder)), tell_(std::move(tell)) {}

train::CallbackRef RunPictures::callback() { return std::make_shared<DrawCurves>(*this); }

template <class Draw>
void RunPictures::guarded(const char* file, Draw draw) {
  if (failed_) return;
  try {
    draw((folder_ / file).string());
  } catch (const std::exception& error) {
    failed_ = true;
    tell_(fmt::format("warning: {} was not drawn: {}", file, error.what()));
  }
}

void RunPictures::draw_curves(const train::History& history) {
  if (history.epochs.empty()) return;
  guarded(kCurvesFile, [&](const std::string& file) {
    run_curves({{folder_.filename().string(), history}}).write(file);
  });
}

void RunPictures::draw_first_batch(const data::Batches& batches) {
  constexpr std::int64_t kMost = 12;
  const data::Info& info = batches.dataset().info();
  if (!info.fields.find(data::kBoxes) || !info.fields.find(data::kInput)) return;
  guarded(kFirstBatchFile, [&](const std::string& file) {
    const auto batch = batches.epoch(0).next();
    if (!batch) return;
    std::vector<draw::Picture> pictures;
    for (std::int64_t row = 0; row < std::min(batch->rows, kMost); ++row) {
      const data::Record record = batch->record(row);
      pictures.push_back(
          {.image = picture_of(record[data::kInput], info.preprocessing.value_or(data::Affine{})),
           .boxes = boxes_of(record, info.classes)});
      pictures.back().caption = counts_text(pictures.back().boxes);
    }
    draw::picture_grid(pictures, {.title = fmt::format("{}: the first batch", info.name)})
        .write(file, {.scale = 1});
  });
}

void RunPictures::draw_fit(const Parts& raw) {
  guarded(kFitFile, [&](const std::string& file) {
    std::vector<DrawnNetwork> networks;
    std::int64_t drawn = -1;
    for (const char* which : {"best", "last"}) {
      const std::string path = model_file(folder_.string(), which).file.string();
      const auto info = train::checkpoint_info(path);
      const std::int64_t epoch = info ? info->position.epoch : 0;
      if (epoch == drawn) continue;
      drawn = epoch;
      networks.push_back({fmt::format("{} epoch, {}", which, epoch), io::read_model(path).net});
    }
    const std::string name = networks.front().net.metadata().name;
    const auto figure = fit_figure(networks, raw, fmt::format("{} on {}", name, raw.fit.info().name));
    if (figure) figure->write(file);
  });
}

void RunPictures::draw_confusion(const Judged& judged) {
  if (!judged.classes) return;
  guarded(kConfusionFile, [&](const std::string& file) {
    const Classified found = classify(judged.samples, judged.answers);
    const std::string title =
        fmt::format("{}: {} {} samples", judged.samples.info().name, judged.samples.size(), judged.split);
    confusion_figure(found, judged.net.metadata().classes, title).write(file);
  });
}

}  // namespace luge::experiment
