// luge clean: deletes checkpoints that are not needed any more, and runs in which there is nothing.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <iostream>
#include <nlohmann/json.hpp>

#include "cli/command.h"
#include "cli/output.h"
#include "experiment/option_keys.h"
#include "experiment/run_list.h"
#include "experiment/runs.h"
#include "io/run/run_directory.h"
#include "io/run/step_files.h"

namespace luge::cli {
namespace fs = std::filesystem;
namespace {

using experiment::RunFacts;
using experiment::RunStatus;
using Json = nlohmann::ordered_json;

struct CleanOptions {
  static constexpr const char* table = "";
  std::string dir = experiment::kRuns;
  bool steps = true, failed = true, last = false, yes = false;
  static void fields(auto& self, auto&& field) {
    using namespace options;
    field("dir", self.dir, "folder of the runs");
    field("steps", self.steps, "delete step-N.safetensors of finished runs");
    field("last", self.last,
          "delete last.safetensors of finished runs that have a best.safetensors; such a run cannot be "
          "resumed with more epochs");
    field("failed", self.failed, "delete runs that ended before anything was measured or saved");
    field("yes", self.yes, "delete without asking", elsewhere({"force", "y"}));
  }
};

struct Doomed {
  fs::path run, path;
  std::string why;
  std::uintmax_t bytes = 0;
};

std::uintmax_t size_of(const fs::path& path) {
  std::error_code error;
  if (!fs::is_directory(fs::symlink_status(path, error))) {
    const std::uintmax_t size = fs::file_size(path, error);
    return error ? 0 : size;
  }
  std::uintmax_t sum = 0;
  for (fs::recursive_directory_iterator entry(path, error), end; !error && entry != end;
       entry.increment(error)) {
    if (entry->is_regular_file(error)) sum += entry->file_size(error);
  }
  return sum;
}

std::string bytes_text(std::uintmax_t bytes) {
  const auto size = static_cast<double>(bytes);
  if (bytes < 1024) return fmt::format("{} B", bytes);
  if (size < 1024.0 * 1024.0) return fmt::format("{:.1f} KiB", size / 1024);
  return size < 1024.0 * 1024.0 * 1024.0 ? fmt::format("{:.1f} MiB", size / (1024.0 * 1024))
                                         : fmt::format("{:.2f} GiB", size / (1024.0 * 1024 * 1024));
}

bool is_empty(const RunFacts& run) {
  return run.status == RunStatus::failed && run.epochs == 0 &&
         experiment::checkpoints_of(run.folder).empty() && std::ranges::all_of(run.parts, is_empty);
}

void look_at(const RunFacts& run, const CleanOptions& options, std::vector<Doomed>& doomed) {
  const auto add = [&](const fs::path& path, const char* why) {
    doomed.push_back({run.folder, path, why, size_of(path)});
  };
  if (options.failed && is_empty(run)) {
    add(run.folder, "a failed run without figures and checkpoints");
    return;
  }
  for (const RunFacts& part : run.parts) look_at(part, options, doomed);
  if (run.status != RunStatus::finished) return;
  const fs::path best = experiment::best_checkpoint(run.folder);
  if (options.steps) {
    for (const io::StepFile& file : io::list_step_files(best.parent_path(), "step"))
      add(file.path, "of a finished run");
  }
  std::error_code error;
  const fs::path last = best.parent_path() / "last.safetensors";
  if (options.last && fs::exists(best, error) && fs::exists(last, error))
    add(last, "of a finished run that has best.safetensors");
}

// With the lock of the run, so that no training begins in it meanwhile. True when it is gone.
bool remove(const Doomed& each, std::string& problem) {
  try {
    const io::RunDirectory locked = io::RunDirectory::open(each.run);
    std::error_code error;
    fs::remove_all(each.path, error);
    if (!error) return true;
    problem = fmt::format("{}: cannot delete: {}", each.path.string(), error.message());
  } catch (const Error& error) {
    problem = error.what();
  }
  return false;
}

bool person_agrees(const std::string& question) {
  fmt::print(stderr, "{} [y/N] ", question);
  std::string answer;
  std::getline(std::cin, answer);
  return answer == "y" || answer == "yes" || answer == "Y";
}

int clean(const Arguments& arguments) {
  const auto options = experiment::read<CleanOptions>(arguments);
  std::error_code error;
  if (!fs::is_directory(options.dir, error))
    throw FileError(
        fmt::format("{}: there is no such folder; dir= names the folder of the runs", options.dir));
  std::vector<Doomed> doomed;
  for (const RunFacts& run : experiment::runs_in(options.dir)) look_at(run, options, doomed);
  std::uintmax_t bytes = 0;
  for (const Doomed& each : doomed) bytes += each.bytes;
  const auto report = [&](const std::vector<Doomed>& deleted) {
    if (!arguments.json()) return;
    Json json = {{"dir", options.dir}, {"bytes", bytes}, {"files", Json::array()}};
    for (const Doomed& each : doomed) {
      const bool gone = std::ranges::find(deleted, each.path, &Doomed::path) != deleted.end();
      json["files"].push_back(
          {{"path", each.path.string()}, {"bytes", each.bytes}, {"why", each.why}, {"deleted", gone}});
    }
    print_json(json);
  };
  if (doomed.empty()) {
    if (!arguments.json()) fmt::print("{}: there is nothing to delete\n", options.dir);
    report({});
    return 0;
  }
  if (!arguments.json()) {
    for (const Doomed& each : doomed)
      fmt::print("{:>10}  {}  ({})\n", bytes_text(each.bytes), each.path.string(), each.why);
    fmt::print("{:>10}  in all\n", bytes_text(bytes));
    std::fflush(stdout);
  }
  if (!options.yes && ::isatty(STDIN_FILENO) == 0) {
    report({});
    throw Misuse("luge clean: nothing was deleted, as there is no terminal to ask at; yes=true deletes it");
  }
  if (!options.yes && !person_agrees("Delete them?")) {
    report({});
    fmt::print(stderr, "nothing was deleted\n");
    return 0;
  }
  std::vector<Doomed> deleted;
  std::string problems;
  for (const Doomed& each : doomed) {
    std::string problem;
    if (remove(each, problem)) {
      deleted.push_back(each);
    } else {
      problems += (problems.empty() ? "" : "; ") + problem;
    }
  }
  report(deleted);
  if (!arguments.json()) fmt::print("deleted {} of {}\n", deleted.size(), doomed.size());
  if (!problems.empty()) throw FileError(problems);
  return 0;
}

const Registration registration({"clean",
                                 "deletes old checkpoints and empty runs, after asking",
                                 {"clean [dir=runs] [last=true] [yes=true]"},
                                 experiment::keys_of<CleanOptions>,
                                 0,
                                 clean});

}  // namespace
}  // namespace luge::cli
