// Class 35: the power fails after each system call of a training. What was not synced is gone, and of what
// happened in a folder since its last fsync any beginning may have reached the disk. A checkpoint that a save
// has returned for is there, and nothing is torn.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <stdio.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "io/files/system_calls.h"
#include "luge/data/sources.h"
#include "luge/error.h"
#include "luge/io/safetensors.h"
#include "luge/loss/loss.h"
#include "luge/nn/linear.h"
#include "luge/nn/sequential.h"
#include "luge/ops/random.h"
#include "luge/optim/optimizers.h"
#include "luge/random.h"
#include "luge/train/callbacks.h"
#include "luge/train/checkpoint_info.h"
#include "luge/train/trainer.h"
#include "support/temp_dir.h"

namespace luge {
namespace {

namespace fs = std::filesystem;
using testing::TempDir;

struct Event {
  enum class Kind { open, write, fsync, close, rename, unlink, saved } kind;
  int file = -1;
  std::string path = {}, other = {};  // of open, rename (from, to) and unlink
  std::string bytes = {};
  std::int64_t step = 0;  // of saved: the step that a save has returned for
};

std::vector<Event>* record = nullptr;

constexpr io::SystemCalls kRecording = {
    .open =
        [](const char* path, int flags, mode_t mode) {
          const int file = ::open(path, flags, mode);
          if (file >= 0) record->push_back({Event::Kind::open, file, path});
          return file;
        },
    .pread = [](int file, void* bytes, std::size_t count,
                off_t at) { return ::pread(file, bytes, count, at); },
    .write =
        [](int file, const void* bytes, std::size_t count) {
          record->push_back(
              {Event::Kind::write, file, {}, {}, std::string(static_cast<const char*>(bytes), count)});
          return ::write(file, bytes, count);
        },
    .fsync =
        [](int file) {
          record->push_back({Event::Kind::fsync, file});
          return 0;
        },
    .close =
        [](int file) {
          record->push_back({Event::Kind::close, file});
          return ::close(file);
        },
    .rename =
        [](const char* from, const char* to) {
          record->push_back({Event::Kind::rename, -1, from, to});
          return ::rename(from, to);
        },
    .unlink =
        [](const char* path) {
          record->push_back({Event::Kind::unlink, -1, path});
          return ::unlink(path);
        },
};

// Notes the steps whose checkpoint has been written.
struct Saved final : train::Callback {
  bool runs_last() const override { return true; }
  void step_end(train::Fit& fit) override {
    record->push_back({Event::Kind::saved, -1, {}, {}, {}, fit.total_steps});
  }
};

std::vector<Event> calls_of_a_training(const TempDir& dir) {
  std::vector<Event> events;
  random::seed(1);
  std::vector<std::int64_t> labels;
  for (std::int64_t i = 0; i < 12; ++i) labels.push_back(i % 3);
  const data::Dataset samples = data::tensors(random::normal({12, 2}), tensor(labels, {12}));
  train::Trainer trainer(nn::sequential(nn::Linear(3)), loss::SoftmaxCrossEntropy(), optim::Adam(0.1));
  record = &events;
  const io::SystemCalls* const before = io::replace_system_calls(&kRecording);
  trainer.fit(samples.batch(4),
              {.epochs = 3,
               .validation = samples.batch(4),
               .callbacks = {train::checkpoint(dir.path(), {.monitor = "val_loss", .every = 1, .keep = 2}),
                             std::make_shared<Saved>()}});
  io::replace_system_calls(before);
  record = nullptr;
  return events;
}

// A disk that forgets.
class Disk {
 public:
  using Folder = std::map<std::string, std::size_t>;  // path and file

  void take(const Event& event) {
    switch (event.kind) {
      case Event::Kind::open: open(event); break;
      case Event::Kind::write: files_[open_.at(event.file)].now += event.bytes; break;
      case Event::Kind::fsync: sync(event.file); break;
      case Event::Kind::close: break;
      case Event::Kind::rename: change([event](Folder& at) { move(at, event.path, event.other); }); break;
      case Event::Kind::unlink: change([event](Folder& at) { at.erase(event.path); }); break;
      case Event::Kind::saved: saved_ = event.step; break;
    }
  }

