// Boxes that were found in a picture, as JSON and in a line.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "luge/data/record.h"

namespace luge::cli {

/// [{"label", "index", "score", "box": [x1, y1, x2, y2]}, …], the surest first, in pixels of the picture.
nlohmann::ordered_json detections_json(const data::Record& record, const std::vector<std::string>& classes);
/// How many things of each class there are.
std::string detections_line(const data::Record& record, const std::vector<std::string>& classes);

}  // namespace luge::cli
