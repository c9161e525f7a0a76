// Text recognition: a few made-up letters are learned by both kinds of losses.
#include <cmath>

#include "luge/error.h"
#include "luge/nn/activation.h"
#include "luge/nn/conv.h"
#include "luge/nn/flatten.h"
#include "luge/nn/layers.h"
#include "luge/nn/linear.h"
#include "luge/nn/rearrange.h"
#include "luge/nn/sequential.h"
#include "luge/nn/time_distributed.h"
#include "luge/random.h"
#include "support/errors.h"
#include "tasks/trained.h"

namespace luge::tasks {
namespace {

using testing::expect_error;
using testing::host;

// A letter is a column of four pixels: 'a', 'b' or 'c' is bright at its own height. Columns without a letter
// are dark. There are as many columns as positions.
data::Record picture(const std::string& text, std::size_t columns) {
  std::vector<float> pixels(4 * columns);
  for (std::size_t k = 0; k < text.size(); ++k)
    pixels[static_cast<std::size_t>(text[k] - 'a') * columns + columns / text.size() * k] = 1;
  return {{"input", host(f32, {1, 4, static_cast<std::int64_t>(columns)}, pixels)},
          {"text", data::HostArray::of_text(text)}};
}

std::vector<data::Record> pictures(std::size_t columns) {
  std::vector<data::Record> list;
  for (const char* text : {"a", "b", "c", "ab", "ba", "ca", "cc", "bb", "ac", "bc", "cb", "aa"})
    list.push_back(picture(text, columns));
  return list;
}

// Each column says one of four ids.
nn::Model columns_net() {
  return nn::sequential(nn::Permute({3, 1, 2}), nn::TimeDistributed(nn::Flatten()), nn::Linear(4));
}
nn::Model heads_net(std::int64_t positions) {
  return nn::sequential(nn::Flatten(), nn::Linear(32), nn::Relu(), nn::Linear(4 * positions),
                        nn::Reshape({positions, 4}));
}

std::string said(const testing::Trained& result, data::Record raw) {
  raw.erase("text");
  return std::string(testing::interpreted(result, {raw}).at(0)["text"].text());
}

TEST(TextRecognition, LearnsColumnsWithoutAlignment) {
  random::seed(1);
  const auto result =
      testing::trained(make("text-recognition"), columns_net(), data::records(pictures(6)), 150, 0.1, 12);
  EXPECT_LT(result.loss(149), result.loss(0) / 10);
  for (const data::Record& each : pictures(6)) EXPECT_EQ(said(result, each), each["text"].text());
}

TEST(TextRecognition, LearnsOneHeadForEachPosition) {
  random::seed(1);
  const auto result = testing::trained(make("text-recognition", {.loss = "softmax-cross-entropy"}),
                                       heads_net(3), data::records(pictures(6)), 150, 0.03, 12);
  for (const data::Record& each : pictures(6)) EXPECT_EQ(said(result, each), each["text"].text());
}

train::TaskRef of_classes(const std::string& loss, const options::Values& values = {}) {
  nn::Metadata metadata;
  metadata.classes = {"<unknown>", "a", "b"};
  return make("text-recognition", {.loss = loss, .values = values})->with(metadata);
}

data::Record interpreted(const train::TaskRef& task, const std::vector<float>& p) {
  std::vector<float> logits(p.size());
  for (std::size_t k = 0; k < p.size(); ++k) logits[k] = std::log(p[k]);
  const auto positions = static_cast<std::int64_t>(p.size() / 3);
  const data::HostBatch batch = *data::records({picture("a", 4)}).batch(1).epoch(0).next();
  return task->interpret(NamedTensors{{"output", tensor(logits, {1, positions, 3})}}, batch).at(0);
}

TEST(TextRecognition, SaysHowSureItIs) {
  const std::vector<float> p = {0.6f, 0.3f, 0.1f, 0.5f, 0.3f, 0.2f};
  const data::Record greedy = interpreted(of_classes("ctc"), p);
  EXPECT_EQ(greedy["text"].text(), "");
  EXPECT_NEAR(greedy["probability"].as<float>()[0], 0.3, 1e-6);
  const data::Record beam = interpreted(of_classes("ctc", {{"decoding", "beam"}}), p);
  EXPECT_EQ(beam["text"].text(), "a");
  EXPECT_NEAR(beam["probability"].as<float>()[0], 0.3 * 0.5 + 0.6 * 0.3 + 0.3 * 0.3, 1e-6);
  const data::Record heads =
      interpreted(of_classes("softmax-cross-entropy"), {0.1f, 0.2f, 0.7f, 0.8f, 0.1f, 0.1f});
  EXPECT_EQ(heads["text"].text(), "b");
  EXPECT_NEAR(heads["probability"].as<float>()[0], 0.56, 1e-6);
}

TEST(BadInput, C25_AnOutputThatIsNaNSaysNoText) {
  for (const char* loss : {"ctc", "softmax-cross-entropy"}) {
    const data::Record none = interpreted(of_classes(loss), {NAN, 0.5f, 0.5f});
    EXPECT_EQ(none["text"].text(), "") << loss;
    EXPECT_TRUE(std::isnan(none["probability"].as<float>()[0])) << loss;
  }
}

TEST(BadInput, C23_ATextThatDoesNotFitIntoThePositions) {
  const data::Dataset data = data::records(pictures(6));
  expect_error<ValueError>(
      [&] {
        testing::trained(make("text-recognition", {.loss = "softmax-cross-entropy"}), heads_net(1), data, 1,
                         0.1);
      },
      {"record", "2 characters", "1 positions"});
  const data::Dataset narrow = data::records({picture("ab", 2), picture("cc", 2)});
  expect_error<ValueError>([&] { testing::trained(make("text-recognition"), columns_net(), narrow, 1, 0.1); },
                           {"record 1", "2 characters and needs 3 positions, one between equal ones"});
}

TEST(BadInput, C82_WhatTextRecognitionCannotLearn) {
  expect_error<ValueError>([] { make("text-recognition", {.loss = "mse"}); }, {"mse", "choose ctc"});
  expect_error<ValueError>([] { make("text-recognition", {.metrics = {{"accuracy"}}})->metrics(); },
                           {"accuracy", "exact-match"});
  expect_error<ShapeError>(
      [] {
        const data::Dataset data = data::records(pictures(6));
        testing::trained(make("text-recognition"), nn::sequential(nn::Flatten(), nn::Linear(4)), data, 1,
                         0.1);
      },
      {"[rows,positions,characters]"});
}

}  // namespace
}  // namespace luge::tasks
