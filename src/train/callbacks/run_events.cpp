// RunEvents: the event files of a run, which never end a training.
#include <map>
#include <utility>

#include "luge/error.h"
#include "luge/train/watching.h"

namespace luge::train {

struct RunEvents::State {
  std::filesystem::path folder;
  std::function<void(const std::string&)> warn;
  std::int64_t finished_steps = 0;
  bool works = true;
  std::map<std::string, io::EventWriter> writers;

  template <class Write>
  void guarded(Write write) {
    if (!works) return;
    try {
      write();
    } catch (const FileError& error) {
      works = false;
      writers.clear();
      if (warn) warn(std::string(error.what()) + "; nothing more is logged for TensorBoard");
    }
  }
};

RunEvents::RunEvents(std::filesystem::path folder, std::function<void(const std::string&)> warn)
    : state_(std::make_unique<State>()) {
  state_->folder = std::move(folder);
  state_->warn = std::move(warn);
}
RunEvents::~RunEvents() = default;

void RunEvents::begin(std::int64_t finished_steps) {
  state_->guarded([&] {
    for (auto& [part, writer] : state_->writers) writer.flush();
    state_->writers.clear();
    state_->finished_steps = finished_steps;
  });
}

void RunEvents::log(const std::string& part, const std::function<void(io::EventWriter&)>& write) {
  state_->guarded([&] {
    auto found = state_->writers.find(part);
    if (found == state_->writers.end()) {
      const std::int64_t done = state_->finished_steps;
      io::EventWriter made(state_->folder / part, {.restart_at = done > 0 ? done + 1 : 0});
      found = state_->writers.emplace(part, std::move(made)).first;
    }
    write(found->second);
  });
}

void RunEvents::flush() {
  state_->guarded([&] {
    for (auto& [part, writer] : state_->writers) writer.flush();
  });
}

bool RunEvents::works() const { return state_->works; }

}  // namespace luge::train
