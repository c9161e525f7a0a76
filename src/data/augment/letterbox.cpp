// letterbox: pictures of any proportions in one size, with bars at two sides.
#include "data/augment/cut.h"
#include "data/augment/resizing.h"
#include "luge/data/augment.h"

namespace luge::data {
namespace {

struct LetterboxOptions {
  std::vector<std::int64_t> size;
  io::ResizeFilter filter = io::ResizeFilter::bilinear;
  MovingOptions moving;
  static void fields(auto& self, auto&& field) {
    size_field(self, field, "height and width with the bars", options::required);
    resize_filter_field(self, field);
    edge_fields(self.moving, field);
  }
};

const bool added_letterbox = add_augmentation(
    "letterbox", "resizes pictures into a size without changing their proportions, and pads the rest",
    [](const LetterboxOptions& options) {
      const Extent size = required_extent(options.size);
      return Augmentation(
                 "letterbox",
                 [options, size](Record record, std::uint64_t) {
                   const Moving moving("letterbox", record);
                   const Extent inner = fitted(moving.extent(), size);
                   resize(moving, inner, options.filter);
                   cut(moving, -((size.height - inner.height) / 2), -((size.width - inner.width) / 2), size,
                       options.moving);
                   return record;
                 },
                 [size](const Schema& before) { return moved_fields(before, size, true); })
          .with_evaluation({options::text("letterbox", options::get(options))});
    });

}  // namespace
}  // namespace luge::data
