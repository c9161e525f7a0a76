// luge runs, compare and clean.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "support/command.h"
#include "support/paths.h"
#include "support/temp_dir.h"
#include "support/terminal.h"

namespace luge {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::luge;
using testing::read_file;
using testing::says;
using testing::TempDir;

std::string kinds() {
  std::string table = "width,height,kind\n";
  for (int i = 0; i < 60; ++i)
    table += fmt::format("{},{},{}\n", (i * 37 % 60) / 8.0, i % 7, (i * 37 % 60) < 30 ? "cat" : "dog");
  return table;
}

// runs/mlp-kinds-1 with adam, -2 with momentum and step files, -3 with three folds.
void train_three(const TempDir& dir) {
  dir.write("kinds.csv", kinds());
  const auto train = [&](std::vector<std::string> more) {
    more.insert(more.begin(), {"train", "model=mlp", "hidden=4", "data=kinds.csv", "batch=16"});
    const auto ran = luge(more, dir.path());
    ASSERT_EQ(ran.code, 0) << ran.err;
  };
  train({"epochs=2", "optimizer=adam"});
  train({"epochs=3", "optimizer=momentum", "callbacks.checkpoint.every=2"});
  train({"epochs=1", "folds=3"});
}

TEST(Runs, ATableListsComparesAndCleansThem) {
  const TempDir dir;
  train_three(dir);
  const auto table = luge({"runs"}, dir.path());
  ASSERT_EQ(table.code, 0) << table.err;
  for (const char* part : {"mlp-kinds-3 (3 parts)", "finished", "2/2", "3/3", "val_accuracy", "kinds.csv"})
    EXPECT_TRUE(says(table.out, part)) << part << "\n" << table.out;
  EXPECT_LT(table.out.find("mlp-kinds-3"), table.out.find("mlp-kinds-1")) << "the newest first";

  const auto adam = luge({"runs", "filter=optimizer=adam,epochs>1", "to=runs.csv", "--json"}, dir.path());
  ASSERT_EQ(adam.code, 0) << adam.err;
  const json found = json::parse(adam.out);
  ASSERT_EQ(found.at("runs").size(), 1u) << adam.out;
  EXPECT_EQ(found.at("runs").at(0).at("run"), "runs/mlp-kinds-1");
  EXPECT_TRUE(says(read_file(dir.file("runs.csv")), "runs/mlp-kinds-1,finished,2,"));

  const auto sorted = luge({"runs", "sort=val_loss", "--json"}, dir.path());
  ASSERT_EQ(sorted.code, 0) << sorted.err;
  double before = 0;
  const json rows1 = json::parse(sorted.out).at("runs");
  for (const json& run : rows1) {
    EXPECT_GE(run.at("best").at("val_loss").get<double>(), before);
    before = run.at("best").at("val_loss");
  }

  const auto compared = luge({"compare", "run=mlp-kinds-1,runs/mlp-kinds-2", "--json"}, dir.path());
  ASSERT_EQ(compared.code, 0) << compared.err;
  const json differ = json::parse(compared.out).at("differences");
  EXPECT_EQ(differ.at("optimizer.name"), json({"adam", "momentum"}));
  EXPECT_FALSE(differ.contains("train.batch")) << "equal";
  EXPECT_EQ(json::parse(compared.out).at("runs").at(0).at("parameters").at("total"), 3 * 4 + 5 * 2);
  const auto shown = luge({"compare", "run=mlp-kinds-1,mlp-kinds-2"}, dir.path());
  EXPECT_TRUE(says(shown.out, "best val_loss") && says(shown.out, "ms of a step")) << shown.out;

  const fs::path steps = dir.path() / "runs/mlp-kinds-2/checkpoints";
  const auto asked = luge({"clean"}, dir.path());
  EXPECT_EQ(asked.code, 2) << "there is no terminal to ask at";
  EXPECT_TRUE(says(asked.out, "step-") && says(asked.err, "yes=true")) << asked.out << asked.err;
  EXPECT_TRUE(fs::exists(steps / "step-8.safetensors")) << "nothing was deleted";
  fs::create_directories(dir.path() / "runs/mlp-kinds-4");
  dir.write("runs/mlp-kinds-4/.luge-run", "sequence = 4\ncreated = 2026-01-01T00:00:00Z\n");
  EXPECT_TRUE(says(luge({"runs"}, dir.path()).out, "failed"));
  const auto cleaned = luge({"clean", "yes=true", "last=true", "--json"}, dir.path());
  ASSERT_EQ(cleaned.code, 0) << cleaned.err;
  const json rows2 = json::parse(cleaned.out).at("files");
  for (const json& file : rows2) EXPECT_EQ(file.at("deleted"), true);
  EXPECT_FALSE(fs::exists(steps / "step-8.safetensors"));
  EXPECT_FALSE(fs::exists(steps / "last.safetensors"));
  EXPECT_TRUE(fs::exists(steps / "best.safetensors"));
  EXPECT_FALSE(fs::exists(dir.path() / "runs/mlp-kinds-4"));
  EXPECT_EQ(luge({"eval", "run=mlp-kinds-2"}, dir.path()).code, 0);
  EXPECT_TRUE(says(luge({"clean", "last=true"}, dir.path()).out, "nothing to delete"));
}

TEST(Runs, WhatWasKeptToBeLookedAtIsNeverCleanedWithoutBeingNamed) {
  const TempDir dir;
  const char* names[] = {"nonfinite.safetensors", "nonfinite-batch.safetensors", "last.safetensors.damaged",
                         "step-8.safetensors.damaged-2"};
  const std::string folder = "runs/mine/checkpoints/";
  fs::create_directories(dir.path() / folder);
  dir.write("runs/mine/.luge-run", "sequence = 1\ncreated = 2026-01-01T00:00:00Z\n");
  dir.write("runs/mine/status.json", "{\"status\":\"failed\",\"reason\":\"the loss is nan\"}");
  for (const char* name : names) dir.write(folder + name, "x");
  dir.write(folder + "mine.safetensors", "x");
  const auto kept = luge({"clean", "yes=true"}, dir.path());
  ASSERT_EQ(kept.code, 0) << kept.err;
  EXPECT_TRUE(says(kept.out, "deleted 0 of 4") && says(kept.out, "kept=true")) << kept.out;
  for (const char* name : names) {
    EXPECT_TRUE(says(kept.out, name)) << kept.out;
    EXPECT_TRUE(fs::exists(dir.path() / folder / name)) << name;
  }
  EXPECT_EQ(luge({"clean", "kept=true"}, dir.path()).code, 2) << "without yes=true each is asked about";
  // Each of them is asked about, in the order of their names.
  const std::string asked =
      testing::on_terminal({testing::command().string(), "clean"}, dir.path(), 200, "y\nn\nn\nn\n");
  EXPECT_TRUE(says(asked, "last.safetensors.damaged, kept of a checkpoint that could not be read? [y/N]"))
      << asked;
  EXPECT_TRUE(says(asked, "deleted 1 of 4")) << asked;
  EXPECT_FALSE(fs::exists(dir.path() / folder / "last.safetensors.damaged"));
  EXPECT_TRUE(fs::exists(dir.path() / folder / "nonfinite.safetensors"));
  const auto gone = luge({"clean", "yes=true", "kept=true", "--json"}, dir.path());
  ASSERT_EQ(gone.code, 0) << gone.err;
  const json files = json::parse(gone.out).at("files");
  for (const json& file : files) {
    EXPECT_EQ(file.at("kept"), true);
    EXPECT_EQ(file.at("deleted"), true);
  }
  for (const char* name : names) EXPECT_FALSE(fs::exists(dir.path() / folder / name)) << name;
  EXPECT_TRUE(fs::exists(dir.path() / folder / "mine.safetensors")) << "it is not known";
}

TEST(BadInput, C44_RunsThatAreWrittenAreNotCleaned) {
  const TempDir dir;
  fs::create_directories(dir.path() / "runs/mine");
  dir.write("runs/mine/.luge-run", "sequence = 1\ncreated = 2026-01-01T00:00:00Z\n");
  dir.write("runs/mine/lock", "pid = 1\nstarted = 1\nhost = elsewhere\n");  // may still run
  const auto listed = luge({"runs"}, dir.path());
  EXPECT_TRUE(says(listed.out, "running")) << listed.out;
  const auto cleaned = luge({"clean", "yes=true"}, dir.path());
  EXPECT_EQ(cleaned.code, 0) << cleaned.err;
  EXPECT_TRUE(fs::exists(dir.path() / "runs/mine/lock"));
}

TEST(BadInput, C44_RunsThatAreNotThereAreNamed) {
  const TempDir dir;
  const auto none = luge({"runs"}, dir.path());
  EXPECT_EQ(none.code, 1);
  EXPECT_TRUE(says(none.err, "runs: there is no such folder")) << none.err;
  fs::create_directories(dir.path() / "runs/mine");
  dir.write("runs/mine/.luge-run", "sequence = 1\ncreated = 2026-01-01T00:00:00Z\n");
  dir.write("runs/mine/config.toml", "[model]\nname = 3 3\n");
  EXPECT_TRUE(says(luge({"runs"}, dir.path()).out, "failed")) << "what cannot be read is listed all the same";
  const auto filter = luge({"runs", "filter=optimzer=adam"}, dir.path());
  EXPECT_EQ(filter.code, 2);
  EXPECT_TRUE(says(filter.err, "'optimzer' is neither a key")) << filter.err;
  EXPECT_EQ(luge({"runs", "filter=epochs>many"}, dir.path()).code, 2);
  EXPECT_EQ(luge({"runs", "filter=epochs"}, dir.path()).code, 2);
  EXPECT_EQ(luge({"runs", "to=runs.txt"}, dir.path()).code, 2);
  const auto one = luge({"compare", "run=mine"}, dir.path());
  EXPECT_EQ(one.code, 2);
  EXPECT_TRUE(says(one.err, "two runs or more")) << one.err;
  EXPECT_EQ(luge({"compare", "run=mine,mine"}, dir.path()).code, 2);
  EXPECT_EQ(luge({"compare", "run=mine,yours"}, dir.path()).code, 1);
}

}  // namespace
}  // namespace luge
