// Class 30: files of the data that vanish or are cut short while a network is trained on them.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "luge/error.h"
#include "luge/experiment/run.h"
#include "luge/io/image.h"
#include "luge/train/watching.h"
#include "support/errors.h"
#include "support/pictures.h"
#include "support/temp_dir.h"

namespace luge::experiment {
namespace {

namespace fs = std::filesystem;
using testing::expect_error;
using testing::read_file;
using testing::TempDir;

Config config_of(const TempDir& dir, const std::string& data, const std::string& run) {
  Config config = {{"model", "mlp"}, {"hidden", "4"},     {"epochs", "3"},
                   {"batch", "6"},   {"report", "false"}, {"tensorboard", "false"}};
  config.set("data", dir.file(data));
  config.set("run.dir", dir.file(run));
  return config;
}

// Does something in the middle of the second epoch.
train::CallbackRef in_second_epoch(std::function<void()> act) {
  return train::callback_of({.step_end = [act = std::move(act)](train::Fit& fit) {
    if (fit.epoch == 1 && fit.step == 1) act();
  }});
}

TEST(BadInput, C30_PicturesThatVanishOrAreCutShortWithinAnEpoch) {
  const TempDir dir;
  for (const char* kind : {"cat", "dog"}) {
    fs::create_directories(dir.path() / "pictures" / kind);
    for (int i = 0; i < 12; ++i)
      io::write_png(dir.file(fmt::format("pictures/{}/{:02}.png", kind, i)),
                    testing::smooth_picture(8, 8, 1, i + (kind[0] == 'd' ? 50 : 0)));
  }
  const auto made = [&](const std::string& run, const char* workers) {
    Config config = config_of(dir, "pictures", run);
    config.set("keep_decoded", "0");  // each epoch decodes them
    config.set("workers", workers);
    return experiment::Run(config);
  };
  experiment::Run straight = made("straight", "0");
  straight.begin();
  straight.train();
  for (const bool removed : {true, false}) {
    const char* workers = removed ? "2" : "0";
    const std::string name = fmt::format("run-{}-{}", removed, workers);
    experiment::Run run = made(name, workers);
    run.begin();
    const auto damage = in_second_epoch([&] {
      fs::copy(dir.path() / "pictures/cat", dir.path() / "kept");
      for (const auto& entry : fs::directory_iterator(dir.path() / "pictures/cat"))
        removed ? void(fs::remove(entry.path())) : fs::resize_file(entry.path(), 40);
    });
    const auto train = [&] { run.train({damage}); };
    removed ? expect_error<FileError>(train, {"pictures/cat/", ".png"})
            : expect_error<FormatError>(train, {"pictures/cat/", ".png", "cut short"});
    // What was saved goes on, when the pictures are there again.
    fs::remove_all(dir.path() / "pictures/cat");
    fs::rename(dir.path() / "kept", dir.path() / "pictures/cat");
    run = made(name + "-other", workers);  // gives the folder of the run back
    const experiment::Run rest = experiment::Run::resume(dir.file(name));
    EXPECT_EQ(rest.position().epoch, 1);
    rest.train();
    EXPECT_TRUE(read_file(dir.file(name + "/checkpoints/last.safetensors")) ==
                read_file(dir.file("straight/checkpoints/last.safetensors")))
        << name;
  }
}

// A table is in memory: the training ends as ever, and only a resumption misses it.
TEST(BadInput, C30_ATableThatVanishesWithinAnEpoch) {
  const TempDir dir;
  std::string table = "a,b,kind\n";
  for (int i = 0; i < 30; ++i) table += fmt::format("{},{},{}\n", i, i % 7, i % 2 ? "x" : "y");
  for (const bool removed : {true, false}) {
    const std::string file = dir.write("table.csv", table), name = removed ? "removed" : "cut";
    {
      experiment::Run run(config_of(dir, "table.csv", name));
      run.begin();
      const Report report = run.train(
          {in_second_epoch([&] { removed ? void(fs::remove(file)) : fs::resize_file(file, 100); })});
      EXPECT_EQ(report.history.epochs.size(), 3u);
    }
    const auto again = [&] { experiment::Run::resume(dir.file(name), {{"epochs", "4"}}).train(); };
    removed ? expect_error<FileError>(again, {"table.csv"})
            : expect_error<FormatError>(again, {"table.csv:"});
    dir.write("table.csv", table);
    again();
  }
}

}  // namespace
}  // namespace luge::experiment
