// A sound as a picture: its log-mel spectrogram.
#pragma once

#include <optional>

#include "luge/data/record.h"
#include "luge/io/image.h"

namespace luge::cli {

/// The spectrogram of the first channel of a record with a sound and its rate, in gray: low tones at the
/// bottom, the loudest white, black 80 decibels below. Nothing for other records.
std::optional<io::Image> sound_picture(const data::Record& record);

}  // namespace luge::cli
