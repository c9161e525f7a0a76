// How near fused steps come to what the machine's memory gives: for people who measure.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace luge {

struct TileSpeed {
  std::string step, note;
  std::int64_t elements = 0;
  double seconds = 0;        // the best of many runs
  double limit_seconds = 0;  // of plain loops that read and write as many arrays
  double bytes = 0;          // of the arrays that a step must move
};

/// Times fused steps of about `elements` elements each, as training has them. Functions that compute more
/// than memory delivers are to be read by their time an element. Without `generated` the steps are
/// interpreted.
std::vector<TileSpeed> measure_tiles(std::int64_t elements, int threads, bool generated = true);

}  // namespace luge
