#include "cli/fast_dev_run.h"

#include <fmt/format.h>
#include <stdlib.h>

#include <cerrno>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <system_error>

#include "cli/interrupt.h"
#include "cli/output.h"
#include "cli/training.h"
#include "experiment/aids.h"
#include "experiment/trainings_state.h"
#include "luge/train/callbacks.h"

namespace luge::cli {
namespace fs = std::filesystem;
namespace {

// Checkpoints and pictures are written as in a training, to see that they can be, and removed.
class ScratchFolder {
 public:
  ScratchFolder() {
    std::string name = (fs::temp_directory_path() / "luge-fast-dev-run-XXXXXX").string();
    if (!::mkdtemp(name.data())) {
      throw FileError(fmt::format("{}: cannot create the folder: {}", name,
                                  std::error_code(errno, std::generic_category()).message()));
    }
    path_ = name;
  }
  ~ScratchFolder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

}  // namespace

int fast_dev_run(const Arguments& arguments, experiment::Config config) {
  const ScratchFolder folder;
  if (experiment::Trainings::meant_by(config)) config = experiment::config_of_one(config, 1);
  config.set("run.dir", (folder.path() / "run").string());
  const std::int64_t batches = experiment::dev_batches(config);
  experiment::Run run(std::move(config), {.tell = tell_person()});
  run.begin();
  if (!is_quiet(run.config())) tell_aside(run.description());
  std::vector<train::CallbackRef> callbacks = progress_of(run.config(), "");
  callbacks.push_back(train::stop_when([] { return signal_received() != 0; }, "interrupted"));
  const experiment::Report report = run.train(callbacks);
  if (const int signal = signal_received()) throw Stopped{signal};
  const train::Logs figures =
      report.history.epochs.empty() ? train::Logs() : report.history.epochs.back().logs;
  if (arguments.json()) {
    print_json({{"fast_dev_run", batches},
                {"steps", report.history.steps},
                {"validation_samples", run.parts().valid.size()},
                {"metrics", logs_json(figures)},
                {"seconds", report.history.seconds}});
    return 0;
  }
  fmt::print(
      "fast_dev_run: {} steps of training on {} samples and a validation on {} went through, with a "
      "checkpoint and pictures\n",
      report.history.steps, run.parts().fit.size(), run.parts().valid.size());
  for (const auto& [name, value] : figures) fmt::print("{:<16}{:.4g}\n", name, value);
  fmt::print("nothing was kept; the same command without fast_dev_run trains\n");
  return 0;
}

}  // namespace luge::cli
