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
#include "io/run/run_files.h"
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
  bool steps = true, failed = true, last = false, kept = false, yes = false;
  static void fields(auto& self, auto&& field) {
    using namespace options;
    field("dir", self.dir, "folder of the runs");
    field("steps", self.steps, "delete step-N.safetensors of finished runs");
    field("last", self.last,
          "delete last.safetensors of finished runs that have a best.safetensors; such a run cannot be "
          "resumed with more epochs");
    field("failed", self.failed, "delete runs that ended before anything was measured or saved");
    field("kept", self.kept,
          "with yes=true, delete what was kept to be looked at, too: nonfinite*.safetensors and damaged "
          "checkpoints; without it each of them is asked about");
    field("yes", self.yes, "delete without asking", elsewhere({"force", "y"}));
  }
};

struct Doomed {
  fs::path run, path;
  std::string why;
  std::uintmax_t bytes = 0;
  bool kept = false;  // to be looked at: it is asked about by its name
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

// What a step that was not finite, or a resumption, has put aside for a person.
const char* why_kept(const std::string& name) {
  if (name.starts_with(io::kNonFinite)) return "kept of a step that was not finite";
  if (name.find(std::string(io::kCheckpointEnding) + io::kDamaged) != name.npos)
    return "kept of a checkpoint that could not be read";
  return nullptr;
}

void look_for_kept(const RunFacts& run, std::vector<Doomed>& doomed) {
  std::vector<fs::path> files;
  std::error_code error;
  for (fs::directory_iterator entry(run.folder / io::kCheckpointFolder, error), end; !error && entry != end;
       entry.increment(error)) {
    if (entry->is_regular_file(error)) files.push_back(entry->path());
  }
  std::ranges::sort(files);
  for (const fs::path& file : files) {
    if (const char* why = why_kept(file.filename().string()))
      doomed.push_back({run.folder, file, why, size_of(file), true});
  }
}

bool is_empty(const RunFacts& run) {
  std::vector<Doomed> kept;
  look_for_kept(run, kept);
  return kept.empty() && run.status == RunStatus::failed && run.epochs == 0 &&
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
  if (run.status == RunStatus::running) return;
  look_for_kept(run, doomed);
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
  tell_aside("{} [y/N] ", question);
  std::string answer;
  std::getline(std::cin, answer);
  return answer == "y" || answer == "yes" || answer == "Y";
}

void print_list(const std::vector<Doomed>& doomed) {
  std::uintmax_t bytes = 0;
  for (const Doomed& each : doomed) {
    bytes += each.bytes;
    fmt::print("{:>10}  {}  ({})\n", bytes_text(each.bytes), each.path.string(), each.why);
  }
  fmt::print("{:>10}  in all\n", bytes_text(bytes));
  std::fflush(stdout);
}

void print_report(const CleanOptions& options, const std::vector<Doomed>& doomed,
                  const std::vector<Doomed>& deleted) {
  Json json = {{"dir", options.dir}, {"bytes", 0}, {"files", Json::array()}};
  std::uintmax_t bytes = 0;
  for (const Doomed& each : doomed) {
    const bool gone = std::ranges::find(deleted, each.path, &Doomed::path) != deleted.end();
    bytes += each.bytes;
    json["files"].push_back({{"path", each.path.string()},
                             {"bytes", each.bytes},
                             {"why", each.why},
                             {"kept", each.kept},
                             {"deleted", gone}});
  }
  json["bytes"] = bytes;
  print_json(json);
}

// The files that may be deleted: all at once, those that are kept one by one.
std::vector<Doomed> agreed(const CleanOptions& options, const std::vector<Doomed>& doomed) {
  const auto others = std::ranges::count(doomed, false, &Doomed::kept);
  const bool all =
      others > 0 && (options.yes || person_agrees("Delete them? Each that was kept is asked about."));
  std::vector<Doomed> chosen;
  for (const Doomed& each : doomed) {
    const bool wanted = !each.kept ? all
                        : options.yes
                            ? options.kept
                            : person_agrees(fmt::format("Delete {}, {}?", each.path.string(), each.why));
    if (wanted) chosen.push_back(each);
  }
  return chosen;
}

int clean(const Arguments& arguments) {
  const auto options = experiment::read<CleanOptions>(arguments);
  if (options.kept && !options.yes)
    arguments.refuse("kept", "yes=true with it; without that each such file is asked about anyway");
  std::error_code error;
  if (!fs::is_directory(options.dir, error))
    throw FileError(
        fmt::format("{}: there is no such folder; dir= names the folder of the runs", options.dir));
  std::vector<Doomed> doomed;
  for (const RunFacts& run : experiment::runs_in(options.dir)) look_at(run, options, doomed);
  if (doomed.empty()) {
    if (arguments.json()) {
      print_report(options, {}, {});
    } else {
      fmt::print("{}: there is nothing to delete\n", options.dir);
    }
    return 0;
  }
  if (!arguments.json()) print_list(doomed);
  if (!options.yes && ::isatty(STDIN_FILENO) == 0) {
    if (arguments.json()) print_report(options, doomed, {});
    throw Misuse("luge clean: nothing was deleted, as there is no terminal to ask at; yes=true deletes it");
  }
  std::vector<Doomed> deleted;
  std::string problems;
  const std::vector<Doomed> chosen = agreed(options, doomed);
  for (const Doomed& each : chosen) {
    std::string problem;
    if (remove(each, problem)) {
      deleted.push_back(each);
    } else {
      problems += (problems.empty() ? "" : "; ") + problem;
    }
  }
  if (arguments.json()) {
    print_report(options, doomed, deleted);
  } else {
    fmt::print("deleted {} of {}\n", deleted.size(), doomed.size());
    if (options.yes && !options.kept && std::ranges::count(doomed, true, &Doomed::kept) > 0)
      fmt::print("what was kept to be looked at stays; kept=true deletes it, too\n");
  }
  if (!problems.empty()) throw FileError(problems);
  return 0;
}

const Registration registration_clean({"clean",
                                       "deletes old checkpoints and empty runs, after asking",
                                       {"clean [dir=runs] [last=true] [yes=true] [kept=true]"},
                                       experiment::keys_of<CleanOptions>,
                                       0,
                                       clean});

}  // namespace
}  // namespace luge::cli
