// Whether a run is shown on a page at its end.
#pragma once

#include "experiment/option_keys.h"
#include "luge/options.h"

namespace luge::experiment {

struct ReportKeys {
  static constexpr const char* table = "callbacks";
  bool report = true;
  static void fields(auto& self, auto&& field) {
    field("report", self.report, "write report.html and evaluation.json at the end of the training",
          options::elsewhere({"html", "report_html"}));
  }
};

}  // namespace luge::experiment
