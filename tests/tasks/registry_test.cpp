// The registry of tasks, and tasks made of functions.
#include "luge/tasks/registry.h"

#include <algorithm>

#include "luge/error.h"
#include "luge/models/gallery.h"
#include "luge/nn/linear.h"
#include "luge/nn/sequential.h"
#include "luge/ops/math.h"
#include "luge/ops/reduce.h"
#include "luge/random.h"
#include "luge/tasks/custom.h"
#include "support/errors.h"
#include "tasks/trained.h"

namespace luge::tasks {
namespace {

using testing::expect_error;
using testing::host;

data::Info info_of(const data::Schema& fields) {
  data::Info info;
  info.name = "data";
  info.fields = fields;
  return info;
}

TEST(Tasks, DescribeThemselves) {
  const std::vector<std::string> all = names();
  EXPECT_GE(all.size(), 6u);
  for (const std::string& name : all) {
    const Kind kind = find(name);
    EXPECT_EQ(kind.name, name);
    EXPECT_FALSE(kind.description.empty()) << name;
    EXPECT_FALSE(kind.needs.empty()) << name;
    const train::TaskRef task = make(name);
    EXPECT_EQ(task->name(), name);
    // What is saved makes the same task again.
    EXPECT_EQ(restore(name, task->options())->options(), task->options()) << name;
    EXPECT_NE(task->options().find(kind.loss), std::string::npos) << name;
    EXPECT_EQ(make(name, {.loss = kind.loss, .metrics = kind.metrics})->options(), task->options()) << name;
    for (const options::Info& option : kind.options) {
      EXPECT_FALSE(option.help.empty()) << name << "." << option.name;
      EXPECT_EQ(make(name, {.values = {{option.name, option.fallback}}})->options(), task->options())
          << name << "." << option.name;
    }
  }
}

TEST(Tasks, FollowFromTheData) {
  const data::Field image = {f32, {1, 28, 28}}, label = {i64, {}};
  const auto labeled = for_data(info_of({{"input", image}, {"target", label}}), "classification");
  EXPECT_EQ(labeled.front(), "classification");
  EXPECT_EQ(std::count(labeled.begin(), labeled.end(), "segmentation"), 0);
  EXPECT_EQ(for_data(info_of({{"text", data::Field::utf8()}})), (std::vector<std::string>{"next-token"}));
  EXPECT_EQ(for_data(info_of({{"image", {u8, {3, unknown, unknown}}}, {"mask", {u8, {unknown, unknown}}}})),
            (std::vector<std::string>{"segmentation"}));
  EXPECT_EQ(for_data(info_of({{"input", image}}), "classification"),
            (std::vector<std::string>{"autoencoding"}));
}

TEST(Tasks, AreKnownThatModelsOfTheGalleryLearn) {
  for (const std::string& name : models::names()) {
    const models::Entry entry = models::find(name);
    const train::TaskRef task =
        make(entry.defaults.task, {.loss = entry.defaults.loss, .metrics = entry.defaults.metrics});
    EXPECT_EQ(task->name(), entry.defaults.task) << entry.name;
    EXPECT_EQ(task->metrics().size() + task->host_metrics().size(), entry.defaults.metrics.size())
        << entry.name;
  }
}

TEST(Tasks, RefuseWhatTheyDoNotKnow) {
  expect_error<ValueError>([] { make("clasification"); }, {"clasification", "classification"});
  expect_error<ValueError>([] { make("classification", {.loss = "hinge3"}); }, {"hinge3"});
  expect_error<ValueError>([] { make("classification", {.metrics = {{"bleu9"}}}); }, {"bleu9"});
  expect_error<ValueError>(
      [] {
        make("classification", {.metrics = {{"accuracy", "accuracy"}}});
      },
      {"twice"});
  expect_error<options::OptionError>(
      [] {
        make("segmentation", {.values = {{"treshold", 1}}});
      },
      {"segmentation", "treshold", "threshold"});
  expect_error<options::OptionError>(
      [] {
        make("segmentation", {.values = {{"threshold", "half"}}});
      },
      {"threshold is 'half'", "a number"});
  expect_error<options::OptionError>(
      [] {
        make("segmentation", {.values = {{"threshold", 2}}});
      },
      {"task segmentation: threshold is 2; expected a number from 0 to 1"});
  expect_error<options::OptionError>(
      [] {
        make("autoencoding", {.values = {{"threshold", 0.5}}});
      },
      {"task autoencoding: there is no option 'threshold'",
       "keypoints, multi-label and segmentation have it"});
  expect_error<FormatError>([] { restore("segmentation", "{\"threshold\": true}"); },
                            {"threshold is true", "a number"});
  expect_error<FormatError>([] { restore("segmentation", "[]"); }, {"segmentation", "not a JSON object"});
}

// What files hold: a change here makes older files unreadable.
TEST(Tasks, WriteTheOptionsOfOlderFiles) {
  const std::pair<const char*, const char*> rows[] = {
      {"autoencoding", R"({"loss":"mse","metrics":[],"scaling":"standardize"})"},
      {"classification",
       R"({"loss":"softmax-cross-entropy","metrics":["accuracy"],"scaling":"standardize"})"},
      {"keypoints", R"({"loss":"mse","metrics":["point-error","pck"],"scaling":"standardize","sigma":1.5,)"
                    R"("visibility":0.01,"unlabeled":"absent","threshold":0.3})"},
      {"multi-label",
       R"({"loss":"binary-cross-entropy","metrics":["accuracy"],"scaling":"standardize","threshold":0.5})"},
      {"next-token",
       R"({"loss":"softmax-cross-entropy","metrics":["accuracy","perplexity"],"length":64,)"
       R"("stride":0,"candidates":5,"continuation":0,"temperature":1.0,"continuation_seed":0})"},
      {"detection", R"({"loss":"ciou","metrics":["map"],"scaling":"standardize","score":0.25,"overlap":0.45,)"
                    R"("suppression":"greedy","most":300,"anchors":3,"scales":3,"box":1.0,"objectness":4.0,)"
                    R"("classes":0.5,"ratio":4.0})"},
      {"yolo-v1", R"({"loss":"mse","metrics":["map"],"scaling":"standardize","score":0.25,"overlap":0.45,)"
                  R"("suppression":"greedy","most":300,"boxes":2,"coord":5.0,"noobj":0.5})"},
      {"yolo-v3", R"({"loss":"binary-cross-entropy","metrics":["map"],"scaling":"standardize","score":0.25,)"
                  R"("overlap":0.45,"suppression":"greedy","most":300,"anchors":3,"scales":3,"ignore":0.5})"},
      {"regression", R"({"loss":"mse","metrics":[],"scaling":"standardize","standardize":false})"},
      {"segmentation",
       R"({"loss":"binary-cross-entropy","metrics":["accuracy","mean-iou","dice"],"scaling":"standardize",)"
       R"("threshold":0.5,"tile":1024,"overlap":128})"},
      {"text-recognition",
       R"({"loss":"ctc","metrics":["exact-match","cer"],"scaling":"standardize","decoding":"greedy","beam":10})"},
  };
  for (const auto& [name, json] : rows) {
    EXPECT_EQ(make(name)->options(), json);
    EXPECT_EQ(restore(name, json)->options(), json);
  }
  // Before there were tiles.
  EXPECT_EQ(restore("segmentation", R"({"loss":"binary-cross-entropy","metrics":["accuracy"],)"
                                    R"("scaling":"standardize","threshold":0.5})")
                ->options(),
            R"({"loss":"binary-cross-entropy","metrics":["accuracy"],"scaling":"standardize",)"
            R"("threshold":0.5,"tile":1024,"overlap":128})");
}

TEST(Tasks, KeepTheOptionsOfTheirLossAndMetrics) {
  const train::TaskRef task =
      make("classification", {.loss = "softmax-cross-entropy(label_smoothing=0.25,class_weights=[1,2])",
                              .metrics = {{"top3", "f1(by_class=false)"}}});
  const train::TaskRef again = restore("classification", task->options());
  EXPECT_EQ(again->options(), task->options());
  EXPECT_EQ(again->metrics().at(0).metric.name(), "top3");
  data::Record sure = {{"label", host<std::int64_t>(i64, {}, {0})}},
               truth = {{"target", host<std::int64_t>(i64, {}, {0})}};
  const metrics::HostMetric f1 = again->host_metrics().at(0).of_classes({"a", "b"});
  f1.update(sure, truth);
  EXPECT_EQ(f1.figures().size(), 2u);
  expect_error<options::OptionError>(
      [] { make("classification", {.loss = "softmax-cross-entropy(label_smoothing=2)"}); },
      {"loss softmax-cross-entropy: label_smoothing is 2"});
  // Another task has an option of this name, which is not meant.
  expect_error<options::OptionError>(
      [] { make("classification", {.metrics = {{"accuracy(threshold=high)"}}}); },
      {"metric accuracy: threshold is 'high'; expected a number"});
}

TEST(Tasks, SayWhyAFileHasNone) {
  nn::Metadata metadata;
  EXPECT_FALSE(of(metadata).task);
  EXPECT_NE(of(metadata).why.find("does not say"), std::string::npos) << of(metadata).why;
  metadata.task = "of-my-own";
  EXPECT_NE(of(metadata).why.find("'of-my-own'"), std::string::npos) << of(metadata).why;
  EXPECT_NE(of(metadata).why.find("tasks::add"), std::string::npos) << of(metadata).why;
  metadata.task = "classification";
  metadata.task_options = make("classification")->options();
  EXPECT_TRUE(of(metadata).task) << of(metadata).why;
  metadata.recipe = "[{\"step\": \"wavelets\"}]";
  EXPECT_FALSE(of(metadata).task);
  EXPECT_NE(of(metadata).why.find("wavelets"), std::string::npos) << of(metadata).why;
}

std::vector<data::Record> numbers() {
  std::vector<data::Record> list;
  for (int i = 0; i < 32; ++i) {
    const auto x = static_cast<float>(i) / 16 - 1;
    list.push_back({{"input", host<float>(f32, {1}, {x})}, {"target", host<float>(f32, {1}, {2 * x + 1})}});
  }
  return list;
}

TEST(CustomTask, IsMadeOfFunctions) {
  random::seed(1);
  const train::TaskRef task = custom({
      .name = "absolute",
      .needs = {{"target", "numbers"}},
      .loss =
          [](const train::Pass& pass) { return train::LossTerm::mean(abs(pass.output() - pass["target"])); },
      .metrics = {{metrics::Mean("bias"),
                   [](const metrics::Metric& own, const train::Pass& pass) {
                     own.update(mean(pass.output() - pass["target"]), pass["target"]);
                   }}},
      .interpret =
          [](const NamedTensors& outputs, const data::HostBatch& batch) {
            std::vector<data::Record> records;
            for (std::int64_t row = 0; row < batch.rows; ++row) {
              const float value = outputs["output"].to_vector<float>()[static_cast<std::size_t>(row)];
              records.push_back({{"doubled", host<float>(f32, {}, {2 * value})}});
            }
            return records;
          },
      .recipe = [](const data::Dataset&) { return data::Recipe({data::steps::copy("input", "raw")}); },
      .outputs = [](const data::Info&) { return 1; },
  });
  const data::Dataset data = data::records(numbers());
  EXPECT_EQ(task->outputs(data.info()), 1);
  const auto result = testing::trained(task, nn::sequential(nn::Linear(1)), data, 60, 0.05);
  EXPECT_LT(result.loss(59), 0.1);
  EXPECT_GT(result.loss(0), 0.4);
  EXPECT_NEAR(result.figure(59, "bias"), 0, 0.1);
  const data::HostBatch batch = *result.recipe.training(data).batch(32).epoch(0).next();
  EXPECT_TRUE(batch.values.contains("raw"));
  const auto answers = task->interpret(result.net(batch.to_tensors().tensors()), batch);
  EXPECT_NEAR(answers.at(16)["doubled"].as<float>()[0], 2, 0.3);
  // A file of its network says the name, and that this program does not know it.
  EXPECT_EQ(result.net->metadata().task, "absolute");
  EXPECT_NE(of(result.net->metadata()).why.find("absolute"), std::string::npos);
}

TEST(CustomTask, IsKnownToFilesOnceItIsRegistered) {
  const auto make_it = [] {
    return custom({.name = "test-squares", .loss = [](const train::Pass& pass) {
                     return train::LossTerm::mean(square(pass.output()));
                   }});
  };
  ASSERT_TRUE(add("test-squares", "outputs near 0", {{"input", "numbers"}}, make_it));
  EXPECT_FALSE(add("test-squares", "again", {}, make_it)) << "the name is taken";
  EXPECT_TRUE(find("test-squares").loss.empty());
  nn::Metadata metadata;
  metadata.task = "test-squares";
  EXPECT_TRUE(of(metadata).task) << of(metadata).why;
}

TEST(CustomTask, NeedsALoss) {
  expect_error<ValueError>([] { custom({.name = "nothing"}); }, {"'nothing'", "no loss"});
  expect_error<ValueError>([] { custom({.objectives = {train::Objective()}}); }, {"no loss"});
  const auto loss = [](const train::Pass& pass) { return train::LossTerm::mean(pass.output()); };
  expect_error<ValueError>([&] { custom({.loss = loss, .objectives = {{.loss = loss}}}); }, {"not both"});
}

}  // namespace
}  // namespace luge::tasks
