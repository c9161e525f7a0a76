// pad: a border around pictures, so that all have one size.
#include <fmt/format.h>

#include "data/augment/cut.h"
#include "luge/data/augment.h"
#include "luge/error.h"

namespace luge::data {
namespace {

struct PadOptions {
  std::vector<std::int64_t> size;
  MovingOptions moving;
  static void fields(auto& self, auto&& field) {
    size_field(self, field, "height and width with the border", options::required);
    edge_fields(self.moving, field);
  }
};

const bool added_pad =
    add_augmentation("pad", "puts pictures into the middle of a larger one", [](const PadOptions& options) {
      const Extent size = required_extent(options.size);
      return Augmentation(
                 "pad",
                 [options, size](Record record, std::uint64_t) {
                   const Moving moving("pad", record);
                   const Extent before = moving.extent();
                   if (before.height > size.height || before.width > size.width) {
                     throw ValueError(fmt::format(
                         "augmentation pad: the picture is {}x{} (height x width), larger than size "
                         "{}x{}; letterbox makes "
                         "it smaller first",
                         before.height, before.width, size.height, size.width));
                   }
                   cut(moving, -((size.height - before.height) / 2), -((size.width - before.width) / 2), size,
                       options.moving);
                   return record;
                 },
                 [size](const Schema& before) { return moved_fields(before, size, true); })
          .with_evaluation({options::text("pad", options::get(options))});
    });

}  // namespace
}  // namespace luge::data
