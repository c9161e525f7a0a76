// Tables as people have them: other separators, columns in another order, prices, and nothing at all.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "support/command.h"
#include "support/temp_dir.h"

namespace luge {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::luge;
using testing::says;
using testing::TempDir;

// Rows of width, height and kind, between whose cells `separator` stands.
std::string shapes(const std::string& separator = ",", bool header = true) {
  std::string table = header ? "width" + separator + "height" + separator + "kind\n" : "";
  for (int i = 0; i < 60; ++i)
    table += fmt::format("{}{}{}{}{}\n", i % 2 ? 1.5 : 4.5, separator, i % 5, separator,
                         i % 2 ? "small" : "large");
  return table;
}

std::string prices() {
  std::string table = "area,rooms,price\n";
  for (int i = 0; i < 200; ++i) {
    const int area = 40 + i * 37 % 90, rooms = 1 + i % 5;
    table += fmt::format("{},{},{}\n", area, rooms, 3000 * area + 10000 * rooms + i % 7);
  }
  return table;
}

TEST(Tables, TheSeparatorIsFoundOut) {
  const TempDir dir;
  int count = 0;
  for (const std::string separator : {"\t", ";", "|", ","}) {
    const std::string name = fmt::format("t{}.tsv", count++);
    dir.write(name, shapes(separator));
    const auto ran = luge(
        {"train", "model=softmax-regression", "data=" + name, "epochs=40", "lr=0.3", "--json"}, dir.path());
    ASSERT_EQ(ran.code, 0) << ran.err;
    dir.write("new" + name, "height" + separator + "width\n1" + separator + "4.4\n");
    const auto predicted = luge({"predict", "run=last", "input=new" + name, "--json"}, dir.path());
    ASSERT_EQ(predicted.code, 0) << predicted.err;
    EXPECT_EQ(json::parse(predicted.out).at(0).at("top").at(0).at("label"), "large");
    EXPECT_EQ(luge({"eval", "run=last"}, dir.path()).code, 0);
  }
}

// Configurations that earlier versions wrote spell the scaling in the British way.
TEST(Tables, TheScalingOfEarlierConfigurationsIsTheSame) {
  const TempDir dir;
  dir.write("shapes.csv", shapes());
  std::vector<json> losses;
  for (const std::string scaling : {"standardize",
                                    "stand"
                                    "ardise",
                                    "none"}) {
    const auto ran = luge({"train", "model=softmax-regression", "data=shapes.csv", "epochs=2", "seed=3",
                           "data.normalize=" + scaling, "--json"},
                          dir.path());
    ASSERT_EQ(ran.code, 0) << ran.err;
    losses.push_back(json::parse(ran.out).at("metrics").at("loss"));
  }
  EXPECT_EQ(losses[0], losses[1]);
  EXPECT_NE(losses[0], losses[2]);
}

TEST(Tables, ColumnsOfAnotherOrderAreFoundByName) {
  const TempDir dir;
  dir.write("shapes.csv", shapes());
  ASSERT_EQ(
      luge({"train", "model=softmax-regression", "data=shapes.csv", "epochs=40", "lr=0.3"}, dir.path()).code,
      0);
  std::string turned = "kind,note,height,width\n", renamed = "breadth,height,kind\n";
  for (int i = 0; i < 20; ++i) {
    turned += fmt::format("{},7,{},{}\n", i % 2 ? "small" : "large", i % 5, i % 2 ? 1.5 : 4.5);
    renamed += fmt::format("{},{},{}\n", i % 2 ? 1.5 : 4.5, i % 5, i % 2 ? "small" : "large");
  }
  dir.write("turned.csv", turned);
  dir.write("renamed.csv", renamed);
  const auto right = luge({"eval", "run=last", "data=turned.csv", "--json"}, dir.path());
  ASSERT_EQ(right.code, 0) << right.err;
  EXPECT_EQ(json::parse(right.out).at("samples"), 20) << "another table is measured whole";
  EXPECT_EQ(json::parse(right.out).at("metrics").at("accuracy"), 1.0);
  for (const std::vector<std::string>& words : std::vector<std::vector<std::string>>{
           {"eval", "run=last", "data=renamed.csv"}, {"predict", "run=last", "input=renamed.csv"}}) {
    const auto refused = luge(words, dir.path());
    EXPECT_EQ(refused.code, 1) << words[0];
    for (const char* name : {"renamed.csv", "width", "breadth"})
      EXPECT_TRUE(says(refused.err, name)) << refused.err;
  }
  dir.write("one.csv", "width,height,kind\n1.5,3,small\n4.5,2,small\n");
  EXPECT_EQ(json::parse(luge({"eval", "run=last", "data=one.csv", "--json"}, dir.path()).out)
                .at("per_class")
                .at(1)
                .at("samples"),
            2)
      << "labels are the model's, not the places in a file that has one of them";
  dir.write("third.csv", "width,height,kind\n1.5,3,small\n4.5,2,huge\n");
  const auto third = luge({"eval", "run=last", "data=third.csv"}, dir.path());
  EXPECT_EQ(third.code, 1);
  EXPECT_TRUE(says(third.err, "third.csv:3")) << third.err;
  EXPECT_TRUE(says(third.err, "huge") && says(third.err, "large, small")) << third.err;
}

TEST(Tables, WithoutAHeaderPlacesCount) {
  const TempDir dir;
  dir.write("bare.csv", shapes(",", false));
  ASSERT_EQ(
      luge({"train", "model=softmax-regression", "data=bare.csv", "epochs=40", "lr=0.3"}, dir.path()).code,
      0);
  dir.write("rows.csv", "4.5,1\n1.5,1\n");
  const auto ran = luge({"predict", "run=last", "input=rows.csv", "--json"}, dir.path());
  ASSERT_EQ(ran.code, 0) << ran.err;
  EXPECT_EQ(json::parse(ran.out).at(0).at("top").at(0).at("label"), "large");
  dir.write("named.csv", "a,b\n4.5,1\n");
  EXPECT_EQ(luge({"predict", "run=last", "input=named.csv"}, dir.path()).code, 0);
  const auto labeled = luge({"predict", "run=last", "input=bare.csv", "--json"}, dir.path());
  ASSERT_EQ(labeled.code, 0) << labeled.err;
  EXPECT_EQ(json::parse(labeled.out).size(), 60u);
  dir.write("wide.csv", "a,b,c\n4.5,1,2\n");
  const auto wide = luge({"predict", "run=last", "input=wide.csv"}, dir.path());
  EXPECT_EQ(wide.code, 1);
  EXPECT_TRUE(says(wide.err, "3 columns")) << wide.err;
}

TEST(Tables, PricesAreNumbersNotClasses) {
  const TempDir dir;
  dir.write("prices.csv", prices());
  const auto ran =
      luge({"train", "model=mlp", "data=prices.csv", "epochs=60", "batch=16", "--json"}, dir.path());
  ASSERT_EQ(ran.code, 0) << ran.err;
  EXPECT_TRUE(says(ran.err, "column 'price' holds")) << ran.err;
  EXPECT_TRUE(says(ran.err, "regression; task=classification")) << ran.err;
  const auto figures = json::parse(luge({"eval", "run=last", "--json"}, dir.path()).out);
  EXPECT_GT(figures.at("metrics").at("r2").get<double>(), 0.9) << figures;
  const auto resumed = luge({"resume", "run=last", "epochs=61"}, dir.path());
  EXPECT_EQ(resumed.code, 0) << resumed.err;
  const auto classes =
      luge({"train", "model=mlp", "data=prices.csv", "task=classification", "epochs=1"}, dir.path());
  EXPECT_EQ(classes.code, 0) << classes.err;
}

TEST(Tables, OneClassAloneIsRefused) {
  const TempDir dir;
  dir.write("t.csv", "x,z,kind\n1,2,only\n2,3,only\n");
  const auto ran = luge({"train", "model=mlp", "data=t.csv", "epochs=1"}, dir.path());
  EXPECT_EQ(ran.code, 1);
  EXPECT_TRUE(says(ran.err, "has only one class, 'only'")) << ran.err;
}

// What is measured by default was not trained on, unless nothing was held back, which is then said.
TEST(Tables, SmallOnesAreMeasuredOnWhatTheyWereTrainedOn) {
  const TempDir dir;
  for (const int rows : {2, 8, 30}) {
    std::string table = "x,z,kind\n";
    for (int i = 0; i < rows; ++i) table += fmt::format("{},{},{}\n", i % 2, i % 7, i % 2 ? "a" : "b");
    dir.write("t.csv", table);
    ASSERT_EQ(luge({"train", "model=mlp", "data=t.csv", "epochs=1"}, dir.path()).code, 0);
    const auto ran = luge({"eval", "run=last", "--json"}, dir.path());
    ASSERT_EQ(ran.code, 0) << ran.err;
    const auto report = json::parse(ran.out);
    EXPECT_EQ(report.at("split"), rows == 30 ? "valid" : "train");
    EXPECT_EQ(report.at("samples"), rows == 30 ? 3 : rows);
    EXPECT_EQ(luge({"eval", "run=last", "split=valid"}, dir.path()).code, rows == 30 ? 0 : 1);
  }
}

TEST(Tables, AdviceAboutTheTaskCanBeTaken) {
  const TempDir dir;
  for (const std::string low : {"-1", "0.5", "0"}) {
    std::string table = "x,z,y\n";
    for (int i = 0; i < 40; ++i) table += fmt::format("{},{},{}\n", i % 2, i % 7, i % 2 ? "30" : low);
    dir.write("t.csv", table);
    const auto ran = luge({"train", "model=mlp", "data=t.csv", "epochs=1"}, dir.path());
    ASSERT_EQ(ran.code, 0) << ran.err;
    const bool advised = says(ran.err, "task=classification");
    EXPECT_EQ(advised, low == "0" && says(ran.err, ": regression")) << ran.err;
    const std::string task = says(ran.err, ": regression") ? "classification" : "regression";
    const auto other = luge({"train", "model=mlp", "data=t.csv", "epochs=1", "task=" + task}, dir.path());
    EXPECT_EQ(other.code == 0, low == "0") << other.err;
  }
}

TEST(Tables, FeaturesAreNotInverted) {
  const TempDir dir;
  dir.write("shapes.csv", shapes());
  ASSERT_EQ(luge({"train", "model=mlp", "data=shapes.csv", "epochs=1"}, dir.path()).code, 0);
  const auto ran = luge({"predict", "run=last", "input=shapes.csv", "invert=true"}, dir.path());
  EXPECT_EQ(ran.code, 2);
  EXPECT_TRUE(says(ran.err, "invert=true: expected a network that looks at pictures")) << ran.err;
}

TEST(Tables, BlanksBehindCommasDoNotCount) {
  const TempDir dir;
  dir.write("spaced.csv", shapes(", "));
  ASSERT_EQ(
      luge({"train", "model=softmax-regression", "data=spaced.csv", "epochs=40", "lr=0.3"}, dir.path()).code,
      0);
  dir.write("new.csv", "height,width\n1,4.4\n");
  const auto ran = luge({"predict", "run=last", "input=new.csv", "--json"}, dir.path());
  ASSERT_EQ(ran.code, 0) << ran.err;
  EXPECT_EQ(json::parse(ran.out).at(0).at("top").at(0).at("label"), "large");
}

TEST(Tables, FewWholeNumbersAreClassesAndBothCanBeAskedFor) {
  const TempDir dir;
  std::string table = "x,z,quality\n";
  for (int i = 0; i < 90; ++i) table += fmt::format("{},{},{}\n", i % 3 * 2 + 0.5, i % 7, i % 3 + 1);
  dir.write("wine.csv", table);
  const auto ran = luge(
      {"train", "model=softmax-regression", "data=wine.csv", "epochs=60", "lr=0.3", "--json"}, dir.path());
  ASSERT_EQ(ran.code, 0) << ran.err;
  EXPECT_TRUE(says(ran.err, "classification; task=regression")) << ran.err;
  EXPECT_GT(json::parse(ran.out).at("metrics").at("accuracy").get<double>(), 0.9);
  const auto numbers =
      luge({"train", "model=mlp", "data=wine.csv", "task=regression", "epochs=1", "--json"}, dir.path());
  ASSERT_EQ(numbers.code, 0) << numbers.err;
  EXPECT_FALSE(json::parse(numbers.out).at("metrics").contains("accuracy"));
}

TEST(BadInput, C86_TablesThatHoldNothingToLearnFrom) {
  const TempDir dir;
  struct Case {
    const char* content;
    std::vector<std::string> parts;
    std::string told = {};  // by luge data, which looks at all columns
    bool counted = false;   // luge data counts what a training refuses
  };
  const std::vector<Case> cases = {{"", {"empty"}},
                                   {"\n\n", {"empty"}},
                                   {"x,y\n", {"no rows"}},
                                   {"y\n1\n0\n1\n", {"one column", "'y'", "separator="}},
                                   {"1\n0\n1\n", {"one column"}},
                                   {"x y z\n1 2 3\n", {"one column"}},
                                   {"x,x,y\n1,2,0\n3,4,1\n", {"two columns", "\"x\""}},
                                   {"x,y\nnan,0\nnan,1\n", {"nan"}, "all cells of column 'x' are missing"},
                                   {"x,y\n1,nan\n2,nan\n", {"nan"}},
                                   {"x,y\n1,\n2,1\n", {"'y'", "empty"}},
                                   {"x,y\n,0\n2,1\n", {"t.csv:2"}, "1 cells are missing", true},
                                   {"x;y\n1,5;0\n2,5;1\n", {"1,5"}}};
  for (const Case& each : cases) {
    dir.write("t.csv", each.content);
    for (const std::vector<std::string>& words : std::vector<std::vector<std::string>>{
             {"train", "model=softmax-regression", "data=t.csv", "epochs=1"},
             {"train", "model=linear-regression", "data=t.csv", "epochs=1"}}) {
      const auto ran = luge(words, dir.path());
      EXPECT_EQ(ran.code, 1) << each.content << ": " << words[0] << " " << ran.err;
      EXPECT_EQ(std::count(ran.err.begin(), ran.err.end(), '\n'), 1) << ran.err;
      for (const std::string& part : each.parts)
        EXPECT_TRUE(says(ran.err, part)) << each.content << ": " << ran.err;
    }
    const auto shown = luge({"data", "t.csv"}, dir.path());
    EXPECT_EQ(shown.code, each.counted ? 0 : 1) << each.content << ": " << shown.out << shown.err;
    const std::vector<std::string> told = each.told.empty() ? each.parts : std::vector{each.told};
    for (const std::string& part : told)
      EXPECT_TRUE(says(shown.out + shown.err, part)) << each.content << ": " << shown.out << shown.err;
  }
  EXPECT_FALSE(fs::exists(dir.path() / "runs"));
  dir.write("t.csv", "x,z,y\n1,2,0\n1,3,1\n1,2,0\n1,3,1\n");
  EXPECT_EQ(luge({"train", "model=softmax-regression", "data=t.csv", "epochs=1"}, dir.path()).code, 0)
      << "a constant column is no fault";
}

}  // namespace
}  // namespace luge
