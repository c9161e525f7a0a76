// Recordings of single words joined to longer ones, with their words as text.
#pragma once

#include <cstdint>

#include "luge/data/dataset.h"

namespace luge::data {

/// Options of sound_strings.
struct SoundStringOptions {
  std::int64_t samples = 1000;  ///< the number of records
  std::int64_t shortest = 1;    ///< the fewest recordings in a record
  std::int64_t longest = 5;     ///< the most recordings in a record
  /// The longest silence between two recordings, in samples of a channel; each is uniform from 0.
  std::int64_t pause = 800;
  /// Samples of each record: recordings that do not fit are left out, and it ends with zeros. 0: all that is
  /// needed.
  std::int64_t length = 0;
  bool fresh = false;      ///< each epoch joins others
  std::uint64_t seed = 0;  ///< another number joins others
};
/// Joins recordings, as sound_folder gives them, to records "input" f32[channels,length] or f32[channels,?],
/// "text", the names of their classes one after the other, and "rate" i64[]. The number of recordings, each
/// of them and the silence between them are uniform, and follow from the seed and the number of the record.
/// Parts of strings share nothing when they are made of parts of recordings. Throws ValueError for options
/// out of range and for data that has no sounds with classes, and when a recording is read that alone does
/// not fit into `length`.
Dataset sound_strings(const Dataset& recordings, const SoundStringOptions& options = {});

}  // namespace luge::data
