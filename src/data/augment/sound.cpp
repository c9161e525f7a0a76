#include "data/augment/sound.h"

#include <fmt/format.h>

#include "luge/error.h"

namespace luge::data {

SoundView sound_of(std::string_view augmentation, Record& record) {
  if (!record.contains(kInput))
    throw ValueError(fmt::format("augmentation {}: the record has no field 'input'", augmentation));
  HostArray& input = record[kInput];
  const Field& field = input.field;
  if (field.dtype != f32 || field.text || field.shape.rank() != 2)
    throw ShapeError(fmt::format("augmentation {}: the input is {}; expected a sound f32[channels,samples]",
                                 augmentation, field.to_string()));
  return {input.as<float>(), field.shape[0], field.shape[1]};
}

}  // namespace luge::data
