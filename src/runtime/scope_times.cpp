#include "runtime/scope_times.h"

#include "compile/pipeline.h"
#include "runtime/program.h"

namespace luge {

struct ScopeTimes::Programs final : compiler::Observer {
  std::vector<std::shared_ptr<const Program>> all;
  void passed(std::string_view, const compiler::Graph&, const compiler::Graph&) override {}
  void compiled(const Program&) override {}
  void made(const std::shared_ptr<const Program>& program) override { all.push_back(program); }
};

ScopeTimes::ScopeTimes() : programs_(std::make_shared<Programs>()) { compiler::observe(programs_); }
ScopeTimes::~ScopeTimes() { compiler::observe(nullptr); }

std::vector<TimedStep> ScopeTimes::steps() const {
  std::vector<TimedStep> longest;
  double most = 0;
  for (const auto& program : programs_->all) {
    const std::vector<StepTime> times = program->times();
    std::vector<TimedStep> steps;
    double sum = 0;
    for (std::size_t s = 0; s < times.size() && s < program->steps.size(); ++s) {
      const ProgramStep& step = program->steps[s];
      TimedStep& one = steps.emplace_back();
      if (step.scope >= 0) {
        one.part = recorder_.label(step.scope).part;
        one.order = recorder_.first_of(one.part);
        one.phase = recorder_.label(step.scope).phase;
      }
      one.op = step.name;
      one.kernel = step.note;
      one.calls = times[s].calls;
      one.seconds = times[s].seconds;
      one.bytes = step.scratch;
      for (const int out : step.out) {
        if (out >= 0) one.bytes += program->values[static_cast<std::size_t>(out)].bytes;
      }
      sum += one.seconds;
    }
    if (sum > most) most = sum, longest = std::move(steps);
  }
  return longest;
}

}  // namespace luge
