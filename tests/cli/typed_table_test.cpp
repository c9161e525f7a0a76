// Tables with words, dates and missing cells from the shell.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "support/command.h"
#include "support/temp_dir.h"

namespace luge {
namespace {

using nlohmann::json;
using testing::luge;
using testing::says;
using testing::TempDir;

std::string people() {
  std::string table = "age,town,born,ill\n";
  for (int i = 0; i < 80; ++i)
    table += fmt::format("{},{},19{:02}-01-0{},{}\n", i % 7 == 0 ? std::string() : std::to_string(20 + i),
                         i % 2 ? "Rome" : "Paris", i, 1 + i % 9, i % 2 ? "yes" : "no");
  return table;
}

TEST(TypedTables, AreTrainedOnAndPredictedFromRawCells) {
  const TempDir dir;
  dir.write("people.csv", people());
  const auto refused = luge({"train", "model=mlp", "data=people.csv", "epochs=1"}, dir.path());
  EXPECT_EQ(refused.code, 1);
  EXPECT_TRUE(says(refused.err, "people.csv:") && says(refused.err, "'age'") &&
              says(refused.err, "missing=median"))
      << refused.err;
  const auto ran = luge(
      {"train", "model=mlp", "data=people.csv", "epochs=20", "batch=16", "data.missing=median", "--json"},
      dir.path());
  ASSERT_EQ(ran.code, 0) << ran.err;
  EXPECT_TRUE(says(ran.err, "people: column town: category of 2")) << ran.err;
  EXPECT_TRUE(says(ran.err, "people: column born: date")) << ran.err;
  dir.write("new.csv", "born,town,age\n1950-01-01,Rome,\n1950-01-01,Paris,44\n");
  const auto predicted = luge({"predict", "run=last", "input=new.csv", "--json"}, dir.path());
  ASSERT_EQ(predicted.code, 0) << predicted.err;
  EXPECT_EQ(json::parse(predicted.out).at(0).at("top").at(0).at("label"), "yes");
  EXPECT_EQ(json::parse(predicted.out).at(1).at("top").at(0).at("label"), "no");
  EXPECT_EQ(luge({"eval", "run=last"}, dir.path()).code, 0);
  EXPECT_EQ(luge({"eval", "run=last", "data=people.csv"}, dir.path()).code, 0);
  EXPECT_EQ(luge({"resume", "run=last", "epochs=21"}, dir.path()).code, 0);
  dir.write("other.csv", "born,town,age\n1950-01-01,Oslo,30\n");
  const auto unknown = luge({"predict", "run=last", "input=other.csv"}, dir.path());
  EXPECT_EQ(unknown.code, 1);
  EXPECT_TRUE(says(unknown.err, "'Oslo'") && says(unknown.err, "other.csv:2")) << unknown.err;
  // One row without a number is known by the names of its columns.
  dir.write("one.csv", "age,born,town\n,1950-01-01,Rome\n");
  const auto one = luge({"predict", "run=last", "input=one.csv"}, dir.path());
  EXPECT_EQ(one.code, 0) << one.err;
  EXPECT_TRUE(says(one.out, "one.csv:2")) << one.out;
}

TEST(TypedTables, AreWhitenedAndDrawnEvenly) {
  const TempDir dir;
  dir.write("people.csv", people());
  for (const std::string how : {"pca", "zca", "robust"}) {
    const auto ran = luge({"train", "model=mlp", "data=people.csv", "epochs=1", "data.missing=drop",
                           "data.sampling=balanced", "data.normalize=" + how},
                          dir.path());
    EXPECT_EQ(ran.code, 0) << ran.err;
    EXPECT_EQ(luge({"eval", "run=last"}, dir.path()).code, 0) << how;
  }
}

}  // namespace
}  // namespace luge
