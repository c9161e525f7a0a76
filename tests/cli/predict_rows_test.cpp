// luge predict of tables whose rows miss cells or hold something else than the training data did.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "support/in_process.h"
#include "support/temp_dir.h"

namespace luge {
namespace {

using nlohmann::json;
using testing::in_process;
using testing::says;
using testing::TempDir;

std::string people(int rows) {
  std::string table = "age,town,ill\n";
  for (int i = 0; i < rows; ++i)
    table += fmt::format("{},{},{}\n", i % 8 == 7 ? std::string("NA") : std::to_string(20 + i),
                         i % 2 ? "Rome" : "Paris", i % 2 ? "yes" : "no");
  return table;
}

class PredictRows : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto ran =
        in_process({"train", "model=softmax-regression", "data=" + dir.write("people.csv", people(40)),
                    "epochs=1", "data.missing=drop", "run.dir=" + dir.file("run")});
    ASSERT_EQ(ran.code, 0) << ran.err;
    EXPECT_TRUE(says(ran.err, "5 of 40 rows miss a cell and are left out, the first in line 9")) << ran.err;
  }
  testing::CommandResult predict(const std::string& table, std::vector<std::string> more = {}) const {
    more.insert(more.begin(),
                {"predict", "run=" + dir.file("run"), "input=" + dir.write("new.csv", table), "--json"});
    return in_process(more);
  }
  std::string line(int number) const { return dir.file("new.csv") + ":" + std::to_string(number); }
  TempDir dir;
};

std::vector<int> lines(const testing::CommandResult& predicted) {
  std::vector<int> all;
  for (const json& each : json::parse(predicted.out)) all.push_back(each.at("line"));
  return all;
}

TEST_F(PredictRows, ThatMissACellAreLeftOutAsInTheTraining) {
  const auto some = predict("town,age\nRome,30\nParis,\n?,50\nRome,31\n");
  ASSERT_EQ(some.code, 0) << some.err;
  EXPECT_EQ(lines(some), (std::vector<int>{2, 5}));
  EXPECT_EQ(json::parse(some.out).at(1).at("input"), line(5));
  EXPECT_TRUE(says(some.err, "left out: " + line(3) + ": the cell of column 'age' is missing")) << some.err;
  EXPECT_TRUE(says(some.err, line(4) + ": the cell of column 'town' is missing")) << some.err;
  EXPECT_TRUE(says(some.err, "2 of 4 rows miss a cell and are left out, as in the training")) << some.err;
  std::string many = "town,age\nRome,30\n";
  for (int i = 0; i < 30; ++i) many += "Rome,\n";
  const auto first = predict(many);
  EXPECT_TRUE(says(first.err, line(7) + ": ") && !says(first.err, line(8)) &&
              says(first.err, "25 more rows") && says(first.err, "30 of 31 rows"))
      << first.err;
  const auto none = predict("town,age\nRome,\n");
  EXPECT_EQ(none.code, 1);
  EXPECT_TRUE(says(none.err, "none of its 1 rows")) << none.err;
}

TEST_F(PredictRows, ThatCannotBeReadAreAllNamed) {
  const std::string table = "town,age\nRome,30\nOslo,31\nParis,old\nParis,32\n";
  const auto stopped = predict(table);
  EXPECT_EQ(stopped.code, 1);
  EXPECT_EQ(stopped.out, "");
  for (const std::string& part :
       {line(3) + ": column 'town' holds 'Oslo'", line(4) + ": column 'age' holds 'old'",
        std::string("2 of 4 rows cannot be read"), std::string("on_bad=skip")})
    EXPECT_TRUE(says(stopped.err, part)) << part << "\n" << stopped.err;
  const auto rest = predict(table, {"on_bad=skip"});
  EXPECT_EQ(rest.code, 0) << rest.err;
  EXPECT_EQ(lines(rest), (std::vector<int>{2, 5}));
  EXPECT_TRUE(says(rest.err, line(3)) && says(rest.err, line(4))) << rest.err;
}

// A file of a network alone knows, too, that rows were left out.
TEST_F(PredictRows, ThatMissACellAreLeftOutOfEvaluations) {
  const auto measured = in_process({"eval", "model=" + dir.file("run/checkpoints/last.safetensors"),
                                    "data=" + dir.file("people.csv"), "split=all", "--json"});
  ASSERT_EQ(measured.code, 0) << measured.err;
  EXPECT_EQ(json::parse(measured.out).at("samples"), 35);
  EXPECT_TRUE(says(measured.err, "5 of 40 rows miss a cell")) << measured.err;
}

}  // namespace
}  // namespace luge
