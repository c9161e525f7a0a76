// run_state: how far a run has come, by what its files tell.
#include "board/run_status.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "io/files/process.h"
#include "io/run/run_owner.h"
#include "support/run_files.h"
#include "support/temp_dir.h"

namespace luge::board {
namespace {

using testing::TempDir;
using testing::write_text;

std::string living() { return io::owner_text(io::this_process()); }
std::string dead() {
  io::ProcessIdentity other = io::this_process();
  ++other.started;  // this process number belonged to another one then
  return io::owner_text(other);
}

TEST(RunState, AnEndThatWasWrittenIsBelievedWhileTheWriterStillHoldsTheLock) {
  for (const RunStatus end : {RunStatus::finished, RunStatus::interrupted, RunStatus::failed}) {
    const RunState found = run_state({.said = to_string(end), .reason = "why", .lock = living()});
    EXPECT_EQ(found, (RunState{end, "why"})) << to_string(end);
  }
}

TEST(RunState, ATrainingRunsAsLongAsItsProcess) {
  EXPECT_EQ(run_state({.said = "running", .lock = living()}).status, RunStatus::running);
  EXPECT_EQ(run_state({.lock = living()}).status, RunStatus::running) << "it has not begun yet";
  const RunState killed = run_state({.said = "running", .lock = dead(), .saved = true});
  EXPECT_EQ(killed.status, RunStatus::interrupted);
  EXPECT_NE(killed.reason, "");
  EXPECT_EQ(run_state({.said = "running", .saved = true}).status, RunStatus::interrupted);
  EXPECT_EQ(run_state({.said = "running", .lock = dead()}).status, RunStatus::failed) << "nothing was saved";
}

TEST(RunState, WithoutAWordTheFilesDecide) {
  EXPECT_EQ(run_state({}).status, RunStatus::failed);
  EXPECT_EQ(run_state({.saved = true, .epochs = 3, .planned = 3}).status, RunStatus::finished);
  EXPECT_EQ(run_state({.saved = true, .epochs = 2, .planned = 3}).status, RunStatus::interrupted);
  EXPECT_EQ(run_state({.saved = true, .epochs = 2}).status, RunStatus::finished) << "of a program";
  EXPECT_EQ(run_state({.lock = dead(), .saved = true, .epochs = 2}).status, RunStatus::interrupted);
  EXPECT_EQ(run_state({.said = "5", .saved = true, .epochs = 2}).status, RunStatus::finished);
}

TEST(RunState, OfSeveralTrainings) {
  const RunState done{RunStatus::finished}, going{RunStatus::running}, wrong{RunStatus::failed, "nan"},
      stopped{RunStatus::interrupted};
  EXPECT_EQ(run_state({.parts = {done, done}}).status, RunStatus::finished);
  EXPECT_EQ(run_state({.parts = {done, stopped}}).status, RunStatus::interrupted);
  EXPECT_EQ(run_state({.parts = {done, wrong}}).status, RunStatus::interrupted);
  EXPECT_EQ(run_state({.parts = {wrong, wrong}}), wrong);
  EXPECT_EQ(run_state({.said = "running", .lock = dead(), .parts = {done, done}}).status,
            RunStatus::interrupted)
      << "others were to come";
  EXPECT_EQ(run_state({.said = "running", .lock = living(), .parts = {done}}).status, RunStatus::running);
  EXPECT_EQ(run_state({.said = "interrupted", .parts = {done, going}}).status, RunStatus::running)
      << "one of them was resumed alone";
  EXPECT_EQ(run_state({.said = "failed", .reason = "why", .parts = {done, wrong}}),
            (RunState{RunStatus::failed, "why"}));
}

TEST(RunState, SignsAreReadFromTheFolder) {
  const TempDir dir;
  write_text(dir.file("run/status.json"), R"({"status":"failed","reason":"why"})");
  write_text(dir.file("run/lock"), living());
  write_text(dir.file("run/checkpoints/nonfinite.safetensors"), "x");
  write_text(dir.file("run/checkpoints/last.safetensors.damaged"), "x");
  const Folder folder = *Folder::open(dir.file("run"));
  EXPECT_EQ(read_signs(folder).said, "failed");
  EXPECT_EQ(read_signs(folder).reason, "why");
  EXPECT_EQ(read_signs(folder).lock, living());
  EXPECT_FALSE(read_signs(folder).saved) << "nothing goes on from these";
  write_text(dir.file("run/checkpoints/step-5.safetensors"), "x");
  EXPECT_TRUE(read_signs(folder).saved);
  for (const char* text : {"{\"status\":", "[]", "{\"status\":5,\"reason\":[]}", ""}) {
    write_text(dir.file("run/status.json"), text);
    EXPECT_EQ(read_signs(folder).said, "") << text;
  }
}

}  // namespace
}  // namespace luge::board
