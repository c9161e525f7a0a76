// pictures: the extents that augmentations gave to training pictures, for those that are not augmented.
#include "data/augment/moving.h"
#include "data/steps/step.h"
#include "luge/data/augment.h"
#include "luge/data/picture_fields.h"
#include "luge/error.h"

namespace luge::data {
namespace {

struct PicturesOptions {
  std::vector<std::string> steps = {};
  std::int64_t height = 0, width = 0;
  static void fields(auto& self, auto&& field) {
    field("steps", self.steps, "augmentations that draw nothing, in this order");
    field("height", self.height, "the height after them", options::at_least(0));
    field("width", self.width, "the width after them", options::at_least(0));
  }
};

class Pictures final : public StepWith<Pictures, PicturesOptions> {
 public:
  static constexpr const char* kName = "pictures";
  explicit Pictures(PicturesOptions options) : StepWith(std::move(options)) {
    for (const std::string& each : options_.steps) {
      const Augmentation next = augmentation(each);
      all_ = all_ ? all_->then(next) : next;
    }
  }
  using Step::apply;
  // Pictures of the right extents, such as those of the training, pass unchanged.
  Dataset apply(const Dataset& data) const override {
    if (!all_ || extent_of(data.info().fields) == size()) return data;
    return data.augment(
        [step = *this](Record record, std::uint64_t) { return step.changed(std::move(record)); }, 0,
        {.fields = all_->fields(data.info().fields)});
  }
  void apply(Record& raw) const override {
    if (all_ && (raw.contains(kInput) || raw.contains(kImage))) raw = changed(std::move(raw));
  }

 private:
  Extent size() const { return {options_.height, options_.width}; }
  Record changed(Record record) const {
    if (extent_of(record.schema()) == size()) return record;
    return (*all_)(std::move(record), 0);
  }
  std::optional<Augmentation> all_;
};

const bool added = Pictures::add();

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

}  // namespace luge::data
