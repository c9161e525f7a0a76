#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "runtime/program.h"

namespace luge {
namespace {

std::string describe(const Program& program, int value) {
  if (value < 0) return "-";
  const ProgramValue& held = program.values[static_cast<std::size_t>(value)];
  std::string text = fmt::format("%{}:{}", value, held.type.to_string());
  const Backend& backend = held.on_host ? *program.backend->fallback() : *program.backend;
  if (held.layout != public_layout) text += "@" + backend.layout_name(held.layout);
  if (held.on_host) text += "@host";
  return text;
}

std::string list(const Program& program, const std::vector<int>& values) {
  std::string text;
  for (int value : values) text += (text.empty() ? "" : ", ") + describe(program, value);
  return text;
}

std::size_t scratch_in_arena(const ProgramStep& step) { return step.on_host ? 0 : step.scratch; }

// The step during which most of the arena is in use, and the values that fill it.
std::string peak(const Program& program) {
  const auto in_arena = [](const ProgramValue& value) {
    return value.kind == ProgramValue::Kind::temporary && value.alias < 0 && !value.on_host;
  };
  const std::size_t count = program.steps.size();
  std::vector<std::size_t> alive(count + 1, 0), ended(count + 1, 0);
  for (const ProgramValue& value : program.values) {
    if (!in_arena(value) || value.last < 0) continue;
    alive[static_cast<std::size_t>(value.first)] += value.bytes;
    ended[std::min(static_cast<std::size_t>(value.last) + 1, count)] += value.bytes;
  }
  std::size_t now = 0, most = 0, where = 0;
  for (std::size_t s = 0; s < count; ++s) {
    now += alive[s];
    now -= ended[s];
    const std::size_t with_scratch = now + scratch_in_arena(program.steps[s]);
    if (with_scratch > most) most = with_scratch, where = s;
  }
  if (most == 0) return {};
  std::string text =
      fmt::format("most alive at step {} ({}): {} bytes\n", where, program.steps[where].name, most);
  for (std::size_t v = 0; v < program.values.size(); ++v) {
    const ProgramValue& value = program.values[v];
    if (!in_arena(value) || value.first > static_cast<int>(where) || value.last < static_cast<int>(where))
      continue;
    text += fmt::format("  {} bytes  {}  steps {}-{}\n", value.bytes, describe(program, static_cast<int>(v)),
                        value.first, value.last);
  }
  if (const std::size_t scratch = scratch_in_arena(program.steps[where]))
    text += fmt::format("  {} bytes  workspace\n", scratch);
  return text;
}

// What runs on the host instead of the device, and what is copied for it.
std::string fallbacks(const Program& program) {
  if (!program.backend->fallback()) return {};
  std::size_t to_host = 0, to_device = 0, steps = 0;
  for (const ProgramStep& step : program.steps) {
    if (step.op && step.on_host) ++steps;
    if (!program.crosses(step)) continue;
    const ProgramValue& copy = program.values[static_cast<std::size_t>(step.out[0])];
    (copy.on_host ? to_host : to_device) += copy.bytes;
  }
  return fmt::format(
      "{}: {} steps run on the host; {} bytes are copied to it and {} from it; host arena {} bytes\n",
      program.backend->device().to_string(), steps, to_host, to_device, program.host_arena_bytes);
}

std::string indented(const std::string& text) {
  std::string result;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size() - 1) + 1;
    result += "       " + text.substr(at, end - at);
    at = end;
  }
  return result;
}

double mean_us(const StepTime& time) { return 1e6 * time.seconds / static_cast<double>(time.calls); }

// What was measured, summed over steps of one name, the longest first.
std::string time_by_kind(const Program& program, const std::vector<StepTime>& measured) {
  std::map<std::string, std::pair<double, int>> kinds;
  double whole = 0;
  for (std::size_t s = 0; s < program.steps.size() && s < measured.size(); ++s) {
    if (!measured[s].calls) continue;
    auto& [us, count] = kinds[program.steps[s].name];
    us += mean_us(measured[s]);
    ++count;
    whole += mean_us(measured[s]);
  }
  std::vector<std::pair<std::string, std::pair<double, int>>> sorted(kinds.begin(), kinds.end());
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const auto& a, const auto& b) { return a.second.first > b.second.first; });
  std::string text = whole > 0 ? fmt::format("measured {:.1f} us in kernels\n", whole) : "";
  for (const auto& [name, time] : sorted) {
    text += fmt::format("{:10.1f} us {:5.1f} %  {} in {} steps\n", time.first, 100 * time.first / whole, name,
                        time.second);
  }
  return text;
}

}  // namespace

std::string Program::explain() const {
  const std::vector<StepTime> measured = times();
  std::string text = fmt::format("{} steps, {} inputs, {} outputs, arena {} bytes\n", steps.size(),
                                 inputs.size(), roots.size(), arena_bytes);
  std::size_t moved = 0;
  for (std::size_t s = 0; s < steps.size(); ++s) {
    const ProgramStep& step = steps[s];
    text += fmt::format("{:4} ", s);
    if (s < measured.size() && measured[s].calls) text += fmt::format("{:10.1f} us  ", mean_us(measured[s]));
    text += fmt::format("{}{} [{}{}] {} -> {}\n", step.again ? "again: " : "", step.name,
                        step.on_host ? "on the host: " : "", step.note, list(*this, step.in),
                        list(*this, step.out));
    for (const std::string& refusal : step.refusals) text += fmt::format("       not {}\n", refusal);
    for (const auto& [name, part] : step.parts) text += indented(name + ": " + part->explain());
    if (step.name == "reorder") moved += values[static_cast<std::size_t>(step.out[0])].bytes;
  }
  text += fmt::format("reorders write {} bytes; steps from {} on may write state\n", moved, commit_at);
  if (again.steps) {
    text += fmt::format("memory limit: {} steps run again, estimated {:.2f} ms\n", again.steps,
                        again.seconds * 1e3);
  }
  text += fallbacks(*this) + peak(*this) + time_by_kind(*this, measured);
  if (prepack.program) text += "kept while the Variables stay as they are:\n" + prepack.program->explain();
  return text;
}

}  // namespace luge
