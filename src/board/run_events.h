// What the event files of a run (RUN/train, RUN/validation) hold for its page: histograms over time.
#pragma once

#include <nlohmann/json.hpp>

#include "board/folder.h"

namespace luge::board {

/// {"histograms": [{"name", "part", "edges", "steps": [{"step", "min", "max", "count", "counts"}]}]}; empty
/// where there are none. Of each name up to 40 moments are kept, the last one among them, in 40 buckets of
/// equal width; of more than 200 names the first ones. Files above 256 MiB are left out.
nlohmann::ordered_json events_json(const Folder& run);

}  // namespace luge::board