  // The folders that may be found when the power fails now, each with what its files hold.
  std::vector<std::map<std::string, std::string>> found() const {
    std::vector<std::map<std::string, std::string>> all;
    Folder folder = durable_;
    for (std::size_t k = 0;; ++k) {
      auto& state = all.emplace_back();
      for (const auto& [path, file] : folder) state[path] = files_[file].durable;
      if (k == pending_.size()) return all;
      pending_[k](folder);
    }
  }
  std::int64_t saved() const { return saved_; }

 private:
  struct File {
    std::string now, durable;
  };
  static void move(Folder& at, const std::string& from, const std::string& to) {
    const auto found = at.find(from);
    if (found == at.end()) return;
    at[to] = found->second;
    at.erase(from);
  }
  void change(const std::function<void(Folder&)>& how) {
    how(now_);
    pending_.push_back(how);
  }
  void open(const Event& event) {
    folders_.erase(event.file);
    const auto known = now_.find(event.path);
    if (known != now_.end()) {
      open_[event.file] = known->second;
    } else if (fs::path(event.path).filename().string().starts_with(".luge-tmp")) {
      const std::size_t file = files_.size();
      files_.emplace_back();
      open_[event.file] = file;
      change([path = event.path, file](Folder& at) { at[path] = file; });
    } else {
      folders_.insert(event.file);
    }
  }
  void sync(int file) {
    if (!folders_.contains(file)) {
      File& own = files_[open_.at(file)];
      own.durable = own.now;
      return;
    }
    durable_ = now_;
    pending_.clear();
  }

  std::vector<File> files_;
  std::map<int, std::size_t> open_;
  std::set<int> folders_;
  Folder now_, durable_;
  std::vector<std::function<void(Folder&)>> pending_;
  std::int64_t saved_ = 0;
};

struct Outcome {
  int states = 0, torn = 0, lost = 0;
};

// Looks at every state that the disk may be found in after each call.
Outcome after_every_call(const std::vector<Event>& events) {
  const TempDir scratch;
  std::map<std::string, std::int64_t> steps;  // by content; -1 for what cannot be read
  const auto step_of = [&](const std::string& content) {
    const auto [at, is_new] = steps.try_emplace(content, -1);
    if (is_new) {
      try {
        const std::string path = scratch.write("found.safetensors", content);
        io::SafetensorsFile(path).verify();
        at->second = train::checkpoint_info(path).value().position.total_steps;
      } catch (const Error&) {
      }
    }
    return at->second;
  };
  Outcome outcome;
  Disk disk;
  for (const Event& event : events) {
    disk.take(event);
    for (const auto& state : disk.found()) {
      std::int64_t furthest = 0;
      bool torn = false;
      for (const auto& [path, content] : state) {
        const std::string name = fs::path(path).filename().string();
        if (name.starts_with(".luge-tmp") || !name.ends_with(".safetensors")) continue;
        const std::int64_t step = step_of(content);
        torn |= step < 0;
        furthest = std::max(furthest, step);
      }
      ++outcome.states;
      outcome.torn += torn;
      outcome.lost += furthest < disk.saved();
    }
  }
  return outcome;
}

TEST(BadInput, C35_PowerLossAfterEachCallOfATrainingLosesNothing) {
  const TempDir dir;
  const std::vector<Event> events = calls_of_a_training(dir);
  ASSERT_GT(events.size(), 100u);
  const Outcome careful = after_every_call(events);
  EXPECT_GT(careful.states, 200);
  EXPECT_EQ(careful.torn, 0);
  EXPECT_EQ(careful.lost, 0);
}

// The disk notices a writer that forgets the fsync of its files, of its folder, or both.
TEST(BadInput, C35_PowerLossWithoutAnFsyncIsNoticed) {
  const TempDir dir;
  const std::vector<Event> events = calls_of_a_training(dir);
  std::set<int> folders;
  std::vector<Event> without_folders, without_files;
  for (const Event& event : events) {
    if (event.kind == Event::Kind::open && fs::is_directory(event.path)) folders.insert(event.file);
    if (event.kind == Event::Kind::open && !fs::is_directory(event.path)) folders.erase(event.file);
    const bool sync = event.kind == Event::Kind::fsync, of_folder = folders.contains(event.file);
    if (!sync || !of_folder) without_folders.push_back(event);
    if (!sync || of_folder) without_files.push_back(event);
  }
  EXPECT_GT(after_every_call(without_folders).lost, 0) << "a rename that may be forgotten";
  EXPECT_GT(after_every_call(without_files).torn, 0) << "a name for content that is not there";
}

}  // namespace
}  // namespace luge
