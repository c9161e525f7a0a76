#include "data/augment/motion.h"

namespace luge::data {

Record moved(std::string_view augmentation, const Motion& motion, Record record, std::uint64_t key) {
  const Moving moving(augmentation, record);
  const Extent extent = moving.extent();
  if (const std::optional<Matrix> forward = motion.draw(extent, key))
    moving.move(*forward, extent, motion.options);
  return record;
}

}  // namespace luge::data
