// What the event files of a run hold besides the figures of its epochs.
#pragma once

#include <nlohmann/json.hpp>
#include <set>
#include <string>

#include "board/folder.h"

namespace luge::board {

/// {"histograms", "scalars", "pictures", "curves", "texts", "problems"}: lists of {"name", "part", …} from
/// the event files in train/, in validation/ and in the run itself; lists that are empty are left out. Long
/// series are thinned out to what a page can hold, and keep their last moment. Scalars in `measured`, the
/// figures of metrics.jsonl, are left out. Empty when there is nothing.
nlohmann::ordered_json events_json(const Folder& run, const std::set<std::string>& measured = {});

}  // namespace luge::board
