// Detection: networks that learn boxes of bright things, which loss they minimize, and what their outputs
// mean.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "luge/data/anchors.h"
#include "luge/data/picture_fields.h"
#include "luge/error.h"
#include "luge/metrics/detection.h"
#include "luge/nn/activation.h"
#include "luge/nn/conv.h"
#include "luge/nn/sequential.h"
#include "luge/random.h"
#include "support/errors.h"
#include "tasks/trained.h"

namespace luge::tasks {
namespace {

using testing::expect_error;
using testing::host;

constexpr int kSide = 32;

// A bright rectangle of one of two colors in a dark picture.
data::Record picture(int i) {
  std::vector<std::uint8_t> image(3 * kSide * kSide, 20);
  const int width = 8 + i % 5, height = 8 + i / 5 % 5, x = (i * 7) % (kSide - width),
            y = (i * 11) % (kSide - height);
  const int label = i % 2;
  for (int row = y; row < y + height; ++row) {
    for (int column = x; column < x + width; ++column)
      image[static_cast<std::size_t>((2 * label * kSide + row) * kSide + column)] = 240;
  }
  return {{"image", host(u8, {3, kSide, kSide}, image)},
          {"boxes", host<float>(f32, {1, 4},
                                {static_cast<float>(x), static_cast<float>(y), static_cast<float>(x + width),
                                 static_cast<float>(y + height)})},
          {"labels", host<std::int64_t>(i64, {1}, {label})}};
}

// Records with names of classes, any number of boxes in each.
class Named final : public data::Source {
 public:
  explicit Named(std::vector<data::Record> all) : inner_(data::records(std::move(all), fields()).source()) {
    info_ = inner_->info();
    info_.classes = {"red", "blue"};
  }
  std::int64_t size() const override { return inner_->size(); }
  const data::Info& info() const override { return info_; }
  void read(std::int64_t index, data::Row& row) const override { inner_->read(index, row); }
  std::string where(std::int64_t index) const override { return inner_->where(index); }

