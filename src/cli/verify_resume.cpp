// luge verify-resume: a training in one go against the same one stopped and resumed; every byte of the state
// must agree.
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

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

/// Where a training is stopped.
enum class Where : std::uint8_t { half, step, accumulation, epoch, stage, all };

}  // namespace luge::cli

template <>
struct luge::options::Names<luge::cli::Where> {
  static constexpr std::pair<luge::cli::Where, const char*> all[] = {
      {luge::cli::Where::half, "half"},
      {luge::cli::Where::step, "step"},
      {luge::cli::Where::accumulation, "accumulation"},
      {luge::cli::Where::epoch, "epoch"},
      {luge::cli::Where::stage, "stage"},
      {luge::cli::Where::all, "all"}};
};

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
  Where position = Where::half;
  static void fields(auto& self, auto&& field) {
    using namespace options;
    field("stop", self.stop, "step after which to stop (default: as position says)", at_least(1));
    field("position", self.position,
          "where to stop: after half of all steps, a step within an epoch, a step whose gradients wait for "
          "another "
          "batch, an epoch, a stage; or in all of these, one after the other");
  }
};

// A point at which a training can be stopped.
struct Stop {
  std::string where;
  std::int64_t after = 0;    // steps
  bool whole_epoch = false;  // after the end of the epoch, and not only after its last step
};

// Notes where the points are in a training that is not stopped.
class Points final : public train::Callback {
 public:
  explicit Points(std::vector<Stop>& found) : found_(found) {}
  void train_begin(train::Fit& fit) override { updates_ = fit.trainer->position().updates; }
  void step_end(train::Fit& fit) override {
    const std::int64_t updates = fit.trainer->position().updates;
    if (updates == updates_) note("accumulation", fit, false);
    if (updates != updates_ && fit.step < fit.steps) note("step", fit, false);
    updates_ = updates;
  }
  void epoch_end(train::Fit& fit) override {
    note("epoch", fit, true);
    const std::string& stage = fit.trainer->position().stage_name;
    if (!stage_.empty() && stage != stage_) found_.push_back({"stage", before_, true});
    stage_ = stage;
    before_ = fit.total_steps;
  }

 private:
  void note(const char* where, const train::Fit& fit, bool whole_epoch) {
    found_.push_back({where, fit.total_steps, whole_epoch});
  }
  std::vector<Stop>& found_;
  std::string stage_;  // of the epoch before
  std::int64_t updates_ = 0, before_ = 0;
};

class StopThere final : public train::Callback {
 public:
  explicit StopThere(const Stop& stop) : stop_(stop) {}
  void step_end(train::Fit& fit) override {
    if (!stop_.whole_epoch) look(fit);
  }
  void epoch_end(train::Fit& fit) override { look(fit); }

 private:
  void look(train::Fit& fit) const {
    if (fit.total_steps >= stop_.after) fit.stop("verify-resume");
  }
  const Stop& stop_;
};

// The first point of a kind that is not the end of the training.
std::optional<Stop> first_of(const std::vector<Stop>& points, const std::string& where, std::int64_t total) {
  for (const Stop& point : points) {
    if (point.where == where && point.after < total) return point;
  }
  return std::nullopt;
}

std::string name_of(Where where) {
  for (const auto& [value, name] : options::Names<Where>::all) {
    if (value == where) return name;
  }
  return {};
}

// Where to stop: one before the last step, else there is nothing to go on with.
std::vector<Stop> stops_of(const Arguments& arguments, const std::vector<Stop>& points, std::int64_t total) {
  if (total < 2) {
    throw Misuse(fmt::format("luge {}: a training of one step cannot be stopped within; give it more epochs",
                             arguments.command()));
  }
  const auto chosen = experiment::read<StopOptions>(arguments);
  if (chosen.stop) {
    if (*chosen.stop >= total)
      arguments.refuse("stop", fmt::format("less than the {} steps of the training", total));
    return {{"stop", *chosen.stop, false}};
  }
  const Stop half{"half", total / 2, false};
  if (chosen.position == Where::half) return {half};
  if (chosen.position != Where::all) {
    if (const auto stop = first_of(points, name_of(chosen.position), total)) return {*stop};
    arguments.refuse("position", fmt::format("a point that this training has; it ends before its first {}",
                                             name_of(chosen.position)));
  }
  std::vector<Stop> stops = {half};
  for (const auto& [where, name] : options::Names<Where>::all) {
    if (const auto stop = first_of(points, name, total)) stops.push_back(*stop);
  }
  return stops;
}

// The bytes at the end of a training that is stopped there and resumed.
std::vector<std::byte> resumed_bytes(const std::function<experiment::Run()>& fresh, const Stop& stop,
                                     const train::CallbackRef& interrupted, const Scratch& scratch) {
  const experiment::Run first = fresh();
  first.fit({interrupted, std::make_shared<StopThere>(stop)});
  stop_if_asked();
  first.save(scratch.file("part"));
  const experiment::Run second = fresh();
  second.restore(scratch.file("part"));
  second.fit({interrupted});
  stop_if_asked();
  second.save(scratch.file("resumed"));
  return content(scratch.file("resumed"));
}

int verify(const Arguments& arguments) {
  watch_signals();
  const experiment::Config config = arguments.only(experiment::training_keys());
  const experiment::Run straight(config, {.tell = tell_person()});
  const auto fresh = [&] { return experiment::Run(config, {.data = straight.data()}); };
  const train::CallbackRef interrupted =
      train::stop_when([] { return signal_received() != 0; }, "interrupted");
  const Scratch scratch;

  std::vector<Stop> points;
  straight.fit({interrupted, std::make_shared<Points>(points)});
  stop_if_asked();
  straight.save(scratch.file("straight"));
  const std::int64_t total = straight.position().total_steps;
  const std::vector<std::byte> whole = content(scratch.file("straight"));

  bool all_same = true;
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const Stop& stop : stops_of(arguments, points, total)) {
    const bool same = resumed_bytes(fresh, stop, interrupted, scratch) == whole;
    all_same &= same;
    list.push_back({{"position", stop.where}, {"stopped_at", stop.after}, {"identical", same}});
    if (arguments.json()) continue;
    fmt::print("{} steps straight against {}, stop{}, {}: {} of {} bytes {}\n", total, stop.after,
               stop.where == "stop" || stop.where == "half" ? "" : fmt::format(" ({})", stop.where),
               total - stop.after, same ? "all" : "not all", whole.size(),
               same ? "agree" : "agree: this training cannot be resumed exactly");
  }
  if (arguments.json()) {
    nlohmann::ordered_json json = {{"steps", total}, {"bytes", whole.size()}, {"identical", all_same}};
    if (list.size() == 1) json["stopped_at"] = list[0]["stopped_at"];
    json["stops"] = std::move(list);
    print_json(json);
  }
  return all_same ? 0 : 1;
}

const Registration registration_verify_resume(
    {"verify-resume",
     "proves that a stopped and resumed training ends in the same bytes",
     {"verify-resume model=lenet5 data=fashion-mnist epochs=2 "
      "limit_train_batches=20 [stop=13 | position=all]"},
     [] { return experiment::joined(experiment::training_keys(), experiment::keys_of<StopOptions>()); },
     0,
     verify});

}  // namespace
}  // namespace luge::cli
