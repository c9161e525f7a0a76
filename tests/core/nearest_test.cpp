#include "core/nearest.h"

#include <gtest/gtest.h>

namespace luge {
namespace {

TEST(Nearest, CountsEdits) {
  EXPECT_EQ(edit_distance("lenet5", "lenet5"), 0u);
  EXPECT_EQ(edit_distance("lenet", "lenet5"), 1u);
  EXPECT_EQ(edit_distance("leent5", "lenet5"), 1u);  // neighbors swapped
  EXPECT_EQ(edit_distance("", "abc"), 3u);
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3u);
  EXPECT_EQ(edit_distance("Learning_Rate", "learning-rate"), 0u);
}

TEST(Nearest, FindsTheBestFirst) {
  const std::vector<std::string> models = {"mlp", "lenet5", "lenet5-sigmoid", "xor", "perceptron"};
  EXPECT_EQ(nearest("lenet", models), (std::vector<std::string>{"lenet5", "lenet5-sigmoid"}));
  EXPECT_EQ(nearest("perceptorn", models), (std::vector<std::string>{"perceptron"}));
  EXPECT_TRUE(nearest("transformer", models).empty());
  const std::vector<std::string> changes = {"affine", "flip", "rotate", "translate"};
  EXPECT_EQ(nearest("rotation", changes), (std::vector<std::string>{"rotate"}));
  EXPECT_EQ(nearest("RandomRotation", changes), (std::vector<std::string>{"rotate"}));
  EXPECT_EQ(nearest("RandomTranslation", changes), (std::vector<std::string>{"translate"}));
  EXPECT_TRUE(nearest("perfect", {"perceptron", "resnet"}).empty());
  EXPECT_EQ(nearest("rate", {"train.epochs", "optimizer.learning_rate"}),
            (std::vector<std::string>{"optimizer.learning_rate"}));
  EXPECT_EQ(nearest("ab", {"ab1", "ab2", "ab3", "ab4"}, 2).size(), 2u);
}

TEST(Nearest, SuggestsInWords) {
  EXPECT_EQ(suggestion("epoch", {"epochs", "batch"}), "; did you mean epochs?");
  EXPECT_EQ(suggestion("zzzzzz", {"mlp", "xor"}), "; expected mlp or xor");
  EXPECT_EQ(suggestion("zzzzzz", {}), "");
  const std::string many = suggestion("zzzzzz", std::vector<std::string>(100, "model"));
  EXPECT_NE(many.find("100 names"), std::string::npos);
  EXPECT_LT(many.size(), 200u);
}

}  // namespace
}  // namespace luge
