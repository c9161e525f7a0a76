// crop: a random part of pictures, also of padded ones.
#include <fmt/format.h>

#include "data/augment/cut.h"
#include "data/augment/draws.h"
#include "luge/data/augment.h"
#include "luge/error.h"

namespace luge::data {
namespace {

constexpr std::int64_t kUsualPadding = 4;  // of CIFAR pictures: He et al. 2016

struct CropOptions {
  std::vector<std::int64_t> size = {};
  std::optional<std::int64_t> padding = {};
  MovingOptions moving;
  static void fields(auto& self, auto&& field) {
    size_field(self, field, "height and width of what is cut out; nothing: those of the picture");
    field("padding", self.padding, "pixels added on each side before; nothing: 4 without size, else 0",
          options::at_least(0));
    edge_fields(self.moving, field);
    visible_field(self.moving, field);
  }
};

const bool added_crop =
    add_augmentation("crop", "cuts a random part out of pictures", [](const CropOptions& options) {
      const std::optional<Extent> size = extent_of_sizes(options.size);
      const std::int64_t padding = options.padding.value_or(size ? 0 : kUsualPadding);
      const Augmentation made =
          Augmentation(
              "crop",
              [options, size, padding](Record record, std::uint64_t key) {
                const Moving moving("crop", record);
                const Extent before = moving.extent(), to = size.value_or(before);
                check_larger(moving, {to.height - 2 * padding, to.width - 2 * padding},
                             "resize before it, or pad with padding=");
                Draws draws(key);
                const std::int64_t top = draws.whole(-padding, before.height + padding - to.height),
                                   left = draws.whole(-padding, before.width + padding - to.width);
                cut(moving, top, left, to, options.moving);
                return record;
              },
              [size](const Schema& before) {
                return moved_fields(before, size.value_or(extent_of(before)), true);
              })
              .with_evaluation(sized("center-crop", size));
      return options.moving.fills_with_zero() ? made.that_copies() : made;
    });

}  // namespace
}  // namespace luge::data
