// luge verify-resume: a training in one go against the same one stopped and resumed; every byte of the state
// must agree.
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "cli/command.h"
#include "cli/interrupt.h"
#include "cli/output.h"
#include "cli/training.h"
#include "experiment/option_keys.h"
#include "experiment/train_options.h"
#include "io/files/input_file.h"
#include "luge/experiment/run.h"
#include "luge/train/callbacks.h"

namespace luge::cli {
namespace fs = std::filesystem;
namespace {

class Scratch {
 public:
  Scratch() {
    std::string name = (fs::temp_directory_path() / "luge-verify-XXXXXX").string();
    if (!::mkdtemp(name.data())) throw FileError(fmt::format("{}: cannot make the folder", name));
    path_ = name;
  }
  ~Scratch() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  std::string file(const char* name) const { return (path_ / name).string(); }

 private:
  fs::path path_;
};

std::vector<std::byte> content(const std::string& path) {
  const io::InputFile file(path);
  std::vector<std::byte> bytes(file.size());
  file.read(0, bytes);
  return bytes;
}

struct StopOptions {
  static constexpr const char* table = "";
  std::optional<std::int64_t> stop = {};
  static void fields(auto& self, auto&& field) {
    field("stop", self.stop, "step after which to stop (default: half of all)", options::at_least(1));
  }
};

// After which step to stop: one before the last, else there is nothing to go on with.
std::int64_t stop_of(const Arguments& arguments, std::int64_t total) {
  if (total < 2) {
    throw Misuse(fmt::format("luge {}: a training of one step cannot be stopped within; give it more epochs",
                             arguments.command()));
  }
  const std::int64_t stop = experiment::read<StopOptions>(arguments).stop.value_or(total / 2);
  if (stop >= total) arguments.refuse("stop", fmt::format("less than the {} steps of the training", total));
  return stop;
}

int verify(const Arguments& arguments) {
  watch_signals();
  const experiment::Config config = arguments.only(experiment::training_keys());
  const experiment::Run straight(config, {.tell = tell_person()});
  const auto fresh = [&] { return experiment::Run(config, {.data = straight.data()}); };
  const auto length = experiment::read<experiment::LengthOptions>(straight.config());
  const std::int64_t epochs = length.epochs.value_or(1), limit = length.limit_train_batches,
                     all = straight.batches().size(), steps = limit > 0 ? std::min(limit, all) : all,
                     stop = stop_of(arguments, epochs * steps);
  const train::CallbackRef interrupted =
      train::stop_when([] { return signal_received() != 0; }, "interrupted");
  const Scratch scratch;

  straight.fit({interrupted});
  stop_if_asked();
  straight.save(scratch.file("straight"));
  const std::int64_t total = straight.position().total_steps;

  const experiment::Run first = fresh();
  first.fit(
      {interrupted, train::stop_when([&] { return first.position().total_steps >= stop; }, "verify-resume")});
  stop_if_asked();
  first.save(scratch.file("part"));
  const experiment::Run second = fresh();
  second.restore(scratch.file("part"));
  second.fit({interrupted});
  stop_if_asked();
  second.save(scratch.file("resumed"));

  const auto a = content(scratch.file("straight")), b = content(scratch.file("resumed"));
  const bool same = a == b;
  if (arguments.json()) {
    print_json(nlohmann::ordered_json{
        {"steps", total}, {"stopped_at", stop}, {"bytes", a.size()}, {"identical", same}});
  } else {
    fmt::print("{} steps straight against {}, stop, {}: {} of {} bytes {}\n", total, stop, total - stop,
               same ? "all" : "not all", a.size(),
               same ? "agree" : "agree: this training cannot be resumed exactly");
  }
  return same ? 0 : 1;
}

const Registration registration(
    {"verify-resume",
     "proves that a stopped and resumed training ends in the same bytes",
     {"verify-resume model=lenet5 data=fashion-mnist epochs=2 limit_train_batches=20 [stop=13]"},
     [] { return experiment::joined(experiment::training_keys(), experiment::keys_of<StopOptions>()); },
     0,
     verify});

}  // namespace
}  // namespace luge::cli
