// What the command does with each registered task: it looks for a rate, profiles, and names commands that
// work.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>

#include "luge/tasks/registry.h"
#include "support/command.h"
#include "support/task_files.h"
#include "support/temp_dir.h"

namespace luge {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::luge;
using testing::read_file;
using testing::says;
using testing::TempDir;

std::vector<std::string> words(const char* command, const TempDir& dir, const std::string& task,
                               const std::vector<std::string>& more) {
  std::vector<std::string> all = testing::as_arguments(testing::words_for_task(dir, task));
  all.insert(all.begin(), command);
  all.insert(all.end(), more.begin(), more.end());
  return all;
}

TEST(EveryTask, HasARateThatIsFound) {
  const std::vector<std::string> all = tasks::names();
  ASSERT_GE(all.size(), 6u);
  for (const std::string& task : all) {
    const TempDir dir;
    const auto ran =
        luge(words("find-rate", dir, task, {"finder.steps=12", "to=curve.png", "--json"}), dir.path());
    ASSERT_EQ(ran.code, 0) << task << "\n" << ran.err;
    const json found = json::parse(ran.out);
    EXPECT_GE(found.at("trials").size(), 8u) << task << "\n" << ran.out;
    for (const json& trial : found.at("trials")) EXPECT_TRUE(trial.at("loss").is_number()) << task;
    EXPECT_TRUE(read_file(dir.file("curve.png")).starts_with("\x89PNG")) << task;
  }
}

// Source: Trace Event Format.
void check_trace(const json& trace, std::size_t processes) {
  double now = 0;
  std::map<std::pair<int, int>, double> ends;
  std::map<int, std::string> names;
  std::size_t kernels = 0;
  int process = 0;
  for (const json& event : trace.at("traceEvents")) {
    const int pid = event.at("pid").get<int>(), tid = event.at("tid").get<int>();
    if (pid != process) process = pid, now = 0;
    if (event.at("ph") == "M") {
      if (event.at("name") == "process_name") names[pid] = event.at("args").at("name");
      continue;
    }
    ASSERT_EQ(event.at("ph"), "X");
    const double begin = event.at("ts"), duration = event.at("dur");
    EXPECT_GE(begin, now) << "in the order of time";
    EXPECT_GE(duration, 0);
    EXPECT_GE(begin, ends[std::pair(pid, tid)] - 1e-6) << "one after the other";
    EXPECT_FALSE(event.at("name").get<std::string>().empty());
    now = begin;
    ends[std::pair(pid, tid)] = begin + duration;
    kernels += event.contains("args");
  }
  EXPECT_EQ(names.size(), processes);
  EXPECT_EQ(ends.size(), 2 * processes) << "kernels and layers";
  EXPECT_GT(kernels, 5u);
}

TEST(EveryTask, IsProfiledAndNamesCommandsThatWork) {
  for (const std::string& task : tasks::names()) {
    const TempDir dir;
    const auto ran = luge(words("train", dir, task,
                                {"epochs=1", "limit_train_batches=2", "profile=true", "report=false",
                                 "tensorboard=false", "run.dir=a run"}),
                          dir.path());
    ASSERT_EQ(ran.code, 0) << task << "\n" << ran.err;
    EXPECT_TRUE(says(ran.err, "backward") && says(ran.err, "optimizer")) << task << "\n" << ran.err;
    check_trace(json::parse(read_file(dir.file("a run/profile.json"))), 1);

    std::istringstream lines(ran.out.substr(ran.out.find("Next:\n") + 6));
    int tried = 0;
    bool predicts = false;
    for (std::string line; std::getline(lines, line); ++tried) {
      const auto next = testing::run_command({"sh", "-c", line}, {.folder = dir.path()});
      EXPECT_EQ(next.code, 0) << task << ": " << line << "\n" << next.err;
      EXPECT_FALSE(next.out.empty()) << task << ": " << line;
      predicts |= says(line, " predict ");
    }
    EXPECT_GE(tried, 2) << task << "\n" << ran.out;
    EXPECT_TRUE(predicts) << task << "\n" << ran.out;
  }
}

TEST(Stages, AreProfiledAndHaveRatesOfTheirOwn) {
  const TempDir dir;
  testing::words_for_task(dir, "classification");
  dir.write("stages.toml", R"([model]
name = "mlp"
hidden = [4]
[data]
name = "labeled.csv"
[train]
batch = 10
[[stage]]
name = "head"
epochs = 1
trainable = "linear2.*"
[[stage]]
name = "all"
epochs = 1
)");
  const auto ran =
      luge({"train", "config=stages.toml", "profile=true", "report=false", "run.dir=run"}, dir.path());
  ASSERT_EQ(ran.code, 0) << ran.err;
  EXPECT_TRUE(says(ran.err, "stage head\n") && says(ran.err, "stage all\n")) << ran.err;
  const json trace = json::parse(read_file(dir.file("run/profile.json")));
  check_trace(trace, 2);
  // What is not trained has no gradient.
  std::map<int, int> backward;
  for (const json& event : trace.at("traceEvents"))
    backward[event.at("pid")] += event.contains("args") && event.value("cat", "") == "backward";
  EXPECT_LT(backward[1], backward[2]);

  const auto loss = [&](const std::vector<std::string>& more) {
    std::vector<std::string> find = {"find-rate", "config=stages.toml", "finder.steps=30", "--json"};
    find.insert(find.end(), more.begin(), more.end());
    const auto found = luge(find, dir.path());
    EXPECT_EQ(found.code, 0) << found.err;
    return json::parse(found.out);
  };
  const json head = loss({}), all = loss({"finder.stage=all"});
  EXPECT_EQ(head.at("stage"), "head");
  EXPECT_EQ(all.at("stage"), "all");
  EXPECT_NE(head.at("trials"), all.at("trials"));
  const auto other = luge({"find-rate", "config=stages.toml", "finder.stage=tail"}, dir.path());
  EXPECT_EQ(other.code, 2);
  EXPECT_TRUE(says(other.err, "finder.stage=tail: expected one of head, all")) << other.err;
  EXPECT_EQ(luge({"find-rate", "model=xor", "finder.stage=head"}, dir.path()).code, 2);
}

TEST(BadInput, C26_BoundsOfTheRateFinder) {
  const TempDir dir;
  for (const char* word : {"finder.from=nan", "finder.from=0", "finder.from=-1", "finder.to=inf",
                           "finder.to=nan", "finder.to=1e-9", "finder.steps=1", "finder.smoothing=1"}) {
    const auto ran = luge({"find-rate", "model=xor", word}, dir.path());
    EXPECT_EQ(ran.code, 2) << word;
    EXPECT_TRUE(says(ran.err, std::string(word) + ": expected")) << ran.err;
  }
}

TEST(BadInput, C24_ClassWeightsOfTheWrongLengthNameTheKey) {
  for (const auto& [task, parts] :
       {std::pair{"classification", std::vector{"class_weights=1,2,3: expected 2 numbers", "x, y"}},
        std::pair{"next-token", std::vector{"class_weights=1,2,3: expected", "one for each class"}},
        std::pair{"regression", std::vector{"class_weights=1,2,3", "mse has no option"}},
        std::pair{"multi-label", std::vector{"class_weights=1,2,3", "has no option"}}}) {
    const TempDir dir;
    const auto ran =
        luge(words("train", dir, task, {"epochs=1", "class_weights=1,2,3", "run.dir=run"}), dir.path());
    EXPECT_EQ(ran.code, 2) << task << "\n" << ran.err;
    for (const char* part : parts) EXPECT_TRUE(says(ran.err, part)) << task << ": " << ran.err;
    EXPECT_FALSE(fs::exists(dir.path() / "run")) << task;
  }
}

}  // namespace
}  // namespace luge
