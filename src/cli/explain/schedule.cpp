// luge explain schedule=NAME: the learning rate over the updates.
#include <fmt/format.h>

#include "cli/explain/explainer.h"
#include "cli/schedule_curve.h"
#include "luge/draw/curves.h"
#include "luge/optim/schedule.h"

namespace luge::cli {
namespace {

constexpr std::int64_t kSteps = 1000, kRows = 11;

Explained explain(const Arguments&, const std::vector<std::string>& names, const ExplainOptions& options) {
  const std::int64_t steps = options.steps.value_or(kSteps);
  Explained explained;
  draw::Panel panel{.title = "factor of the learning rate", .lines = {}, .x_label = "update"};
  for (const std::string& name : names) {
    draw::Line line = schedule_curve(name, steps);
    line.label = name;
    const optim::Schedule schedule = optim::schedule::named(name, steps, 0);
    Column update{"update", {}, 0}, factor{"factor", {}};
    for (std::int64_t row = 0; row < kRows; ++row) {
      const std::int64_t at = (steps - 1) * row / (kRows - 1);
      update.values.push_back(static_cast<double>(at + 1));
      factor.values.push_back(schedule.at(at));
    }
    explained.parts.push_back({fmt::format("The factor of the learning rate in {} updates:\n\n{}", steps,
                                           table_of({update, factor})),
                               {{"update", line.x}, {"factor", line.y}}});
    panel.lines.push_back(std::move(line));
  }
  explained.figure = [panel] { return draw::curves({panel}, {.width = 640, .height = 400}); };
  return explained;
}

const ExplainerRegistration registration_schedule({"schedule", {"steps"}, explain});

}  // namespace
}  // namespace luge::cli
