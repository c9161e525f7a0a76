// resized-crop: a random part of pictures, of random size and proportions, brought to one size. Source:
// Szegedy et al. 2015; torchvision RandomResizedCrop.
#include <cmath>

#include "data/augment/cut.h"
#include "data/augment/motion.h"
#include "data/augment/resizing.h"
#include "luge/data/augment.h"

namespace luge::data {
namespace {

struct ResizedCropOptions {
  std::vector<std::int64_t> size = {};
  double smallest = 0.08, largest = 1, ratio = 4.0 / 3, visible = 0.1;
  io::ResizeFilter filter = io::ResizeFilter::bilinear;
  static void fields(auto& self, auto&& field) {
    size_field(self, field, "height and width that parts are brought to; nothing: those of the picture");
    field("smallest", self.smallest, "smallest part, as a share of the area", options::above(0).at_most(1),
          options::elsewhere({"scale"}));
    field("largest", self.largest, "largest part, as a share of the area", options::above(0).at_most(1));
    field("ratio", self.ratio, "how many times as wide as high a part may be, and the other way round",
          options::at_least(1));
    resize_filter_field(self, field);
    visible_field(self, field);
  }
};

// Ten tries, then the middle with the nearest proportions that are allowed.
io::PictureBox part(const ResizedCropOptions& options, const Extent& extent, Draws& draws) {
  const double area = static_cast<double>(extent.height * extent.width);
  for (int attempt = 0; attempt < 10; ++attempt) {
    const double pixels = area * between(draws, options.smallest, options.largest),
                 ratio = std::exp(either_way(draws, std::log(options.ratio)));
    const std::int64_t width = std::llround(std::sqrt(pixels * ratio)),
                       height = std::llround(std::sqrt(pixels / ratio));
    if (width < 1 || height < 1 || width > extent.width || height > extent.height) continue;
    const auto top = static_cast<double>(draws.whole(0, extent.height - height)),
               left = static_cast<double>(draws.whole(0, extent.width - width));
    return {left, top, left + static_cast<double>(width), top + static_cast<double>(height)};
  }
  const auto height = static_cast<double>(extent.height), width = static_cast<double>(extent.width);
  const double wide = std::min(width, std::max(1.0, std::round(height * options.ratio))),
               high = std::min(height, std::max(1.0, std::round(width * options.ratio)));
  const double left = std::floor((width - wide) / 2), top = std::floor((height - high) / 2);
  return {left, top, left + wide, top + high};
}

const bool added_resized_crop = add_augmentation(
    "resized-crop", "cuts random parts of random sizes out of pictures and brings them to one size",
    [](const ResizedCropOptions& options) {
      if (options.smallest > options.largest)
        throw options::OptionError("smallest", "smallest is larger than largest; expected at most that");
      const std::optional<Extent> size = extent_of_sizes(options.size);
      return Augmentation(
                 "resized-crop",
                 [options, size](Record record, std::uint64_t key) {
                   const Moving moving("resized-crop", record);
                   Draws draws(key);
                   const Extent before = moving.extent();
                   resize(moving, part(options, before, draws), size.value_or(before), options.filter,
                          options.visible);
                   return record;
                 },
                 [size](const Schema& before) {
                   return moved_fields(before, size.value_or(extent_of(before)), true);
                 })
          .with_evaluation(
              sized("resize", size, {{"filter", options::Type<io::ResizeFilter>::get(options.filter)}}));
    });

}  // namespace
}  // namespace luge::data
