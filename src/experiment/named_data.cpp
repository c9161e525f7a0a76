#include "experiment/named_data.h"

#include <algorithm>

#include "core/registry.h"
#include "luge/data/curve.h"
#include "luge/data/shapes.h"
#include "luge/data/sources.h"
#include "luge/data/stick_figures.h"

namespace luge::experiment {
namespace {

Registry<DataSet>& known() {
  static auto& registry = *new Registry<DataSet>({.one = "data", .many = "data", .key = "data.name"});
  return registry;
}

DataSet pair_of(const char* name, data::TrainTest parts) {
  return {name, std::move(parts.train), std::move(parts.test)};
}

// A truth table is trained and tested on all it has.
DataSet table(const char* name, const data::Dataset& rows) { return {name, rows, rows, true}; }

struct CurveOptions {
  std::int64_t samples = 20;
  double noise = 0.3;
  std::int64_t draw = 0;
  static void fields(auto& self, auto&& field) {
    field("samples", self.samples, "number of training samples", options::at_least(1));
    field("noise", self.noise, "standard deviation of what is added to the curve", options::at_least(0));
    field("draw", self.draw, "another number draws other training samples", options::at_least(0));
  }
};

// Validation and test are large, so that their errors are near those of all that could be drawn.
DataSet curve(const CurveOptions& o) {
  constexpr std::int64_t kHeldBack = 500;
  constexpr std::uint64_t kValid = 1000001, kTest = 1000002;
  const auto part = [&](std::int64_t samples, std::uint64_t seed) {
    return data::noisy_curve({.samples = samples, .noise = o.noise, .seed = seed});
  };
  return {"curve", part(o.samples, static_cast<std::uint64_t>(o.draw)), part(kHeldBack, kTest), false,
          part(kHeldBack, kValid)};
}

struct ShapesKeys {
  std::int64_t samples = 4000, pixels = 32;
  static void fields(auto& self, auto&& field) {
    field("samples", self.samples, "number of training samples; a fifth as many are for the test",
          options::at_least(8));
    field("pixels", self.pixels, "height and width of a picture", options::within(8, 1024));
  }
};

DataSet shapes(const ShapesKeys& o) {
  constexpr std::uint64_t kTest = 1000002;
  const std::int64_t test = std::max<std::int64_t>(8, o.samples / 5);
  return {"shapes", data::colored_shapes({.samples = o.samples, .size = o.pixels}),
          data::colored_shapes({.samples = test, .size = o.pixels, .seed = kTest})};
}

struct SceneKeys {
  std::int64_t samples = 1000, pixels = 64, shapes = 4;
  static void fields(auto& self, auto&& field) {
    field("samples", self.samples, "number of training samples; a fifth as many are for the test",
          options::at_least(8));
    field("pixels", self.pixels, "height and width of a picture", options::within(16, 1024));
    field("shapes", self.shapes, "how many shapes a picture has at most", options::within(1, 64));
  }
};

DataSet scenes(const SceneKeys& o) {
  constexpr std::uint64_t kTest = 1000002;
  const auto part = [&](std::int64_t samples, std::uint64_t seed) {
    return data::shape_scenes({.samples = samples, .size = o.pixels, .shapes = o.shapes, .seed = seed});
  };
  return {"shape-scenes", part(o.samples, 0), part(std::max<std::int64_t>(8, o.samples / 5), kTest)};
}

struct FigureKeys {
  std::int64_t samples = 8000, pixels = 64;
  double occluded = 0.1;
  std::int64_t draw = 0;
  static void fields(auto& self, auto&& field) {
    field("samples", self.samples,
          "number of training samples; an eighth as many each are for validation and test",
          options::at_least(8));
    field("pixels", self.pixels, "height and width of a picture", options::within(16, 1024));
    field("occluded", self.occluded, "share of pictures in which a block hides a part of the figure",
          options::within(0, 1));
    field("draw", self.draw, "another number draws other training samples", options::at_least(0));
  }
};

DataSet stick_figures(const FigureKeys& o) {
  constexpr std::uint64_t kValid = 1000001, kTest = 1000002;
  const auto part = [&](std::int64_t samples, std::uint64_t seed) {
    return data::stick_figures({.samples = samples, .size = o.pixels, .hidden = o.occluded, .seed = seed});
  };
  const std::int64_t held_back = o.samples / 8;
  return {"stick-figures", part(o.samples, static_cast<std::uint64_t>(o.draw)), part(held_back, kTest), false,
          part(held_back, kValid)};
}

const bool added_named_data =
    add_data_set("fashion-mnist", "70,000 pictures of clothes, 28x28 in gray, 10 classes",
                 [] { return pair_of("fashion-mnist", data::fashion_mnist()); }) &&
    add_data_set("mnist", "70,000 written digits, 28x28 in gray, 10 classes",
                 [] { return pair_of("mnist", data::mnist()); }) &&
    add_data_set("curve", "a sine with noise: one column x, and the number y", curve) &&
    add_data_set("shapes", "made-up pictures of eight shapes, 32x32 in color", shapes) &&
    add_data_set("shape-scenes",
                 "made-up pictures of several shapes, 64x64 in color, with the class of each pixel",
                 scenes) &&
    add_data_set("stick-figures", "made-up pictures of a figure, 64x64 in color, and its 11 points",
                 stick_figures) &&
    add_data_set("xor", "the four cases of exclusive or", [] { return table("xor", data::xor_table()); }) &&
    add_data_set("and", "the four cases of and", [] { return table("and", data::and_table()); }) &&
    add_data_set("or", "the four cases of or", [] { return table("or", data::or_table()); });

}  // namespace

bool add_data_set(const std::string& name, const std::string& description, options::Maker<DataSet> load) {
  return known().add(name, description, std::move(load));
}

std::vector<std::string> data_set_names() { return known().names(); }

bool is_data_set(const std::string& name) { return known().has(name); }

std::optional<DataSet> named_data_set(const std::string& name, const options::Values& values) {
  if (is_data_set(name)) return known().make(name, values);
  return std::nullopt;
}

}  // namespace luge::experiment
