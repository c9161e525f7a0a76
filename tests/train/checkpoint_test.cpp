// Checkpoints: resuming bit for bit, loading without the code, and what is refused.
#include <gtest/gtest.h>

#include <cerrno>
#include <filesystem>

#include "luge/data/sources.h"
#include "luge/io/safetensors.h"
#include "luge/loss/loss.h"
#include "luge/nn/activation.h"
#include "luge/nn/dropout.h"
#include "luge/nn/linear.h"
#include "luge/nn/load.h"
#include "luge/nn/sequential.h"
#include "luge/optim/optimizers.h"
#include "luge/random.h"
#include "luge/train/callbacks.h"
#include "luge/train/trainer.h"
#include "support/errors.h"
#include "support/faulty_calls.h"
#include "support/temp_dir.h"

namespace luge::train {
namespace {

namespace fs = std::filesystem;
using testing::expect_error;
using testing::read_file;
using testing::TempDir;

data::Dataset samples(std::int64_t count = 40) {
  std::vector<float> inputs;
  std::vector<std::int64_t> labels;
  for (std::int64_t i = 0; i < count; ++i) {
    inputs.push_back(static_cast<float>(i % 9) - 4);
    inputs.push_back(static_cast<float>(i % 4));
    inputs.push_back(static_cast<float>(i % 3));
    labels.push_back(i % 3);
  }
  return data::tensors(tensor(inputs, {count, 3}), tensor(labels, {count}));
}

nn::Sequential net_of(std::int64_t width) {
  return nn::sequential(nn::Linear(width), nn::Tanh(), nn::Dropout(0.5), nn::Linear(3));
}

Trainer make_trainer(std::int64_t width = 6, std::int64_t accumulate = 1) {
  random::seed(5);
  Trainer trainer(net_of(width), loss::SoftmaxCrossEntropy(), optim::Adam(0.01),
                  {.metrics = {metrics::Accuracy()}, .accumulate = accumulate});
  trainer.prepare(samples().info());
  return trainer;
}

data::Batches batches(std::int64_t size = 8) { return samples().shuffle({.seed = 3}).batch(size); }

FitOptions options(std::int64_t epochs, std::vector<CallbackRef> callbacks = {}) {
  return {.epochs = epochs, .validation = samples().batch(16), .callbacks = std::move(callbacks)};
}

TEST(BadInput, C49_AResumedTrainingEndsInTheSameBytes) {
  const TempDir dir;
  Trainer straight = make_trainer();
  straight.fit(batches(), options(3));
  straight.save(dir.file("straight"));
  for (const int stop_after : {5, 7, 12}) {  // an epoch's end is step 5, 10, 15
    int steps = 0;
    Trainer first = make_trainer();
    first.fit(batches(), options(3, {stop_when([&] { return ++steps == stop_after; }, "asked")}));
    first.save(dir.file("part"));
    random::seed(999);
    Trainer second = make_trainer();
    second.restore(dir.file("part"));
    EXPECT_GE(second.position().total_steps, 5);
    second.fit(batches(), options(3));
    second.save(dir.file("resumed"));
    EXPECT_EQ(read_file(dir.file("straight")), read_file(dir.file("resumed")))
        << "stopped after " << stop_after;
  }
}

// Between two updates, with the gradients of one or two batches waiting for the third.
TEST(BadInput, C49_AndSoDoesOneThatStoppedBetweenTwoUpdates) {
  const TempDir dir;
  Trainer straight = make_trainer(6, 3);
  straight.fit(batches(), options(2));
  EXPECT_EQ(straight.optimizer().steps(), 2 * 2) << "after 3 batches, and after the epoch's last 2";
  straight.save(dir.file("straight"));
  for (const int stop_after : {1, 2, 4, 8}) {
    int steps = 0;
    Trainer first = make_trainer(6, 3);
    first.fit(batches(), options(2, {stop_when([&] { return ++steps == stop_after; }, "asked")}));
    first.save(dir.file("part"));
    Trainer second = make_trainer(6, 3);
    second.restore(dir.file("part"));
    second.fit(batches(), options(2));
    second.save(dir.file("resumed"));
    EXPECT_EQ(read_file(dir.file("straight")), read_file(dir.file("resumed")))
        << "stopped after " << stop_after;
  }
}

TEST(Checkpoint, LoadsWithoutTheCodeOfItsNetwork) {
  const TempDir dir;
  Trainer trainer = make_trainer();
  trainer.fit(batches(), options(1));
  trainer.save(dir.file("net.safetensors"));
  const Tensor x = tensor({1.0f, 2.0f, 0.5f, -1.0f, 0.0f, 2.0f}, {2, 3});
  const nn::Loaded net = nn::load(dir.file("net.safetensors"));
  EXPECT_EQ(net(x).to_vector<float>(), trainer.predict(x).to_vector<float>());
  const auto p = net.predict(x).to_vector<float>();
  EXPECT_NEAR(p[0] + p[1] + p[2], 1.0f, 1e-6);
  EXPECT_EQ(net.named_parameters().size(), 4u);
  net.save(dir.file("again.safetensors"));
  EXPECT_EQ(nn::load(dir.file("again.safetensors"))(x).to_vector<float>(), net(x).to_vector<float>());
  const auto copy = net.clone();
  Variable bias = copy.named_parameters().front().variable;
  bias.assign(zeros(bias.shape()));
  EXPECT_EQ(net(x).to_vector<float>(), trainer.predict(x).to_vector<float>()) << "a clone shares nothing";
}

TEST(Checkpoint, TrainModeOfALoadedNetworkDropsOutAgain) {
  const TempDir dir;
  Trainer trainer = make_trainer(200);
  trainer.net().save(dir.file("net.safetensors"));
  const nn::Loaded net = nn::load(dir.file("net.safetensors"));
  const Tensor x = ones({1, 3});
  EXPECT_FALSE(net.training());
  net.set_training(true);
  EXPECT_NE(net(x).to_vector<float>(), net(x).to_vector<float>());
}

TEST(Checkpoint, TheRunsFilesAreWritten) {
  const TempDir dir;
  Trainer trainer = make_trainer();
  trainer.fit(batches(), options(3, {checkpoint(dir.path(), {.every = 4, .keep = 2})}));
  for (const char* name : {"last", "best", "step-8", "step-12"}) {
    EXPECT_TRUE(fs::exists(dir.path() / "checkpoints" / (std::string(name) + ".safetensors"))) << name;
  }
  EXPECT_FALSE(fs::exists(dir.path() / "checkpoints" / "step-4.safetensors"));
  const std::string csv = read_file(dir.file("metrics.csv"));
  EXPECT_EQ(csv.substr(0, csv.find('\n')),
            "epoch,step,loss,accuracy,val_loss,val_accuracy,learning_rate,seconds");
}

TEST(BadInput, C33_AFullDiskKeepsTheLastGoodCheckpoint) {
  const TempDir dir;
  Trainer trainer = make_trainer();
  trainer.fit(batches(), options(1, {checkpoint(dir.path())}));
  const std::string good = read_file(dir.path() / "checkpoints/last.safetensors");
  {
    testing::FaultyCalls calls;
    calls.fail(testing::Call::write, ENOSPC);
    expect_error<FileError>([&] { trainer.fit(batches(), options(2, {checkpoint(dir.path())})); },
                            {"/checkpoints/", "No space left"});
    int warnings = 0;
    const CheckpointOptions go_on{.on_error = OnSaveError::warn,
                                  .warn = [&](const std::string&) { ++warnings; }};
    EXPECT_EQ(trainer.fit(batches(), options(2, {checkpoint(dir.path(), go_on)})).epochs.size(), 2u);
    EXPECT_GE(warnings, 2);
  }
  EXPECT_EQ(read_file(dir.path() / "checkpoints/last.safetensors"), good);
}

TEST(BadInput, C39_AChangedModelIsRefusedByNames) {
  const TempDir dir;
  Trainer trainer = make_trainer(6);
  trainer.save(dir.file("six"));
  Trainer wider = make_trainer(7);
  const auto before = wider.net().parameters()[0].value().to_vector<float>();
  expect_error<FormatError>([&] { wider.restore(dir.file("six")); },
                            {"six", "linear1.weight", "[6,3]", "[7,3]", "nothing"});
  EXPECT_EQ(wider.net().parameters()[0].value().to_vector<float>(), before);
  Trainer deeper(nn::sequential(nn::Linear(6), nn::Linear(6), nn::Linear(3)), loss::SoftmaxCrossEntropy(),
                 optim::Adam(0.01), {.metrics = {metrics::Accuracy()}});
  deeper.prepare(samples().info());
  expect_error<FormatError>([&] { deeper.restore(dir.file("six")); }, {"missing", "linear3.weight"});
}

TEST(BadInput, C40_ChangedOptimizerDataOrBatchIsRefused) {
  const TempDir dir;
  Trainer trainer = make_trainer();
  trainer.fit(batches(), options(1));
  trainer.save(dir.file("one"));
  Trainer momentum(net_of(6), loss::SoftmaxCrossEntropy(), optim::Momentum(0.01),
                   {.metrics = {metrics::Accuracy()}});
  momentum.prepare(samples().info());
  expect_error<FormatError>([&] { momentum.restore(dir.file("one")); }, {"optimizer", "adam", "momentum"});
  Trainer again = make_trainer();
  again.restore(dir.file("one"));
  expect_error<ValueError>([&] { again.fit(batches(4), options(2)); }, {"batches of 8", "batches of 4"});
  FitOptions accepted = options(2);
  accepted.accept_changed_data = true;
  EXPECT_EQ(again.fit(batches(4), accepted).epochs.size(), 2u);
}

TEST(BadInput, C43_ANewerFormatNamesBothVersions) {
  const TempDir dir;
  Trainer trainer = make_trainer();
  trainer.save(dir.file("net"));
  const io::SafetensorsFile file(dir.file("net"));
  auto metadata = file.metadata();
  const auto contents = file.read_all();
  std::vector<io::TensorView> views;
  for (const auto& stored : file.tensors())
    views.push_back({stored.name, stored.dtype, stored.shape, contents.at(stored.name)});
  const auto rewrite = [&](const std::string& key, const std::string& from, const std::string& to) {
    auto changed = metadata;
    const auto at = changed.at(key).find(from);
    ASSERT_NE(at, std::string::npos) << key << " " << from;
    changed[key].replace(at, from.size(), to);
    io::write_safetensors(dir.file("changed"), views, changed);
  };
  rewrite("luge.format", "1", "3");
  expect_error<FormatError>([&] { nn::load(dir.file("changed")); },
                            {"changed", "format 3", "formats 1 and 2"});
  rewrite("luge.graph.eval", "\"op\":\"tanh\",\"version\":1", "\"op\":\"tanh\",\"version\":9");
  expect_error<FormatError>([&] { nn::load(dir.file("changed")); }, {"tanh", "version 9", "version 1"});
  rewrite("luge.graph.eval", "\"op\":\"tanh\"", "\"op\":\"tanhh\"");
  expect_error<FormatError>([&] { nn::load(dir.file("changed")); }, {"tanhh", "did you mean", "tanh"});
  rewrite("luge.graph.eval", "\"version\":1", "\"version\":18446744073709551615");
  expect_error<FormatError>([&] { nn::load(dir.file("changed")); }, {"changed", "18446744073709551615"});
}

TEST(BadInput, C48_SavingOntoTheFileThatWasLoaded) {
  const TempDir dir;
  make_trainer().save(dir.file("net"));
  const nn::Loaded net = nn::load(dir.file("net"));
  const auto before = net(ones({1, 3})).to_vector<float>();
  net.save(dir.file("net"));
  EXPECT_EQ(nn::load(dir.file("net"))(ones({1, 3})).to_vector<float>(), before);
}

}  // namespace
}  // namespace luge::train
