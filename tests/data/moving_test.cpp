// What moves together: after every augmentation the picture, its mask, its box and its point still show one
// thing.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>

#include "core/registry.h"
#include "data/augment/motion.h"
#include "luge/data/augment.h"
#include "luge/data/batches.h"
#include "luge/data/combining.h"
#include "luge/data/picture_fields.h"
#include "luge/data/sources.h"
#include "support/errors.h"

namespace luge::data {
namespace {

using testing::expect_error;

struct Thing {
  std::int64_t x1, y1, x2, y2;
};

template <class T>
HostArray array(DType dtype, const Shape& shape, const std::vector<T>& values) {
  HostArray result({dtype, shape});
  std::copy(values.begin(), values.end(), result.as<T>().begin());
  return result;
}

// A bright rectangle on black, its mask, a box around it, and a point in its middle.
Record scene(DType dtype = u8, const Thing& thing = {14, 10, 30, 24}, std::int64_t height = 40,
             std::int64_t width = 48) {
  HostArray image({dtype, {3, height, width}}), mask({i64, {height, width}});
  for (std::int64_t c = 0; c < 3; ++c) {
    for (std::int64_t y = thing.y1; y < thing.y2; ++y) {
      for (std::int64_t x = thing.x1; x < thing.x2; ++x) {
        const auto k = static_cast<std::size_t>((c * height + y) * width + x);
        if (dtype == u8) image.as<std::uint8_t>()[k] = 250;
        if (dtype == f32) image.as<float>()[k] = 0.98f;
        mask.as<std::int64_t>()[static_cast<std::size_t>(y * width + x)] = 1;
      }
    }
  }
  const auto at = [](std::int64_t value) { return static_cast<float>(value); };
  return {{"image", image},
          {"mask", mask},
          {"boxes", array<float>(f32, {1, 4}, {at(thing.x1), at(thing.y1), at(thing.x2), at(thing.y2)})},
          {"labels", array<std::int64_t>(i64, {1}, {5})},
          {"boxes.difficult", array<std::uint8_t>(u8, {1}, {1})},
          {"points", array<float>(f32, {2, 3},
                                  {at(thing.x1 + thing.x2) / 2, at(thing.y1 + thing.y2) / 2, 1, 3, 4, 0})}};
}

bool bright(const Record& record, std::size_t k) {
  const HostArray& image = record["image"];
  return image.field.dtype == u8 ? image.as<std::uint8_t>()[k] > 125 : image.as<float>()[k] > 0.49f;
}

// Where the mask is.
std::optional<Thing> found(const Record& record) {
  const HostArray& mask = record["mask"];
  const std::int64_t width = mask.field.shape[1];
  Thing all{1000, 1000, 0, 0};
  for (std::int64_t k = 0; k < mask.field.shape.elements(); ++k) {
    if (mask.as<std::int64_t>()[static_cast<std::size_t>(k)] != 1) continue;
    all.x1 = std::min(all.x1, k % width), all.x2 = std::max(all.x2, k % width + 1);
    all.y1 = std::min(all.y1, k / width), all.y2 = std::max(all.y2, k / width + 1);
  }
  return all.x2 > 0 ? std::optional(all) : std::nullopt;
}

options::Values values_for(const std::string& name) {
  for (const options::Info& info : find_family("augmentation")->member(name).options) {
    if (info.required) return {{"size", std::vector<std::int64_t>{name == "center-crop" ? 34 : 56}}};
  }
  return {};
}

// Those that invert the picture show the thing dark.
bool inverts(const std::string& name) {
  return name == "invert" || name == "solarize" || name == "randaugment";
}

TEST(Moving, EveryAugmentationMovesPictureMaskBoxAndPointTogether) {
  std::size_t tried = 0;
  for (const std::string& name : augmentation_names()) {
    if (name.starts_with("test-") || name.starts_with("sound-")) continue;
    const Augmentation change = augmentation(name, values_for(name));
    for (const DType dtype : {u8, f32}) {
      for (std::uint64_t key = 0; key < 12; ++key, ++tried) {
        SCOPED_TRACE(name);
        const Record made = change(scene(dtype), key);
        const Schema fields = change.fields(scene(dtype).schema());
        for (const auto& [field, value] : made) {
          EXPECT_TRUE(fields.at(field).fits(value.field))
              << name << ": " << field << " " << fields.to_string() << " " << value.field.to_string();
        }
        const Shape& shape = made["image"].field.shape;
        ASSERT_EQ(made["mask"].field.shape, Shape({shape[1], shape[2]})) << name;
        const std::optional<Thing> thing = found(made);
        if (!thing || made["boxes"].field.shape[0] == 0) {
          EXPECT_EQ(made["labels"].field.shape[0], made["boxes"].field.shape[0]) << name;
          EXPECT_EQ(made["boxes.difficult"].field.shape[0], made["boxes"].field.shape[0]) << name;
          continue;
        }
        EXPECT_EQ(made["labels"].as<std::int64_t>()[0], 5);
        const float* box = made["boxes"].as<float>().data();
        // The mask is inside of the box, and touches it but for the corners that a turn cuts off.
        EXPECT_GE(static_cast<double>(thing->x1), box[0] - 1.0) << name << " " << key;
        EXPECT_GE(static_cast<double>(thing->y1), box[1] - 1.0) << name << " " << key;
        EXPECT_LE(static_cast<double>(thing->x2), box[2] + 1.0) << name << " " << key;
        EXPECT_LE(static_cast<double>(thing->y2), box[3] + 1.0) << name << " " << key;
        EXPECT_NEAR(static_cast<double>(thing->x1), box[0], 8) << name << " " << key;
        EXPECT_NEAR(static_cast<double>(thing->y2), box[3], 8) << name << " " << key;
        const float* point = made["points"].as<float>().data();
        EXPECT_EQ(point[3], 3) << "a point that is not labeled stays";
        if (point[2] == 0) {
          EXPECT_EQ(point[0], 0);
        } else {
          const auto at = static_cast<std::size_t>(static_cast<std::int64_t>(point[1]) * shape[2] +
                                                   static_cast<std::int64_t>(point[0]));
          if (point[0] > 1 && point[1] > 1 && at < made["mask"].as<std::int64_t>().size()) {
            EXPECT_EQ(made["mask"].as<std::int64_t>()[at], 1) << name << " " << key;
          }
        }
        if (inverts(name) || name == "erase" || name == "cutout") continue;
        std::int64_t differing = 0, inside = 0;
        for (std::size_t k = 0; k < made["mask"].as<std::int64_t>().size(); ++k) {
          const bool of_thing = made["mask"].as<std::int64_t>()[k] == 1;
          inside += of_thing;
          differing += of_thing != bright(made, k);
        }
        EXPECT_LE(differing, 20 + inside / 5) << name << " " << key;  // the border, and grains of noise
      }
    }
  }
  EXPECT_GT(tried, 500u);
}

TEST(Moving, BoxesThatLeaveThePictureTakeTheirLabelsAlong) {
  Record two = scene();
  two.set("boxes", array<float>(f32, {3, 4}, {14, 10, 30, 24, 0, 0, 4, 4, 30, 20, 46, 36}));
  two.set("labels", array<std::int64_t>(i64, {3}, {5, 6, 7}));
  two.set("boxes.difficult", array<std::uint8_t>(u8, {3}, {0, 1, 2}));
  const Record cropped = augmentation("center-crop", {{"size", std::vector<std::int64_t>{20, 24}}})(two, 0);
  // Columns 12 to 36 and rows 10 to 30 are left: 3/8 · 10/16 of the third box.
  ASSERT_EQ(cropped["boxes"].field.shape, Shape({2, 4}));
  const std::vector<float> wanted = {2, 0, 18, 14, 18, 10, 24, 20};
  for (std::size_t k = 0; k < wanted.size(); ++k) EXPECT_FLOAT_EQ(cropped["boxes"].as<float>()[k], wanted[k]);
  EXPECT_EQ(cropped["labels"].as<std::int64_t>()[1], 7);
  EXPECT_EQ(cropped["boxes.difficult"].as<std::uint8_t>()[1], 2);
  const Record strict =
      augmentation("center-crop", {{"size", std::vector<std::int64_t>{20, 24}}, {"visible", 0.5}})(two, 0);
  EXPECT_EQ(strict["labels"].field.shape, Shape({1}));
  // A box without an area is left out wherever it is.
  two.set("boxes", array<float>(f32, {3, 4}, {14, 10, 30, 24, 20, 20, 20, 30, 30, 20, 46, 36}));
  EXPECT_EQ(augmentation("rotate", {{"degrees", 1}})(two, 3)["labels"].field.shape, Shape({2}));
}

TEST(Moving, AMirrorExchangesPointsOfLeftAndRight) {
  Record face = scene();
  face.set("points", array<float>(f32, {4, 3}, {10, 5, 1, 20, 6, 1, 0, 0, 0, 30, 8, 1}));
  const Record flipped =
      augmentation("flip", {{"p", 1}, {"swap", std::vector<std::int64_t>{0, 1}}, {"points", 2}})(face, 1);
  const std::vector<float> wanted = {28, 6, 1, 38, 5, 1, 18, 8, 1, 0, 0, 0};
  for (std::size_t k = 0; k < wanted.size(); ++k)
    EXPECT_FLOAT_EQ(flipped["points"].as<float>()[k], wanted[k]) << k;
  // Upside down is a mirror, too; both together are a turn.
  const Record turned =
      augmentation("flip", {{"p", 1}, {"vertical", 1}, {"swap", std::vector<std::int64_t>{0, 1}}})(face, 1);
  EXPECT_FLOAT_EQ(turned["points"].as<float>()[0], 38);
  EXPECT_FLOAT_EQ(turned["points"].as<float>()[1], 35);
  expect_error<ValueError>(
      [&] {
        augmentation("flip", {{"p", 1}, {"swap", std::vector<std::int64_t>{0, 9}}})(face, 1);
      },
      {"swap", "0 and 9", "0 to 3"});
  expect_error<options::OptionError>(
      [] {
        augmentation("flip", {{"swap", std::vector<std::int64_t>{1}}});
      },
      {"odd number"});
}

TEST(Moving, NeighborsThatMovePixelsShareOneResampling) {
  const Augmentation there = augmentation("rotate", {{"degrees", 40}}),
                     back = augmentation("zoom", {{"amount", 0.4}});
  const Augmentation both = there.then(back), other = there.then(augmentation("zoom", {{"fill", 9}}));
  double together = 0, apart = 0;
  for (std::uint64_t key = 0; key < 20; ++key) {
    const auto area = [](const Record& record) {
      if (record["boxes"].field.shape[0] == 0) return 0.0;
      const float* box = record["boxes"].as<float>().data();
      return double{box[2] - box[0]} * (box[3] - box[1]);
    };
    together += area(there.then(there)(scene(), key));
    apart += area(there(there(scene(), key), key + 1));
    EXPECT_TRUE(found(both(scene(), key)) && found(other(scene(), key)));
  }
  EXPECT_LT(together, 0.9 * apart) << "a box is put around its thing once";
}

TEST(Moving, BordersAreFilledRepeatedMirroredOrTakenFromTheOtherEnd) {
  const Record row = {{"input", array<std::uint8_t>(u8, {1, 1, 4}, {1, 2, 3, 4})}};
  const auto padded = [&](const char* border) {
    const Record made = augmentation(
        "pad", {{"size", std::vector<std::int64_t>{1, 10}}, {"border", border}, {"fill", 9}})(row, 0);
    const auto bytes = made["input"].as<std::uint8_t>();
    return std::vector<int>(bytes.begin(), bytes.end());
  };
  EXPECT_EQ(padded("fill"), (std::vector<int>{9, 9, 9, 1, 2, 3, 4, 9, 9, 9}));
  EXPECT_EQ(padded("replicate"), (std::vector<int>{1, 1, 1, 1, 2, 3, 4, 4, 4, 4}));
  EXPECT_EQ(padded("reflect"), (std::vector<int>{4, 3, 2, 1, 2, 3, 4, 3, 2, 1}));
  EXPECT_EQ(padded("circular"), (std::vector<int>{2, 3, 4, 1, 2, 3, 4, 1, 2, 3}));
}

TEST(Moving, MosaicHasTheThingsOfFourPictures) {
  std::vector<Record> scenes;
  for (std::int64_t k = 0; k < 6; ++k) scenes.push_back(scene(u8, {10 + k, 8, 26 + k, 24}, 40, 48 + k));
  const Dataset data = records(scenes);
  const CombiningAugmentation mosaic = combining_augmentation("mosaic");
  const Dataset made = mosaic.apply(data, 3);
  std::int64_t boxes = 0;
  for (std::int64_t k = 0; k < made.size(); ++k) {
    const Record record = made.record(k);
    EXPECT_EQ(record["image"].field, scenes[static_cast<std::size_t>(k)]["image"].field)
        << "the extents stay";
    const std::int64_t count = record["boxes"].field.shape[0];
    boxes += count;
    EXPECT_EQ(record["labels"].field.shape[0], count);
    EXPECT_EQ(record["points"].field.shape[0], 8);
    for (std::int64_t b = 0; b < count; ++b) {  // the middle of each box is on its thing
      const float* box = record["boxes"].as<float>().data() + 4 * b;
      const auto at = static_cast<std::size_t>(static_cast<std::int64_t>((box[1] + box[3]) / 2) *
                                                   record["mask"].field.shape[1] +
                                               static_cast<std::int64_t>((box[0] + box[2]) / 2));
      EXPECT_EQ(record["mask"].as<std::int64_t>()[at], 1) << k << " " << b;
      EXPECT_TRUE(bright(record, at));
    }
  }
  EXPECT_GT(boxes, 12);
  const Dataset labeled = tensors(zeros({4, 1, 8, 8}), zeros({4}, i64));
  expect_error<ValueError>([&] { mosaic.apply(labeled, 1); }, {"mosaic", "i64[]", "whole picture"});
  expect_error<ValueError>([&] { augmentation("mosaic"); }, {"combining_augmentation"});
}

// The same sample, epoch and seed give the same bytes, on any number of threads.
TEST(Moving, ThreadsChangeNothing) {
  std::vector<Record> list;
  for (std::int64_t k = 0; k < 24; ++k) {
    Record record = scene(u8, {4 + k, 10, 12 + k, 20});
    list.push_back({{"input", record["image"]}, {"target", array<std::int64_t>(i64, {}, {k % 3})}});
  }
  Augmentation all = augmentation("flip");
  for (const char* name :
       {"rotate", "zoom", "resized-crop", "jitter", "randaugment", "blur", "salt-and-pepper", "cutout"})
    all = all.then(augmentation(name));
  const Batches batches = records(list).augment(all, 7).shuffle({.seed = 2}).batch(5);
  const auto bytes = [](const Batches& from, std::int64_t epoch) {
    std::vector<std::vector<float>> all;
    auto stream = from.epoch(epoch);
    while (auto batch = stream.next()) {
      std::vector<float> one;
      for (const std::byte each : batch->values["input"].bytes) one.push_back(static_cast<float>(each));
      all.push_back(one);
    }
    return all;
  };
  const auto alone = bytes(batches, 1);
  EXPECT_EQ(bytes(batches.prefetch({.workers = 3}), 1), alone);
  EXPECT_EQ(bytes(batches.prefetch({.workers = 1}), 1), alone);
  EXPECT_NE(bytes(batches, 2), alone);
}

TEST(Moving, TellsTheFieldsThatItMakes) {
  const Schema ragged = {
      {"image", {u8, {3, unknown, unknown}}}, {"boxes", {f32, {2, 4}}}, {"labels", {i64, {2}}}};
  EXPECT_EQ(augmentation("resize", {{"size", 32}})
                .then(augmentation("crop", {{"size", 28}}))
                .fields(ragged)
                .to_string(),
            "image u8[3,28,28], boxes f32[?,4], labels i64[?]");
  EXPECT_EQ(augmentation("resize", {{"size", 32}, {"side", "short"}}).fields(ragged).at("image").to_string(),
            "u8[3,?,?]");
  // A data set of pictures of all sizes then has batches.
  const Dataset data = records({scene(), scene(u8, {1, 2, 9, 8}, 20, 30)});
  const Dataset sized = data.augment(augmentation("letterbox", {{"size", 24}}), 1);
  EXPECT_EQ(sized.info().fields.at("image").to_string(), "u8[3,24,24]");
  EXPECT_EQ(sized.info().fields.at("mask").to_string(), "i64[24,24]");
}

TEST(BadInput, C79_AugmentationsRefuseWhatDoesNotFit) {
  const Augmentation rotate = augmentation("rotate");
  Record broken = scene();
  broken["boxes"].as<float>()[2] = NAN;
  expect_error<ValueError>([&] { rotate(broken, 1); }, {"rotate", "box 0", "nan"});
  broken = scene();
  broken["boxes"].as<float>()[2] = 3;
  expect_error<ValueError>([&] { augmentation("flip")(broken, 1); }, {"flip", "box 0", "x1 ≤ x2"});
  broken = scene();
  broken.set("labels", array<std::int64_t>(i64, {2}, {1, 2}));
  expect_error<ShapeError>([&] { rotate(broken, 1); }, {"'labels'", "i64[2]", "each of the 1 boxes"});
  broken = scene();
  broken.set("mask", HostArray({i64, {3, 3}}));
  expect_error<ShapeError>([&] { rotate(broken, 1); }, {"mask is i64[3,3]", "height 40", "width 48"});
  broken = scene();
  broken["points"].as<float>()[0] = INFINITY;
  expect_error<ValueError>([&] { rotate(broken, 1); }, {"point 0", "finite"});
  expect_error<ValueError>(
      [] {
        augmentation("crop", {{"size", 64}})(scene(), 1);
      },
      {"crop", "40x48", "at least 64x64", "padding="});
  expect_error<ValueError>(
      [] {
        augmentation("pad", {{"size", 16}})(scene(), 1);
      },
      {"pad", "40x48", "letterbox"});
  expect_error<options::OptionError>(
      [] {
        augmentation("crop", {{"size", std::vector<std::int64_t>{1, 2, 3}}});
      },
      {"size is 1,2,3"});
  expect_error<options::OptionError>(
      [] {
        augmentation("blur", {{"smallest", 3}});
      },
      {"smallest", "largest"});
  // Color needs to know what white is.
  Record far = {{"input", array<float>(f32, {1, 1, 2}, {10, 200})}};
  expect_error<ValueError>([&] { augmentation("brightness")(far, 1); },
                           {"value 200", "0 to 1", "brightness.white"});
  EXPECT_NO_THROW(augmentation("brightness", {{"white", 255}})(far, 1));
  expect_error<DTypeError>(
      [] {
        augmentation("gamma")({{"input", HostArray({i64, {1, 2, 2}})}}, 1);
      },
      {"i64[1,2,2]", "u8 from 0 to 255"});
  expect_error<ShapeError>(
      [] {
        augmentation("hue")({{"input", HostArray({f32, {2, 2, 2}})}}, 1);
      },
      {"hue", "2 channels"});
  // In a data set the error names the sample.
  std::vector<Record> list = {scene(), scene()};
  list[1]["boxes"].as<float>()[0] = NAN;
  const Dataset data = records(list).augment(rotate, 1);
  expect_error<ValueError>([&] { data.record(1); }, {data.where(1), "box 0"});
}

}  // namespace
}  // namespace luge::data
