// Plans are made from types: soon, and without the memory that they tell of.
#include <gtest/gtest.h>

#include "support/command.h"
#include "support/sanitizer.h"

namespace luge {
namespace {

using testing::luge;
using testing::says;

[[maybe_unused]] constexpr std::int64_t kMiB = std::int64_t{1} << 20;

TEST(Plan, AnyMemoryLimitIsAnswered) {
  const std::vector<std::vector<std::string>> wishes = {
      {"model=resnet18-cifar", "batch=128", "memory=320MB"},
      {"model=resnet18-cifar", "batch=128", "memory=200MB"},
      {"model=mobilenet-v2", "input=3x224x224", "batch=32", "memory=500MB"}};
  for (std::vector<std::string> words : wishes) {
    words.insert(words.begin(), "plan");
    const auto ran = luge(words);
    EXPECT_FALSE(says(ran.err, "no kernel")) << ran.err;
    if (ran.code != 0) {
      EXPECT_EQ(ran.code, 1) << ran.err;
      EXPECT_TRUE(says(ran.err, "use a smaller batch or a limit of")) << ran.err;
    }
  }
}

TEST(Plan, TakesNoMemoryForWhatItPlans) {
  const std::vector<std::vector<std::string>> large = {
      {"plan", "model=resnet18-cifar", "batch=1000000"},  // a batch of 12 GB
      {"plan", "model=mlp", "hidden=1000000"},            // weights of 3 GB
      {"summary", "model=mlp", "hidden=1000000"}};
  for (const std::vector<std::string>& words : large) {
    const auto ran = luge(words);
    EXPECT_EQ(ran.code, 0) << ran.err;
    if (!testing::address_sanitizer()) {  // whose own memory counts, too
      EXPECT_LT(ran.peak_bytes, 300 * kMiB) << words[0] << " " << words[1];
    }
  }
}

// The task of the model says that there is a label for each pixel.
TEST(Plan, NetworksOfPixelsArePlannedAndChecked) {
  const auto plan = luge({"plan", "model=unet", "width=8", "batch=2"});
  EXPECT_EQ(plan.code, 0) << plan.err;
  EXPECT_TRUE(says(plan.out, "one training step of unet")) << plan.out;
  const auto check = luge({"gradcheck", "model=unet", "width=4", "input=1x16x16", "elements=1", "seconds=5"});
  EXPECT_EQ(check.code, 0) << check.out << check.err;
  EXPECT_TRUE(says(check.out, "46 of 46 parameters compared")) << check.out;
}

}  // namespace
}  // namespace luge
