// luge report: writes report.html of a run again, from the files of the run.
#include "board/report.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "cli/command.h"
#include "cli/output.h"
#include "experiment/option_keys.h"
#include "experiment/runs.h"
#include "io/run/run_directory.h"

namespace luge::cli {
namespace {

struct ReportKeys {
  static constexpr const char* table = "";
  std::string run = "last", to;
  static void fields(auto& self, auto&& field) {
    field("run", self.run, "folder of a run; last is the newest");
    field("to", self.to, "file to write (default: report.html in the folder of the run)");
  }
};

int write(const Arguments& arguments) {
  const auto keys = experiment::read<ReportKeys>(arguments);
  if (!keys.to.empty() && !keys.to.ends_with(".html"))
    arguments.refuse("to", "a file name that ends with .html");
  const auto run = io::find_run(keys.run, experiment::kRuns);
  const std::string file = board::write_report(run, keys.to).string();
  if (arguments.json()) {
    print_json({{"file", file}, {"run", run.string()}});
  } else {
    fmt::print("{}\n", file);
  }
  return 0;
}

const Registration registration_report({"report",
                                        "one page with everything that is known of a run, as a file",
                                        {"report run=last [to=report.html]"},
                                        experiment::keys_of<ReportKeys>,
                                        0,
                                        write});

}  // namespace
}  // namespace luge::cli