 private:
  static data::Schema fields() {
    return {{"image", {u8, {3, kSide, kSide}}}, {"boxes", {f32, {unknown, 4}}}, {"labels", {i64, {unknown}}}};
  }
  std::shared_ptr<const data::Source> inner_;
  data::Info info_;
};

data::Dataset pictures(int count) {
  std::vector<data::Record> all;
  for (int i = 0; i < count; ++i) all.push_back(picture(i));
  return data::Dataset(std::make_shared<Named>(std::move(all)));
}

// Cells of 8 pixels.
nn::Model net(std::int64_t outputs) {
  return nn::sequential(nn::Conv2d(16, {.kernel = 3, .stride = 2, .padding = 1}), nn::Relu(),
                        nn::Conv2d(32, {.kernel = 3, .stride = 2, .padding = 1}), nn::Relu(),
                        nn::Conv2d(32, {.kernel = 3, .stride = 2, .padding = 1}), nn::Relu(),
                        nn::Conv2d(32, {.kernel = 3, .padding = 1}), nn::Relu(),
                        nn::Conv2d(outputs, {.kernel = 1}));
}

double map50_of(const testing::Trained& result, int count) {
  std::vector<data::Record> raw;
  const metrics::MeanAveragePrecision map({.thresholds = {0.5}});
  for (int i = 0; i < count; ++i) raw.push_back(picture(i));
  const auto said = testing::interpreted(result, raw);
  for (int i = 0; i < count; ++i) map.update(said[static_cast<std::size_t>(i)], picture(i));
  return map.figures()[0].value;
}

TEST(Detection, EachTaskFindsBoxes) {
  const struct {
    const char* task;
    std::vector<std::pair<std::string, options::Value>> values;
    std::int64_t outputs;
  } rows[] = {{"detection", {{"scales", 1}, {"anchors", 2}}, 14},
              {"yolo-v3", {{"scales", 1}, {"anchors", 2}}, 14},
              {"yolo-v1", {}, 12}};
  for (const auto& row : rows) {
    random::seed(3);
    const train::TaskRef task = make(row.task, {.values = row.values});
    const data::Dataset data = pictures(60);
    EXPECT_EQ(task->outputs(data.info()), row.outputs) << row.task;
    const auto result = testing::trained(task, net(row.outputs), data, 60, 0.004);
    EXPECT_LT(result.loss(59), result.loss(0) / 3) << row.task;
    EXPECT_GT(map50_of(result, 60), 0.8) << row.task;
  }
}

TEST(Detection, EachLossOfBoxesIsLearned) {
  for (const char* loss : {"iou", "giou", "diou", "ciou", "smooth-l1"}) {
    random::seed(3);
    const train::TaskRef task = make("detection", {.loss = loss, .values = {{"scales", 1}, {"anchors", 2}}});
    const auto result = testing::trained(task, net(14), pictures(40), 12, 0.004);
    EXPECT_LT(result.loss(11), result.loss(0)) << loss;
  }
}

TEST(Detection, UnsureDetectionsAreToldOnlyWhereTheTruthIsKnown) {
  random::seed(3);
  const train::TaskRef task = make("detection", {.values = {{"scales", 1}, {"anchors", 2}}});
  const auto result = testing::trained(task, net(14), pictures(20), 2, 0.004);
  data::Record bare = picture(3);
  bare.erase("boxes"), bare.erase("labels");
  const auto measured = testing::interpreted(result, {picture(3)})[0],
             told = testing::interpreted(result, {bare})[0];
  EXPECT_GT(measured["scores"].field.shape[0], told["scores"].field.shape[0]);
  for (const float score : told["scores"].as<float>()) EXPECT_GE(score, 0.25F);
  const auto scores = measured["scores"].as<float>();
  EXPECT_TRUE(std::is_sorted(scores.begin(), scores.end(), std::greater<>()));
  for (const float corner : measured["boxes"].as<float>()) EXPECT_TRUE(corner >= 0 && corner <= kSide);
}

TEST(Detection, AnchorsAreInTheFileAndFollowTheData) {
  const train::TaskRef task = make("detection", {.values = {{"scales", 2}, {"anchors", 2}}});
  const data::Dataset data = pictures(60);
  const data::Recipe fitted = task->recipe(data).fit(data);
  const auto anchors = data::anchors_of(data::Recipe::from_json(fitted.to_json()));
  ASSERT_EQ(anchors.size(), 4u);
  EXPECT_EQ(anchors, data::anchors_of(fitted));
  for (std::size_t k = 0; k < 4; ++k) {
    EXPECT_TRUE(anchors[k].width >= 8 && anchors[k].width <= 12) << anchors[k].width;
    if (k == 0) continue;
    EXPECT_GE(anchors[k].width * anchors[k].height, anchors[k - 1].width * anchors[k - 1].height);
  }
}

TEST(Anchors, AreTheMeansOfGroups) {
  std::vector<data::BoxExtent> extents;
  for (int i = 0; i < 10; ++i) {
    extents.push_back({10.0 + i % 2, 10});
    extents.push_back({100.0 + i % 2, 50});
  }
  const auto found = data::cluster_extents(extents, 2);
  ASSERT_EQ(found.size(), 2u);
  EXPECT_NEAR(found[0].width, 10.5, 1e-9);
  EXPECT_NEAR(found[1].width, 100.5, 1e-9);
  EXPECT_NEAR(data::iou_of({10, 10}, {10, 20}), 0.5, 1e-12);
}

TEST(BadInput, C79_BoxesThatAreNoBoxesAreNamed) {
  const train::TaskRef task = make("detection", {.values = {{"scales", 1}, {"anchors", 1}}});
  const auto refused = [&]<class E>(E, std::vector<float> corners, std::int64_t label,
                                    std::initializer_list<std::string> parts) {
    data::Record record = picture(0);
    record.set("boxes", host(f32, {1, 4}, corners));
    record.set("labels", host<std::int64_t>(i64, {1}, {label}));
    const data::Dataset data(std::make_shared<Named>(std::vector{picture(1), record}));
    expect_error<E>([&] { testing::trained(task, net(7), data, 1, 0.001); }, parts);
  };
  refused(ValueError(""), {40, 40, 50, 50}, 0, {"detection", "box 0", "outside of the picture of 32x32"});
  refused(ValueError(""), {8, 8, 4, 12}, 0, {"box 0", "8,8,4,12", "x1 < x2"});
  refused(ValueError(""), {8, 8, 8, 12}, 0, {"box 0", "x1 < x2"});
  refused(IndexError(""), {8, 8, 12, 12}, 5, {"the label of box 0 is 5", "0 to 1 (2 classes)"});
  refused(IndexError(""), {8, 8, 12, 12}, -1, {"the label of box 0 is -1"});
  refused(ValueError(""), {8, NAN, 12, 12}, 0, {"boxes"});
}

TEST(BadInput, C22_DataWithoutBoxesGivesNoAnchors) {
  data::Record record = picture(0);
  record.set("boxes", data::HostArray(data::Field{f32, {0, 4}}));
  record.set("labels", data::HostArray(data::Field{i64, {0}}));
  const data::Dataset data = data::records({record, record});
  const train::TaskRef task = make("detection");
  expect_error<ValueError>([&] { task->recipe(data).fit(data); },
                           {"anchors", "no box", "2 training pictures"});
  expect_error<ValueError>([] { data::cluster_extents({}, 3); }, {"0 extents"});
  expect_error<ValueError>([] { data::cluster_extents({{0, 1}}, 1); }, {"0x1"});
}

TEST(BadInput, C01_OutputsThatAreNoMapsAreNamed) {
  const train::TaskRef task = make("detection", {.values = {{"scales", 2}, {"anchors", 2}}});
  expect_error<ShapeError>([&] { testing::trained(task, net(14), pictures(8), 1, 0.001); },
                           {"detection", "1 outputs", "4 anchors", "task.scales=1"});
  const train::TaskRef one = make("detection", {.values = {{"scales", 1}, {"anchors", 2}}});
  expect_error<ShapeError>([&] { testing::trained(one, net(13), pictures(8), 1, 0.001); },
                           {"detection", "output 0", "2·(5 + classes)"});
  expect_error<ValueError>([] { make("yolo-v1", {.loss = "mae"}); }, {"yolo-v1", "mae", "mse"});
  expect_error<ValueError>([] { make("yolo-v3", {.loss = "mse"}); }, {"yolo-v3", "task=detection"});
}

}  // namespace
}  // namespace luge::tasks
