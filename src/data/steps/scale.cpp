// scale: a field through (x - offset) * scale, and predictions back to the units of the data.
#include <fmt/format.h>

#include "core/dispatch.h"
#include "data/steps/step.h"
#include "luge/error.h"

namespace luge::data {
namespace {

struct ScaleOptions {
  std::string field = std::string(kInput);
  Scaling how = Scaling::standardize;
  std::vector<float> offset = {}, scale = {};  // fitted; empty: not yet
  std::vector<float> raw_offset = {},
                     raw_scale = {};  // Info::preprocessing of the data that it was fitted to
  static void fields(auto& self, auto&& field) {
    field("field", self.field, "the field");
    field("how", self.how, "how its values are scaled");
    field("offset", self.offset, "what is subtracted");
    field("scale", self.scale, "the factor");
    field("raw_offset", self.raw_offset, "what was subtracted from raw values before");
    field("raw_scale", self.raw_scale, "the factor of raw values before");
  }
};

// Each value is one number, or one for each index of the first axis.
HostArray scaled(const HostArray& value, const Affine& affine) {
  const Shape& shape = value.field.shape;
  const std::size_t groups = std::max(affine.offset.size(), affine.scale.size());
  if (groups > 1 && (shape.rank() == 0 || shape[0] != static_cast<std::int64_t>(groups))) {
    throw ShapeError(fmt::format("scale: a value is {}; it was fitted to {} numbers along the first axis",
                                 value.field.to_string(), groups));
  }
  HostArray result(Field{f32, shape});
  const std::span<float> to = result.as<float>();
  const std::size_t length = to.size() / groups;
  dispatch(value.field.dtype, [&]<class T>() {
    using Stored = std::conditional_t<std::same_as<T, bool>, std::uint8_t, T>;
    const std::span<const Stored> from = value.as<Stored>();
    for (std::size_t i = 0; i < groups * length; ++i) {
      const std::size_t g = i / length;
      to[i] = (static_cast<float>(from[i]) - affine.offset[affine.offset.size() == 1 ? 0 : g]) *
              affine.scale[affine.scale.size() == 1 ? 0 : g];
    }
  });
  return result;
}

class Scale final : public StepWith<Scale, ScaleOptions> {
 public:
  static constexpr const char* kName = "scale";
  explicit Scale(ScaleOptions options) : StepWith(std::move(options)) {
    const auto& o = options_;
    const bool raw = o.raw_offset.empty() == o.raw_scale.empty();
    if (o.offset.empty() != o.scale.empty() || !raw)
      throw FormatError("recipe: the step scale has offsets without scales or scales without offsets");
  }

  StepRef fit(const Dataset& training) const override {
    ScaleOptions fitted = options_;
    const bool input = options_.field == kInput;
    training.info().fields.at(options_.field);
    const Affine affine = fit_scaling(
        input ? training : training.fields({options_.field}).rename(options_.field, std::string(kInput)),
        options_.how);
    const Affine before = input ? training.info().preprocessing.value_or(Affine{}) : Affine{};
    fitted.offset = affine.offset;
    fitted.scale = affine.scale;
    fitted.raw_offset = before.offset;
    fitted.raw_scale = before.scale;
    return std::make_shared<Scale>(std::move(fitted));
  }

  Dataset apply(const Dataset& data) const override {
    const Affine own = fitted();
    if (options_.field == kInput) {
      data.info().input();
      const std::optional<Affine>& before = data.info().preprocessing;
      const bool same = !before || *before == raw();
      return data.affine(same ? own : compose(inverse_of(*before), compose(raw(), own)));
    }
    const Field& field = data.info().fields.at(options_.field);
    return derive(data,
                  {.who = kName,
                   .mark = options(),
                   .from = options_.field,
                   .to = options_.field,
                   .made = {f32, field.shape},
                   .function = [own](const HostArray& value, const Where&) { return scaled(value, own); }});
  }
  void apply(Record& record) const override {
    const HostArray* value = record.find(options_.field);
    if (value) record.set(options_.field, scaled(*value, compose(raw(), fitted())));
  }
  HostArray undo(std::string_view field, HostArray value) const override {
    return field == options_.field ? scaled(value, inverse_of(fitted())) : value;
  }

 private:
  Affine fitted() const {
    if (options_.offset.empty())
      throw StateError(
          fmt::format("recipe: the scaling of the field '{}' is not fitted; call Recipe::fit with the "
                      "training data",
                      options_.field));
    return {options_.offset, options_.scale};
  }
  Affine raw() const {
    return options_.raw_offset.empty() ? Affine{} : Affine{options_.raw_offset, options_.raw_scale};
  }
};

const bool added_scale = Scale::add();

}  // namespace

StepRef steps::scale(Scaling scaling, const std::string& field) {
  return std::make_shared<Scale>(ScaleOptions{.field = field, .how = scaling});
}

}  // namespace luge::data
