// center-crop: the middle of pictures.
#include <fmt/format.h>

#include "data/augment/cut.h"
#include "luge/data/augment.h"
#include "luge/error.h"

namespace luge::data {
namespace {

struct CenterCropOptions {
  std::vector<std::int64_t> size;
  MovingOptions moving;
  static void fields(auto& self, auto&& field) {
    size_field(self, field, "height and width of what is cut out", options::required);
    visible_field(self.moving, field);
  }
};

const bool added_center_crop =
    add_augmentation("center-crop", "cuts out the middle of pictures", [](const CenterCropOptions& options) {
      const Extent size = required_extent(options.size);
      return Augmentation(
                 "center-crop",
                 [options, size](Record record, std::uint64_t) {
                   const Moving moving("center-crop", record);
                   const Extent before = moving.extent();
                   check_larger(moving, size, "letterbox or resize before it");
                   cut(moving, (before.height - size.height) / 2, (before.width - size.width) / 2, size,
                       options.moving);
                   return record;
                 },
                 [size](const Schema& before) { return moved_fields(before, size, true); })
          .with_evaluation({options::text("center-crop", options::get(options))})
          .that_copies();
    });

}  // namespace
}  // namespace luge::data
