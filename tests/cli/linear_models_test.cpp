// Linear models on a table of flowers (tests/models/flowers.csv): one command each, and the figure that it
// reaches.
#include <gtest/gtest.h>

#include <fstream>
#include <functional>
#include <nlohmann/json.hpp>
#include <sstream>

#include "support/command.h"
#include "support/paths.h"
#include "support/temp_dir.h"

namespace luge {
namespace {

using testing::luge;

std::string flowers() {
  std::ifstream file(testing::source_dir() / "tests/models/flowers.csv");
  return {std::istreambuf_iterator<char>(file), {}};
}
// The lines that are kept, each as `keep` returns it; it returns nothing for the others.
std::string lines(const std::function<std::string(const std::string&)>& keep) {
  std::istringstream all(flowers());
  std::string text;
  for (std::string line; std::getline(all, line);) {
    const std::string kept = keep(line);
    if (!kept.empty()) text += kept + "\n";
  }
  return text;
}
std::string without_kind(const std::string& line) { return line.substr(0, line.rfind(',')); }
std::function<std::string(const std::string&)> without(const std::string& kind) {
  return [kind](const std::string& line) { return line.ends_with(kind) ? "" : line; };
}

TEST(LinearModels, LearnFlowersFromTheShell) {
  const testing::TempDir dir;
  dir.write("flowers.csv", flowers());
  dir.write("two.csv", lines(without("aster")));
  dir.write("apart.csv", lines(without("rose")));
  dir.write("numbers.csv", lines(without_kind));
  const auto figures = [&](std::vector<std::string> words) {
    words.insert(words.begin(), "train");
    words.emplace_back("--json");
    const auto ran = luge(words, dir.path());
    EXPECT_EQ(ran.code, 0) << ran.err;
    return ran.code == 0 ? nlohmann::json::parse(ran.out).at("metrics") : nlohmann::json();
  };
  const auto softmax = figures({"model=softmax-regression", "data=flowers.csv", "epochs=100", "lr=0.05"});
  EXPECT_GE(softmax.at("val_accuracy").get<double>(), 0.9) << softmax;
  const auto logistic = figures({"model=logistic-regression", "data=two.csv", "epochs=150"});
  EXPECT_GE(logistic.at("accuracy").get<double>(), 0.93) << logistic;
  const auto perceptron = figures({"model=perceptron", "data=apart.csv", "epochs=20"});
  EXPECT_EQ(perceptron.at("accuracy").get<double>(), 1) << "an aster can be told by a line: " << perceptron;
  const auto deep = figures({"model=mlp", "hidden=32,16,8", "data=flowers.csv", "epochs=60", "lr=0.01"});
  EXPECT_GE(deep.at("val_accuracy").get<double>(), 0.9) << deep;
  const auto linear = figures({"model=linear-regression", "data=numbers.csv", "epochs=60"});
  EXPECT_LT(linear.at("loss").get<double>(), 0.045) << "the variance is 0.56: " << linear;
}

}  // namespace
}  // namespace luge
