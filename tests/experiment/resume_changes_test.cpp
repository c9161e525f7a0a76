// Class 40: what a resumed training finds changed in its configuration is refused by name, and nothing is
// written.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "luge/error.h"
#include "luge/experiment/run.h"
#include "luge/io/image.h"
#include "support/pictures.h"
#include "support/temp_dir.h"

namespace luge::experiment {
namespace {

namespace fs = std::filesystem;
using testing::read_file;
using testing::TempDir;

class ResumeChanges : public ::testing::Test {
 protected:
  // Pictures of two classes, and a training on them.
  void train(const std::vector<Config::Entry>& more) const {
    for (const char* kind : {"cat", "dog"}) {
      fs::create_directories(dir_.path() / "pictures" / kind);
      for (int i = 0; i < 12; ++i)
        io::write_png(dir_.file(fmt::format("pictures/{}/{:02}.png", kind, i)),
                      testing::smooth_picture(8, 8, 1, i + (kind[0] == 'd' ? 50 : 0)));
    }
    Config config = {{"model", "mlp"}, {"hidden", "4"},     {"epochs", "1"},
                     {"batch", "6"},   {"report", "false"}, {"tensorboard", "false"}};
    config.set("data", dir_.file("pictures"));
    config.set("run.dir", dir_.file("run"));
    for (const auto& [key, value] : more) config.set(key, value);
    experiment::Run run(config);
    run.begin();
    run.train();
  }

  // The line that begins so, within the table that it is in, is replaced.
  void refuses(const std::string& table, const std::string& begin, const std::string& line,
               const std::vector<std::string>& parts) const {
    SCOPED_TRACE(line);
    const std::string file = dir_.file("run/config.toml"), config = read_file(file),
                      last = read_file(dir_.file("run/checkpoints/last.safetensors"));
    const auto at = config.find(begin, config.find("\n[" + table + "]\n"));
    ASSERT_NE(at, std::string::npos) << table << " " << begin << "\n" << config;
    std::string changed = config;
    changed.replace(at, config.find('\n', at) - at, line);
    dir_.write("run/config.toml", changed);
    try {
      experiment::Run::resume(dir_.file("run"), {{"epochs", "2"}}).train();
      ADD_FAILURE() << "it was not refused";
    } catch (const Error& error) {
      const std::string text = error.what();
      for (const std::string& part : parts)
        EXPECT_NE(text.find(part), std::string::npos) << part << " is missing from: " << text;
    }
    EXPECT_EQ(read_file(file), changed);
    EXPECT_TRUE(read_file(dir_.file("run/checkpoints/last.safetensors")) == last);
    dir_.write("run/config.toml", config);
  }

  TempDir dir_;
};

using BadInputOfResume = ResumeChanges;

TEST_F(BadInputOfResume, C40_WhatWasEditedIsRefused) {
  train({{"augment", "flip,shift"},
         {"class_weights", "1,2"},
         {"data.size", "6"},
         {"data.limit", "20"},
         {"early_stopping", "5"},
         {"limit_train_batches", "2"}});
  const std::vector<std::string> data = {"different training data", "accept_changed_data=true"};
  refuses("data", "augment = ", "augment = [\"flip\"]", data);
  refuses("data", "augment = ", "augment = [\"flip\", \"shift\", \"mixup\"]",
          {"augment of batches = mixup", "was none"});
  refuses("augment", "flip.p = ", "flip.p = 0.25", data);
  refuses("data", "size = ", "size = 5", {"linear1.weight", "[4,36]", "[4,25]"});
  refuses("data", "limit = ", "limit = 16", data);
  refuses("loss", "class_weights = ", "class_weights = [2, 1]",
          {"class_weights=[1,2]", "class_weights=[2,1]"});
  refuses("train", "limit_train_batches = ", "limit_train_batches = 1",
          {"train.limit_train_batches", "was 2"});
  refuses("callbacks", "early_stopping.monitor = ", "early_stopping.monitor = \"val_accuracy\"",
          {"early_stopping.monitor", "was val_loss"});
  refuses("train", "epochs = ", "freeze = [\"linear1.*\"]\nepochs = 1", {"train.freeze", "was not given"});
  experiment::Run::resume(dir_.file("run"), {{"epochs", "2"}}).train();  // and as it was, it goes on
}

}  // namespace
}  // namespace luge::experiment
