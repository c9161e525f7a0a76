#include "board/run_status.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string_view>

#include "io/run/run_files.h"
#include "io/run/run_owner.h"

namespace luge::board {
namespace {

constexpr RunStatus kEnds[] = {RunStatus::finished, RunStatus::interrupted, RunStatus::failed};

// What nonfinite and damaged files hold is no state to go on from.
bool holds_checkpoint(const Folder& run) {
  const auto folder = run.below(io::kCheckpointFolder);
  if (!folder) return false;
  const std::vector<std::string> files = folder->files();
  return std::any_of(files.begin(), files.end(), [](const std::string& name) {
    return name.ends_with(io::kCheckpointEnding) && !name.starts_with(io::kNonFinite);
  });
}

RunState of_parts(const RunSigns& signs, bool killed) {
  const auto all = [&](RunStatus status) {
    return std::all_of(signs.parts.begin(), signs.parts.end(),
                       [&](const RunState& part) { return part.status == status; });
  };
  if (all(RunStatus::failed)) return {RunStatus::failed, signs.parts.front().reason};
  if (!killed && all(RunStatus::finished)) return {RunStatus::finished};
  return {RunStatus::interrupted, killed ? "its process was ended from outside" : ""};
}

}  // namespace

const char* to_string(RunStatus status) {
  switch (status) {
    case RunStatus::finished: return "finished";
    case RunStatus::running: return "running";
    case RunStatus::interrupted: return "interrupted";
    case RunStatus::failed: return "failed";
  }
  return "";
}

RunSigns read_signs(const Folder& run) {
  constexpr std::size_t kLongestLock = 512;
  RunSigns signs;
  signs.lock = run.read(io::kLockFile, kLongestLock).value_or("");
  signs.saved = holds_checkpoint(run);
  const auto text = run.read(kStatusFile);
  if (!text) return signs;
  const auto json = nlohmann::json::parse(*text, nullptr, false);
  if (!json.is_object()) return signs;  // it may be half written
  const auto word = [&](const char* key) {
    const auto found = json.find(key);
    return found != json.end() && found->is_string() ? found->get<std::string>() : "";
  };
  signs.said = word("status");
  signs.reason = word("reason");
  return signs;
}

RunState run_state(const RunSigns& signs) {
  const auto runs = [](const RunState& part) { return part.status == RunStatus::running; };
  if (std::any_of(signs.parts.begin(), signs.parts.end(), runs)) return {RunStatus::running};
  for (const RunStatus end : kEnds) {
    if (signs.said == to_string(end)) return {end, signs.reason};
  }
  const io::Writer writer = io::writer_in(signs.lock);
  if (writer == io::Writer::alive) return {RunStatus::running};
  const bool killed = signs.said == to_string(RunStatus::running) || writer == io::Writer::dead;
  if (!signs.parts.empty()) return of_parts(signs, killed);
  if (!signs.saved && (killed || signs.epochs == 0))
    return {RunStatus::failed, killed ? "its process was ended before anything was saved" : ""};
  if (killed) return {RunStatus::interrupted, "its process was ended from outside"};
  return {signs.planned > 0 && signs.epochs < signs.planned ? RunStatus::interrupted : RunStatus::finished};
}

}  // namespace luge::board
