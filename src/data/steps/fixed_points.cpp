// fixed-points: points of which every record has the same number.
#include <fmt/format.h>

#include "data/steps/step.h"
#include "luge/data/fixed_points.h"
#include "luge/data/picture_fields.h"
#include "luge/error.h"

namespace luge::data {
namespace {

struct FixedPointsOptions {
  std::int64_t count = 0;  // fitted; 0: not yet
  static void fields(auto& self, auto&& field) {
    field("count", self.count, "the number of points", options::at_least(0));
  }
};

class FixedPoints final : public StepWith<FixedPoints, FixedPointsOptions> {
 public:
  static constexpr const char* kName = "fixed-points";
  using StepWith::StepWith;

  StepRef fit(const Dataset& training) const override {
    check(training.info());
    FixedPointsOptions fitted = options_;
    const std::size_t field = training.info().fields.index(kPoints);
    fitted.count = training.info().fields[field].shape[0];
    // Pictures without points say nothing about their number.
    for (std::int64_t i = 0; (fitted.count == unknown || fitted.count == 0) && i < training.size(); ++i)
      fitted.count = training.source()->shape_of(i, field)[0];
    if (fitted.count < 1)
      throw ValueError(fmt::format("fixed-points: no picture of {} has points", training.info().name));
    return std::make_shared<FixedPoints>(fitted);
  }
  Dataset apply(const Dataset& data) const override {
    check(data.info());
    if (data.info().fields.at(kPoints) == made()) return data;
    return derive(data, derivation());
  }
  void apply(Record& raw) const override { derive(raw, derivation()); }

 private:
  static void check(const Info& info) {
    const Field& field = info.fields.at(kPoints);
    if (field.dtype == f32 && field.shape.rank() == 2 && field.shape[1] == 3) return;
    throw ShapeError(fmt::format("fixed-points: the field 'points' of {} is {}; expected f32[points,3]",
                                 info.name, field.to_string()));
  }
  Field made() const { return {f32, {options_.count, 3}}; }
  Derivation derivation() const {
    if (options_.count == 0)
      throw StateError("recipe: the number of points is not known; call Recipe::fit with the training data");
    return {.who = kName,
            .mark = options(),
            .from = std::string(kPoints),
            .to = std::string(kPoints),
            .made = made(),
            .function = [field = made()](HostArray value, const Where& where) {
              if (value.field == field) return value;
              throw ShapeError(
                  fmt::format("{}: has {} points; expected {}, as the first picture has that has any; "
                              "pictures with several things need one picture for each",
                              where(), value.field.shape[0], field.shape[0]));
            }};
  }
};

const bool added_fixed_points = FixedPoints::add();

}  // namespace

StepRef steps::fixed_points() { return std::make_shared<FixedPoints>(FixedPointsOptions{}); }

}  // namespace luge::data
