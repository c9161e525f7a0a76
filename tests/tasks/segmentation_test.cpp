// Segmentation: networks that give one number for each pixel, through space_to_depth and depth_to_space.
#include <algorithm>
#include <cmath>

#include "luge/data/augment.h"
#include "luge/error.h"
#include "luge/nn/activation.h"
#include "luge/nn/conv.h"
#include "luge/nn/sequential.h"
#include "luge/ops/math.h"
#include "luge/ops/shape.h"
#include "luge/random.h"
#include "support/errors.h"
#include "tasks/trained.h"

namespace luge::tasks {
namespace {

using testing::expect_error;
using testing::host;

// Works at half the size and gives `classes` channels at the full size.
struct Net : nn::Module {
  explicit Net(std::int64_t classes) : classes(classes) {}
  std::int64_t classes;
  nn::Conv2d first = child("first", nn::Conv2d(8, {.kernel = 3, .padding = nn::same}));
  nn::Conv2d last = child("last", nn::Conv2d(4 * classes, {.kernel = 1}));
  Tensor forward(const Tensor& x) const override {
    return depth_to_space(last(relu(first(space_to_depth(x, 2)))), 2);
  }
};

// Bright pixels of a picture belong to class 1, or to class 2 where they are very bright.
std::vector<data::Record> pictures(std::int64_t classes, bool with_axis) {
  std::vector<data::Record> list;
  for (int i = 0; i < 24; ++i) {
    std::vector<std::uint8_t> image(48), mask(48);
    for (int k = 0; k < 48; ++k) {
      const int level = (i * 7 + k * k + k / 8) % 3;
      const int shown = std::min(level, static_cast<int>(classes) - 1);
      image[static_cast<std::size_t>(k)] = static_cast<std::uint8_t>(20 + 100 * shown + k % 5);
      mask[static_cast<std::size_t>(k)] = static_cast<std::uint8_t>(shown);
    }
    list.push_back({{"image", host(u8, {1, 6, 8}, image)},
                    {"mask", host(u8, with_axis ? Shape{1, 6, 8} : Shape{6, 8}, mask)}});
  }
  return list;
}

std::int64_t right(const data::Record& answer, const data::Record& truth) {
  const auto found = answer["mask"].as<std::uint8_t>(), wanted = truth["mask"].as<std::uint8_t>();
  std::int64_t count = 0;
  for (std::size_t k = 0; k < wanted.size(); ++k) count += found[k] == wanted[k] ? 1 : 0;
  return count;
}

TEST(Segmentation, FindsThePixelsOfOneClass) {
  for (const bool with_axis : {false, true}) {
    random::seed(1);
    const data::Dataset data = data::records(pictures(2, with_axis));
    const auto result = testing::trained(make("segmentation"), Net(1), data, 60, 0.03);
    EXPECT_LT(result.loss(59), result.loss(0) / 2);
    EXPECT_GT(result.figure(59, "accuracy"), 0.95);
    data::Record raw = pictures(2, with_axis)[2];
    raw.erase("mask");
    const auto answers = testing::interpreted(result, {raw});
    EXPECT_EQ(answers.at(0)["mask"].field, (data::Field{u8, {6, 8}}));
    EXPECT_GT(right(answers[0], pictures(2, with_axis)[2]), 44);
  }
}

TEST(Segmentation, TellsClassesOfPixelsApart) {
  random::seed(1);
  const train::TaskRef task = make("segmentation", {.loss = "softmax-cross-entropy"});
  const auto result = testing::trained(task, Net(3), data::records(pictures(3, false)), 60, 0.03);
  EXPECT_LT(result.loss(59), result.loss(0) / 2);
  EXPECT_GT(result.figure(59, "accuracy"), 0.95);
  const auto answers = testing::interpreted(result, {pictures(3, false)[2]});
  EXPECT_GT(right(answers.at(0), pictures(3, false)[2]), 44);
}

TEST(BadInput, C23_MasksWithWhatIsNotAClass) {
  const data::Dataset data = data::records(pictures(3, false));
  expect_error<IndexError>(
      [&] {
        testing::trained(make("segmentation", {.loss = "softmax-cross-entropy"}), Net(2), data, 1, 0.1);
      },
      {"record", "label 2", "0 to 1"});
  expect_error<ValueError>([&] { testing::trained(make("segmentation"), Net(1), data, 1, 0.1); },
                           {"record", "target 2", "0 to 1"});
  expect_error<ShapeError>([&] { testing::trained(make("segmentation"), Net(3), data, 1, 0.1); },
                           {"[rows,1,height,width]"});
}

TEST(BadInput, C25_APixelThatIsNaNHasNoClass) {
  const data::HostBatch batch =
      *data::records({{{"input", host<float>(f32, {1, 1, 2}, {0, 0})}}}).batch(1).epoch(0).next();
  const auto mask = [&](const char* loss, const Tensor& output) {
    const train::TaskRef task = make("segmentation", {.loss = loss});
    return task->interpret(NamedTensors{{"output", output}}, batch).at(0)["mask"];
  };
  const data::HostArray one = mask("binary-cross-entropy", tensor<float>({NAN, 3}, {1, 1, 1, 2}));
  ASSERT_EQ(one.field, (data::Field{i64, {1, 2}}));
  EXPECT_EQ(one.as<std::int64_t>()[0], -1);
  EXPECT_EQ(one.as<std::int64_t>()[1], 1);
  const data::HostArray several =
      mask("softmax-cross-entropy", tensor<float>({1, NAN, 2, 0, 1, 3}, {1, 3, 1, 2}));
  EXPECT_EQ(several.as<std::int64_t>()[0], 1);
  EXPECT_EQ(several.as<std::int64_t>()[1], -1);
  EXPECT_EQ(mask("binary-cross-entropy", zeros({1, 1, 1, 2})).field.dtype, u8);
}

// A convolution that looks two pixels far.
struct Local : nn::Module {
  nn::Conv2d first = child("first", nn::Conv2d(4, {.kernel = 3, .padding = nn::same}));
  nn::Conv2d last = child("last", nn::Conv2d(1, {.kernel = 3, .padding = nn::same}));
  Tensor forward(const Tensor& x) const override { return last(relu(first(x))); }
};

// A picture with other extents than those of the training.
data::Record large(std::int64_t height, std::int64_t width) {
  std::vector<std::uint8_t> image(static_cast<std::size_t>(height * width));
  for (std::size_t k = 0; k < image.size(); ++k)
    image[k] = static_cast<std::uint8_t>(20 + k * 7919 % 101 * 2);
  return {{"image", host(u8, {1, height, width}, image)}};
}

std::vector<std::uint8_t> mask_of(const train::TaskRef& task, const nn::Model& net, const data::Record& raw,
                                  const Shape& expected) {
  const auto said = task->predict(*net, raw);
  EXPECT_TRUE(said);
  EXPECT_EQ((*said)["mask"].field, (data::Field{u8, expected}));
  const auto mask = (*said)["mask"].as<std::uint8_t>();
  return {mask.begin(), mask.end()};
}

TEST(Segmentation, PredictsPicturesOfAnySizeWholeOrInTiles) {
  random::seed(1);
  const auto result =
      testing::trained(make("segmentation"), Local(), data::records(pictures(2, false)), 20, 0.03);
  EXPECT_TRUE(takes_any_extents(result.net->metadata()));
  const data::Record raw = large(70, 45);
  const auto whole = mask_of(of(result.net->metadata()).task, result.net, raw, {70, 45});
  const std::int64_t found = std::count(whole.begin(), whole.end(), 1);
  EXPECT_GT(found, 100);
  EXPECT_LT(found, 3000);
  const Learned tiles = of(result.net->metadata(), {{"tile", 16}, {"overlap", 8}});
  EXPECT_EQ(mask_of(tiles.task, result.net, raw, {70, 45}), whole);
  // Pixels of the picture as the network alone has them.
  const data::Record ready = tiles.recipe.prediction(raw);
  const auto values = ready[data::kInput].as<float>();
  const nn::Probe probe(*result.net, false);
  const Tensor input = tensor(std::vector<float>(values.begin(), values.end()), {1, 1, 70, 45});
  const auto logits = (*result.net)(input).to_vector<float>();
  for (std::size_t k = 0; k < whole.size(); ++k) ASSERT_EQ(whole[k] == 1, logits[k] > 0) << k;
}

// Without knowing other extents, tiles have the size of the training; Net needs even extents.
TEST(Segmentation, PadsToWhatTheNetworkNeeds) {
  random::seed(1);
  const auto result =
      testing::trained(make("segmentation"), Net(1), data::records(pictures(2, false)), 40, 0.03);
  const train::TaskRef task = of(result.net->metadata()).task;
  for (const auto& [height, width] : {std::pair<std::int64_t, std::int64_t>{6, 8}, {7, 9}, {3, 31}})
    mask_of(task, result.net, large(height, width), {height, width});
  nn::Metadata fixed = result.net->metadata();
  fixed.inputs.clear();
  result.net->set_metadata(fixed);
  for (const auto& [height, width] : {std::pair<std::int64_t, std::int64_t>{6, 8}, {7, 9}, {3, 31}})
    mask_of(task, result.net, large(height, width), {height, width});
}

TEST(Segmentation, BringsMasksOfResizedPicturesBack) {
  random::seed(1);
  const data::Dataset raw = data::records(pictures(2, false));
  const std::string letterbox = "letterbox(size=12)";
  const data::Schema after = data::augmentation(letterbox).fields(raw.info().fields);
  const train::TaskRef task = make("segmentation");
  const data::Recipe sizes({data::steps::pictures({letterbox}, after)});
  const data::Recipe recipe = sizes.then(task->recipe(raw)).fit(raw);
  Local net;
  nn::Metadata metadata;
  metadata.recipe = recipe.to_json();
  net.set_metadata(metadata);
  const nn::Model model(net);
  train::Trainer trainer(model, task, optim::Adam(0.03));
  trainer.fit(recipe.training(raw).shuffle().batch(8), {.epochs = 20});
  EXPECT_EQ(model->metadata().input, (Shape{1, 12, 12}));
  // The left half is dark, the right half bright.
  std::vector<std::uint8_t> image(40 * 60);
  for (std::size_t k = 0; k < image.size(); ++k) image[k] = k % 60 < 30 ? 20 : 120;
  const auto mask =
      mask_of(of(model->metadata()).task, model, {{"image", host(u8, {1, 40, 60}, image)}}, {40, 60});
  for (const std::size_t row : {8u, 20u, 32u}) {
    EXPECT_EQ(mask[row * 60 + 15], 0) << row;
    EXPECT_EQ(mask[row * 60 + 45], 1) << row;
  }
}

TEST(BadInput, C83_TilesThatOverlapTooMuch) {
  expect_error<ValueError>(
      [] {
        make("segmentation", {.values = {{"tile", 32}, {"overlap", 17}}});
      },
      {"overlap is 17", "half of tile", "32"});
  random::seed(1);
  const auto result =
      testing::trained(make("segmentation"), Local(), data::records(pictures(2, false)), 1, 0.03);
  const data::Record colored = {{"image", data::HostArray({u8, {3, 8, 8}})}};
  expect_error<ShapeError>([&] { of(result.net->metadata()).task->predict(*result.net, colored); }, {"channels"});
}

TEST(Segmentation, IsMeasuredByTheOverlapOfMaps) {
  const train::TaskRef task = make("segmentation", {.metrics = {{"mean-iou", "dice", "f1", "cohen-kappa"}}});
  EXPECT_EQ(task->host_metrics().size(), 4u);
  const data::Record prediction = {{"mask", host<std::uint8_t>(u8, {2, 2}, {0, 1, 1, 1})}},
                     truth = {{"target", host<std::uint8_t>(u8, {1, 2, 2}, {0, 0, 1, 1})}};
  const std::vector<double> expected = {(1.0 / 2 + 2.0 / 3) / 2, (2.0 / 3 + 4.0 / 5) / 2};
  for (std::size_t k = 0; k < 2; ++k) {
    const metrics::HostMetric metric = task->host_metrics()[k];
    metric.update(prediction, truth);
    EXPECT_DOUBLE_EQ(metric.figures()[0].value, expected[k]) << metric.name();
  }
}

}  // namespace
}  // namespace luge::tasks
