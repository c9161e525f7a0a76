#include "cli/detections.h"

#include "cli/output.h"
#include "experiment/drawn_prediction.h"

namespace luge::cli {

nlohmann::ordered_json detections_json(const data::Record& record, const std::vector<std::string>& classes) {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const draw::Box& box : experiment::boxes_of(record, classes)) {
    list.push_back({{"label", box.label},
                    {"index", box.color},
                    {"score", box.score.value_or(1)},
                    {"box", {box.x, box.y, box.x + box.width, box.y + box.height}}});
  }
  return list;
}

std::string detections_line(const data::Record& record, const std::vector<std::string>& classes) {
  return "  " + one_line(experiment::counts_text(experiment::boxes_of(record, classes)));
}

}  // namespace luge::cli
