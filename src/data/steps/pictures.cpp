// pictures: the extents that augmentations gave to training pictures, for those that are not augmented.
#include <fmt/format.h>

#include <algorithm>

#include "data/augment/moving.h"
#include "data/steps/step.h"
#include "luge/data/augment.h"
#include "luge/data/normalizer.h"
#include "luge/data/picture_fields.h"
#include "luge/data/sources.h"
#include "luge/error.h"

namespace luge::data {
namespace {

struct PicturesOptions {
  std::vector<std::string> steps = {};
  std::int64_t height = 0, width = 0;
  std::vector<float> offset = {}, scale = {};  // fitted: Info::preprocessing
  static void fields(auto& self, auto&& field) {
    field("steps", self.steps, "augmentations that draw nothing, in this order");
    field("offset", self.offset, "what was subtracted from raw values before");
    field("scale", self.scale, "the factor of raw values before");
    field("height", self.height, "the height after them", options::at_least(0));
    field("width", self.width, "the width after them", options::at_least(0));
  }
};

class Pictures final : public StepWith<Pictures, PicturesOptions> {
 public:
  static constexpr const char* kName = "pictures";
  explicit Pictures(PicturesOptions options) : StepWith(std::move(options)) {
    if (options_.offset.empty() != options_.scale.empty())
      throw FormatError("recipe: the step pictures has offsets without scales or scales without offsets");
    for (const std::string& each : options_.steps) {
      const Augmentation next = augmentation(each);
      all_ = all_ ? all_->then(next) : next;
    }
  }
  using Step::apply;
  StepRef fit(const Dataset& training) const override {
    PicturesOptions fitted = options_;
    const Affine scaling = training.info().preprocessing.value_or(Affine{});
    fitted.offset = scaling.offset, fitted.scale = scaling.scale;
    return std::make_shared<Pictures>(std::move(fitted));
  }
  // Pictures of the right extents, such as those of the training, pass unchanged.
  Dataset apply(const Dataset& data) const override {
    if (!all_ || extent_of(data.info().fields) == size()) return data;
    return data.augment(
        [step = *this](Record record, std::uint64_t) { return step.changed(std::move(record)); }, 0,
        {.fields = all_->fields(data.info().fields)});
  }
  void apply(Record& raw) const override {
    if (!all_ || (!raw.contains(kInput) && !raw.contains(kImage))) return;
    // Numbers such as fill= mean values as the data set has them, 0 … 1, and raw ones are bytes.
    const bool scaled = !options_.offset.empty() && raw.contains(kInput);
    const Affine there{options_.offset, options_.scale};
    if (scaled) through(there, raw);
    raw = changed(std::move(raw));
    if (scaled) through(inverse_of(there), raw);
  }

 private:
  static void through(const Affine& affine, Record& raw) {
    HostArray& value = raw[kInput];
    if (value.field.dtype != f32) return;
    const std::span<float> numbers = value.as<float>();
    const std::size_t groups = std::max(affine.offset.size(), affine.scale.size());
    const std::size_t length = std::max<std::size_t>(1, numbers.size() / groups);
    for (std::size_t i = 0; i < numbers.size(); ++i) {
      const auto of = [&](const std::vector<float>& list) {
        return list[list.size() == 1 ? 0 : std::min(i / length, list.size() - 1)];
      };
      numbers[i] = (numbers[i] - of(affine.offset)) * of(affine.scale);
    }
  }
  Extent size() const { return {options_.height, options_.width}; }
  Record changed(Record record) const {
    if (extent_of(record.schema()) == size()) return record;
    return (*all_)(std::move(record), 0);
  }
  std::optional<Augmentation> all_;
};

const bool added_pictures = Pictures::add();

}  // namespace

StepRef steps::pictures(const std::vector<std::string>& names, const Schema& after) {
  const Extent size = extent_of(after);
  if (names.empty() || size.height < 1 || size.width < 1) return nullptr;
  return std::make_shared<Pictures>(PicturesOptions{names, size.height, size.width});
}

Dataset steps::with_picture_sizes(const Recipe& recipe, const Dataset& data) {
  Dataset result = data;
  for (const StepRef& step : recipe.steps()) {
    if (const auto* own = dynamic_cast<const Pictures*>(step.get())) result = own->apply(result);
  }
  return result;
}

// Steps without random numbers scale and move along each axis: two points tell how.
steps::BeforeSizes::BeforeSizes(const Recipe& recipe, const Shape& picture) {
  const auto height = static_cast<float>(picture[1]), width = static_cast<float>(picture[2]);
  const float before[2][2] = {{width / 4, height / 4}, {3 * width / 4, 3 * height / 4}};
  Record probe = {{std::string(kImage), HostArray(Field{u8, {1, picture[1], picture[2]}})},
                  {std::string(kPoints), HostArray(Field{f32, {2, 3}})}};
  for (std::size_t k = 0; k < 2; ++k) {
    const std::span<float> point = probe[kPoints].as<float>().subspan(3 * k, 3);
    point[0] = before[k][0], point[1] = before[k][1], point[2] = 1;
  }
  const Record sized = with_picture_sizes(recipe, records({probe})).record(0);
  const std::span<const float> after = sized[kPoints].as<float>();
  if (after[2] == 0 || after[5] == 0)
    throw ValueError(
        fmt::format("the recipe cuts the middle of a picture of {}x{} off", picture[2], picture[1]));
  for (std::size_t k = 0; k < 2; ++k) {
    const float scale = (after[3 + k] - after[k]) / (before[1][k] - before[0][k]);
    axes_[k] = {after[k] - before[0][k] * scale, scale, k == 0 ? width : height};
  }
}

HostArray steps::BeforeSizes::boxes(HostArray found) const {
  const std::span<float> corners = found.as<float>();
  for (std::size_t k = 0; k < corners.size(); ++k) {
    const Axis& axis = axes_[k % 2];
    corners[k] = std::clamp(axis.before(corners[k]), 0.0F, axis.extent);
  }
  return found;
}

HostArray steps::BeforeSizes::points(HostArray found) const {
  const std::span<float> numbers = found.as<float>();
  for (std::size_t k = 0; k + 2 < numbers.size(); k += 3) {
    for (std::size_t axis = 0; axis < 2; ++axis) numbers[k + axis] = axes_[axis].before(numbers[k + axis]);
  }
  return found;
}

}  // namespace luge::data
