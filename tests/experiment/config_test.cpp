// Values of keys: how keys are named, where values come from, and what is refused.
#include <gtest/gtest.h>

#include "luge/experiment/config.h"
#include "support/errors.h"
#include "support/temp_dir.h"

namespace luge {
namespace {

using experiment::Config;
using experiment::SettingError;

std::string refusal(const std::function<void()>& act) {
  try {
    act();
  } catch (const SettingError& error) {
    return error.what();
  }
  return "nothing was refused";
}

TEST(Config, FindsKeysByWholeNameAliasAndLastPart) {
  const Config config = {{"model", "xor"}, {"train.epochs", "3"}, {"lr", "0.5"}};
  EXPECT_EQ(config.text("model.name"), "xor");
  EXPECT_EQ(config.integer("epochs", 1), 3);
  EXPECT_EQ(config.number("optimizer.learning_rate"), 0.5);
  EXPECT_FALSE(config.given("batch"));
  EXPECT_EQ(config.text("data.validation_split"), "0.1") << "the default";
}

TEST(Config, ErrorsNameTheKeyAsItWasGiven) {
  const Config config = {{"lr", "abc"}, {"train.epochs", "0"}};
  EXPECT_EQ(refusal([&] { config.number("optimizer.learning_rate"); }), "lr=abc: expected a number");
  EXPECT_EQ(refusal([&] { config.integer("epochs", 1); }), "train.epochs=0: expected a whole number from 1");
  EXPECT_EQ(refusal([] { Config({{"epoks", "1"}}); }), "key 'epoks' is not known; did you mean epochs?");
  EXPECT_EQ(refusal([] {
              Config({{"lr", "1"}, {"learning_rate", "2"}});
            }),
            "key 'learning_rate' is given twice");
  EXPECT_NE(refusal([&] { config.text("model"); }).find("model= is missing"), std::string::npos);
}

TEST(Config, AnUnknownKeyOfATableNamesThoseOfTheTable) {
  EXPECT_NE(refusal([] {
              Config({{"callbacks.stop_at.qqqqqqqq", "1"}});
            }).find("callbacks.stop_at.value, callbacks.stop_at.monitor or callbacks.stop_at.mode"),
            std::string::npos);
  EXPECT_NE(refusal([] {
              Config({{"optimizer.beta3", "1"}});
            }).find("did you mean optimizer.beta1"),
            std::string::npos);
}

TEST(Config, AFileFillsWhatWasNotSet) {
  const testing::TempDir dir;
  const std::string file = dir.write("my.toml", "[train]\nepochs = 7\nbatch = 9\n[about]\nhost = \"here\"\n");
  Config config = {{"epochs", "3"}};
  config.take_file(file);
  EXPECT_EQ(config.integer("epochs", 1), 3);
  EXPECT_EQ(config.integer("batch", 1), 9);
  config.set_default("batch", "10");
  EXPECT_EQ(config.integer("batch", 1), 9);
  config.set("batch", "11");
  EXPECT_EQ(config.resolved().at("train.batch"), "11");
  const std::string wrong = dir.write("wrong.toml", "[train]\nepoks = 7\n");
  EXPECT_NE(
      refusal([&] { config.take_file(wrong); }).find("wrong.toml, line 2: key 'train.epoks' is not known"),
      std::string::npos);
}

TEST(Config, APartHasItsKeysAlone) {
  const Config config = {{"epochs", "3"}, {"lr", "0.5"}};
  const Config part = config.only({{"train.epochs", "passes over the data"}, {"other", "", "1"}});
  EXPECT_EQ(part.text("epochs"), "3");
  EXPECT_EQ(part.text("other"), "1");
  EXPECT_FALSE(part.knows("lr"));
}

}  // namespace
}  // namespace luge
