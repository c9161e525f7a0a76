// resize: pictures brought to an extent.
#include "data/augment/cut.h"
#include "data/augment/resizing.h"
#include "luge/data/augment.h"
#include "luge/error.h"

namespace luge::data {

/// Which side of a picture is brought to a length.
enum class Side : std::uint8_t { exact, shorter, longer };

}  // namespace luge::data

template <>
struct luge::options::Names<luge::data::Side> {
  static constexpr std::pair<luge::data::Side, const char*> all[] = {{luge::data::Side::exact, "exact"},
                                                                     {luge::data::Side::shorter, "short"},
                                                                     {luge::data::Side::longer, "long"}};
};

namespace luge::data {
namespace {

struct ResizeOptions {
  std::vector<std::int64_t> size;
  Side side = Side::exact;
  io::ResizeFilter filter = io::ResizeFilter::bilinear;
  static void fields(auto& self, auto&& field) {
    size_field(self, field, "height and width of the resized picture", options::required);
    field("side", self.side, "which side has the size while the proportions stay; exact: both have it");
    resize_filter_field(self, field);
  }
};

std::int64_t scaled(std::int64_t extent, std::int64_t to, std::int64_t from) {
  return std::max<std::int64_t>(1, (extent * to + from / 2) / from);
}

// Unknown where `before` is.
Extent after(const ResizeOptions& options, const Extent& size, const Extent& before) {
  if (options.side == Side::exact) return size;
  if (before.height <= 0 || before.width <= 0) return {unknown, unknown};
  const bool of_height = (options.side == Side::shorter) == (before.height <= before.width);
  if (of_height) return {size.height, scaled(before.width, size.height, before.height)};
  return {scaled(before.height, size.width, before.width), size.width};
}

const bool added_resize =
    add_augmentation("resize", "brings pictures to a size", [](const ResizeOptions& options) {
      const Extent size = required_extent(options.size);
      return Augmentation(
                 "resize",
                 [options, size](Record record, std::uint64_t) {
                   const Moving moving("resize", record);
                   resize(moving, after(options, size, moving.extent()), options.filter);
                   return record;
                 },
                 [options, size](const Schema& before) {
                   return moved_fields(before, after(options, size, extent_of(before)), false);
                 })
          .with_evaluation({options::text("resize", options::get(options))});
    });

}  // namespace
}  // namespace luge::data
