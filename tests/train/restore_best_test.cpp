// early_stopping with restore_best: the network has the weights of its best epoch, also after a resumption.
#include <gtest/gtest.h>

#include <vector>

#include "luge/data/sources.h"
#include "luge/loss/loss.h"
#include "luge/nn/linear.h"
#include "luge/ops/shape.h"
#include "luge/optim/optimizers.h"
#include "luge/train/callbacks.h"
#include "luge/train/trainer.h"
#include "support/temp_dir.h"

namespace luge::train {
namespace {

using testing::TempDir;

// A line whose validation samples lie off it: each step of the training makes them worse after a while.
data::Dataset line(float slope) {
  std::vector<float> x, y;
  for (int i = 0; i < 8; ++i) x.push_back(0.25f * static_cast<float>(i)), y.push_back(slope * x.back());
  return data::tensors(tensor(x, {8, 1}), tensor(y, {8, 1}));
}

struct Trained {
  nn::Linear net{1};
  Trainer trainer{net, loss::MSE(), optim::GradientDescent(0.02)};
};

std::vector<float> weights_of(const Trainer& trainer) {
  std::vector<float> all;
  for (const nn::NamedVariable& each : trainer.net().named_parameters())
    for (const float value : each.variable.value().to_vector<float>()) all.push_back(value);
  return all;
}

// Weights after each epoch.
class Record final : public Callback {
 public:
  void epoch_end(Fit& fit) override { after.push_back(weights_of(*fit.trainer)); }
  std::vector<std::vector<float>> after;
};

FitOptions options(std::int64_t epochs, bool restore, std::vector<CallbackRef> more = {}) {
  more.push_back(early_stopping({.patience = 4, .restore_best = restore}));
  return {.epochs = epochs, .validation = line(1).batch(8), .callbacks = std::move(more)};
}

std::size_t best_epoch(const History& history) {
  return static_cast<std::size_t>(history.best("val_loss").epoch);
}

void begin_at_zero(const Trainer& trainer) {
  for (nn::NamedVariable each : trainer.net().named_parameters())
    each.variable.assign(zeros(each.variable.shape(), f32));
}

TEST(RestoreBest, TheNetworkIsThatOfTheBestEpoch) {
  Trained one;
  const data::Batches batches = line(3).batch(8);
  one.trainer.prepare(batches.dataset().info());
  begin_at_zero(one.trainer);
  const auto record = std::make_shared<Record>();
  const History history = one.trainer.fit(batches, options(200, true, {record}));
  const std::size_t best = best_epoch(history);
  ASSERT_LT(best + 1, history.epochs.size()) << "it became worse afterwards";
  EXPECT_EQ(history.stop_reason.substr(0, 8), "val_loss");
  EXPECT_EQ(weights_of(one.trainer), record->after[best]);
  EXPECT_NE(weights_of(one.trainer), record->after.back());
}

TEST(RestoreBest, WithoutItTheNetworkIsThatOfTheLastEpoch) {
  Trained one;
  const data::Batches batches = line(3).batch(8);
  one.trainer.prepare(batches.dataset().info());
  begin_at_zero(one.trainer);
  const auto record = std::make_shared<Record>();
  one.trainer.fit(batches, options(200, false, {record}));
  EXPECT_EQ(weights_of(one.trainer), record->after.back());
}

// The best epoch was before the interruption, and only the checkpoint knows its weights.
TEST(RestoreBest, AResumedTrainingGivesTheSame) {
  const TempDir dir;
  const data::Batches batches = line(3).batch(8);
  Trained straight;
  straight.trainer.prepare(batches.dataset().info());
  begin_at_zero(straight.trainer);
  const History whole = straight.trainer.fit(batches, options(200, true));
  const auto epochs = static_cast<std::int64_t>(whole.epochs.size());

  class Save final : public Callback {
   public:
    Save(std::string file, std::int64_t epoch) : file_(std::move(file)), epoch_(epoch) {}
    bool runs_last() const override { return true; }
    void epoch_end(Fit& fit) override {
      if (fit.epoch + 1 == epoch_) fit.trainer->save(file_), fit.stop("enough");
    }

   private:
    std::string file_;
    std::int64_t epoch_;
  };
  Trained part;
  part.trainer.prepare(batches.dataset().info());
  begin_at_zero(part.trainer);
  const std::string file = dir.file("part.safetensors");
  part.trainer.fit(batches, options(200, true, {std::make_shared<Save>(file, epochs - 2)}));
  Trained resumed;
  resumed.trainer.prepare(batches.dataset().info());
  resumed.trainer.restore(file);
  EXPECT_EQ(resumed.trainer.fit(batches, options(200, true)).epochs.size(), whole.epochs.size());
  EXPECT_EQ(weights_of(resumed.trainer), weights_of(straight.trainer));
  // Another one that does not restore takes the checkpoint, too.
  Trained other;
  other.trainer.prepare(batches.dataset().info());
  other.trainer.restore(file);
  other.trainer.fit(batches, options(200, false));
  EXPECT_NE(weights_of(other.trainer), weights_of(straight.trainer));
}

}  // namespace
}  // namespace luge::train
