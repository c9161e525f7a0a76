// The command of docs/guide/augmentation.md on photographs of hands, with fewer epochs. The test part has
// other persons than the training part.
#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "support/command.h"
#include "support/paths.h"
#include "support/temp_dir.h"

namespace luge {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::luge;
using testing::TempDir;

TEST(SlowSignLanguageDigits, OneCommandTellsTheDigitsOfOtherPersons) {
  const fs::path data =
      testing::source_dir().parent_path() / "shared" / "data" / "images" / "sign-language-digits";
  if (!fs::exists(data / "test")) GTEST_SKIP() << data << " is not on this machine";
  const TempDir dir;
  const auto trained = luge(
      {"train", "model=resnet18", "model.width=0.25", "data=" + data.string(), "data.size=64", "epochs=10",
       "batch=64", "lr=2e-3", "optimizer=adam", "schedule=cosine", "augment=rotate,shift,zoom,jitter",
       "augment.rotate.degrees=15", "augment.shift.pixels=6", "augment.zoom.amount=0.15", "run.dir=run"},
      dir.path());
  ASSERT_EQ(trained.code, 0) << trained.err;
  const auto measured = luge({"eval", "run=run", "--json"}, dir.path());
  ASSERT_EQ(measured.code, 0) << measured.err;
  const json figures = json::parse(measured.out);
  EXPECT_EQ(figures.at("split"), "test");
  EXPECT_EQ(figures.at("samples"), 406);
  EXPECT_GE(figures.at("metrics").at("accuracy"), 0.93) << measured.out;
}

}  // namespace
}  // namespace luge
