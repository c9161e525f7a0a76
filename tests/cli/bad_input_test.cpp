// Classes of bad input at the command: one line that says where and what, an exit code, and nothing changed.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>

#include "luge/io/safetensors.h"
#include "support/command.h"
#include "support/paths.h"
#include "support/sanitizer.h"
#include "support/temp_dir.h"

namespace luge {
namespace {

namespace fs = std::filesystem;
using testing::CommandResult;
using testing::luge;
using testing::read_file;
using testing::says;
using testing::TempDir;

constexpr const char* kTable = "a,b,y\n1,2,yes\n2,1,no\n3,4,yes\n4,3,no\n5,6,yes\n6,5,no\n";

// A folder with a table, and with a network that was trained on it where one is asked for.
class Bench {
 public:
  explicit Bench(bool trained = false) {
    dir_.write("table.csv", kTable);
    if (!trained) return;
    const auto ran = run({"train", "model=softmax-regression", "data=table.csv", "epochs=2", "run.dir=run"});
    EXPECT_EQ(ran.code, 0) << ran.err;
  }

  CommandResult run(const std::vector<std::string>& words) const { return luge(words, dir_.path()); }
  void write(const char* name, const std::string& content) const { dir_.write(name, content); }
  std::string file(const char* name) const { return dir_.file(name); }
  const fs::path& path() const { return dir_.path(); }

  // The command fails with these parts in its one line, and every file is as it was.
  void refuses(const std::vector<std::string>& words, const std::vector<std::string>& parts) const {
    const auto before = content();
    const auto ran = run(words);
    std::string said;
    for (const std::string& word : words) said += word + " ";
    SCOPED_TRACE(said + "\n" + ran.err);
    EXPECT_TRUE(ran.code == 1 || ran.code == 2) << ran.code;
    EXPECT_EQ(ran.out, "");
    EXPECT_EQ(std::count(ran.err.begin(), ran.err.end(), '\n'), 1);
    for (const std::string& part : parts) EXPECT_TRUE(says(ran.err, part)) << part;
    EXPECT_EQ(content(), before);
  }

 private:
  std::map<std::string, std::string> content() const {
    std::map<std::string, std::string> all;
    for (const auto& entry : fs::recursive_directory_iterator(dir_.path())) {
      if (entry.is_regular_file()) all[entry.path().string()] = read_file(entry.path());
    }
    return all;
  }

  TempDir dir_;
};

std::vector<std::string> train(const std::string& data, std::vector<std::string> more = {}) {
  std::vector<std::string> words = {"train", "model=softmax-regression", "data=" + data, "epochs=1"};
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

TEST(BadInput, C01_DataOfAnotherShapeThanTheNetwork) {
  const Bench bench(true);
  bench.write("other.csv", "c,d,y\n1,2,yes\n2,3,no\n");
  bench.refuses({"eval", "run=run", "data=other.csv"}, {"other.csv", "no column a, b", "it has c, d"});
  bench.refuses({"eval", "run=run", "data=fashion-mnist"}, {"fashion-mnist", "[1,28,28]", "[2]"});
  bench.refuses({"train", "model=lenet5", "data=table.csv"},
                {"lenet5", "table", "[2]", "[N,C,height,width]"});
  bench.refuses({"summary", "model=lenet5", "input=1x28"}, {"conv1", "[N,1,28]", "expected 4"});
}

TEST(BadInput, C05_ColumnsThatAreNotThere) {
  const Bench bench;
  bench.refuses(train("table.csv", {"target=9"}), {"table.csv", "column 9", "there are 3"});
  bench.refuses(train("table.csv", {"target=-5"}), {"table.csv", "column -5", "there are 3"});
  bench.refuses(train("table.csv", {"target=z"}), {"table.csv", "\"z\"", "did you mean a, b or y?"});
}

TEST(BadInput, C08_AWindowLargerThanThePictureNamesTheLayer) {
  Bench().refuses({"plan", "model=lenet5", "input=1x4x4"}, {"conv2", "[N,6,2,2]", "spans 5"});
}

// As much memory as the weights take is not to be had.
TEST(BadInput, C17_MemoryThatThereIsNot) {
  if (testing::address_sanitizer()) GTEST_SKIP() << "the sanitizer itself reserves terabytes";
  const Bench bench;
  const auto ran = testing::run_command({"sh", "-c",
                                         "ulimit -v 1500000; exec \"$0\" train model=mlp hidden=200000000 "
                                         "data=table.csv epochs=1 run.dir=large",
                                         testing::command().string()},
                                        {.folder = bench.path()});
  EXPECT_EQ(ran.code, 1) << ran.err;
  EXPECT_TRUE(says(ran.err, "cannot allocate")) << ran.err;
  EXPECT_TRUE(says(ran.err, "bytes")) << ran.err;
  EXPECT_FALSE(fs::exists(bench.file("large/checkpoints/last.safetensors")));
}

TEST(BadInput, C18_ATrainingThatDivergesKeepsItsLastGoodCheckpoint) {
  const Bench bench;
  bench.write("line.csv", "x,y\n1,2.1\n2,3.9\n3,6.2\n4,8.1\n5,9.8\n6,12.3\n7,13.9\n8,16.2\n");
  const auto ran = bench.run({"train", "model=linear-regression", "data=line.csv", "optimizer=sgd", "lr=1e6",
                              "epochs=200", "run.dir=run"});
  EXPECT_EQ(ran.code, 1) << ran.err;
  EXPECT_TRUE(says(ran.err, "the loss is")) << ran.err;
  EXPECT_TRUE(says(ran.err, "epoch")) << ran.err;
  const auto last = bench.run({"eval", "run=run", "checkpoint=last", "split=all", "--json"});
  EXPECT_EQ(last.code, 0) << last.err;
}

TEST(BadInput, C19_NumbersThatAreNoneNameTheCell) {
  const Bench bench(true);
  bench.write("nan.csv", "a,b,y\n1,nan,yes\n3,4,no\n");
  bench.write("ask.csv", "a,b\n1,2\n3,inf\n");
  bench.refuses(train("nan.csv"), {"nan.csv:2:2", "column \"b\"", "nan"});
  bench.refuses({"predict", "run=run", "input=ask.csv"}, {"ask.csv:3:2", "column \"b\"", "inf"});
}

TEST(BadInput, C21_DataThatHoldNothing) {
  const Bench bench(true);
  bench.write("header.csv", "a,b,y\n");
  bench.write("nothing.csv", "");
  fs::create_directory(bench.path() / "folder");
  bench.refuses(train("header.csv"), {"header.csv", "no rows"});
  bench.refuses(train("nothing.csv"), {"nothing.csv", "is empty"});
  bench.refuses({"train", "model=lenet5", "data=folder"}, {"folder", "train-labels-idx1-ubyte"});
  bench.refuses({"predict", "run=run", "input=folder"}, {"folder", "no picture or table"});
  bench.refuses({"predict", "run=run", "input=header.csv"}, {"header.csv", "no rows"});
}

TEST(BadInput, C22_FewerSamplesThanABatchTrainAsOne) {
  const Bench bench;
  const auto ran =
      bench.run(train("table.csv", {"batch=1000", "validation_split=0", "run.dir=run", "--json"}));
  ASSERT_EQ(ran.code, 0) << ran.err;
  EXPECT_EQ(nlohmann::json::parse(ran.out).at("steps"), 1);
}

TEST(BadInput, C23_ALabelThatTheNetworkDoesNotKnow) {
  const Bench bench(true);
  bench.write("maybe.csv", "a,b,y\n1,2,maybe\n2,3,no\n");
  bench.refuses({"eval", "run=run", "data=maybe.csv"}, {"maybe.csv:2", "'maybe'", "no, yes"});
}

TEST(BadInput, C25_SamplesOfOneClassHaveDefinedFigures) {
  const Bench bench(true);
  bench.write("one.csv", "a,b,y\n1,2,yes\n3,4,yes\n");
  const auto ran = bench.run({"eval", "run=run", "data=one.csv", "--json"});
  ASSERT_EQ(ran.code, 0) << ran.err;
  const auto report = nlohmann::json::parse(ran.out);
  EXPECT_EQ(report.at("per_class").at(0).at("samples"), 0);
  for (const char* figure : {"precision", "recall", "f1"})
    EXPECT_TRUE(report.at("per_class").at(0).at(figure).is_number()) << figure;
}

TEST(BadInput, C26_LearningRatesThatAreNone) {
  const Bench bench;
  for (const char* rate : {"0", "-1", "nan", "inf", "1e999", "fast"})
    bench.refuses(train("table.csv", {std::string("lr=") + rate}), {std::string("lr=") + rate, "expected"});
  // Of groups, of what lowers it, and of a stage.
  for (const std::string word : {"optimizer.rate_factors=*.bias:nan", "optimizer.rate_factors=*.bias:-1",
                                 "optimizer.weight_decays=*:inf", "plateau.smallest=nan", "plateau.factor=1",
                                 "schedule.warmup_ratio=nan", "schedule.floor=-1"})
    bench.refuses(train("table.csv", {"schedule=cosine", "reduce_on_plateau=1", word}), {word, "expected"});
  bench.write("stages.toml", "[[stage]]\nname = \"one\"\nepochs = 1\nlr = -1\n");
  bench.refuses(train("table.csv", {"config=stages.toml"}), {"stages.toml", "lr=-1", "expected"});
}

TEST(BadInput, C27_NoEpochs) {
  for (const char* epochs : {"0", "-3", "1.5", "99999999999999999999"})
    Bench().refuses({"train", "model=xor", std::string("epochs=") + epochs}, {"whole number from 1"});
}

TEST(BadInput, C30_DataThatWereCutShort) {
  const Bench bench;
  fs::create_directory(bench.path() / "cut");
  for (const char* name : {"train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte",
                           "t10k-labels-idx1-ubyte"})
    bench.write((std::string("cut/") + name).c_str(), "abc");
  bench.refuses({"train", "model=lenet5", "data=cut"}, {"cut/train-images-idx3-ubyte", "4 bytes", "holds 3"});
}

// A quota, as the shell's ulimit -f has it: all other files of the run fit, the checkpoint does not.
TEST(BadInput, C33_ACheckpointThatDoesNotFitLeavesTheOldOne) {
  const Bench bench;
  const auto trained = bench.run(
      {"train", "model=mlp", "hidden=20000", "data=table.csv", "epochs=2", "report=false", "run.dir=run"});
  ASSERT_EQ(trained.code, 0) << trained.err;
  const std::string before = read_file(bench.file("run/checkpoints/last.safetensors"));
  const std::size_t blocks = before.size() / 2048;  // of 512 or 1,024 bytes: a half or a quarter of it
  ASSERT_LT(read_file(bench.file("run/config.toml")).size(), 512 * blocks);
  const auto ran = testing::run_command(
      {"sh", "-c", "ulimit -f " + std::to_string(blocks) + "; exec \"$0\" resume run=run epochs=5",
       testing::command().string()},
      {.folder = bench.path()});
  EXPECT_EQ(ran.code, 1) << ran.err;
  EXPECT_TRUE(says(ran.err, "last.safetensors")) << ran.err;
  EXPECT_EQ(read_file(bench.file("run/checkpoints/last.safetensors")), before);
  const auto again = bench.run({"resume", "run=run", "epochs=5"});
  EXPECT_EQ(again.code, 0) << again.err;
}

TEST(BadInput, C39_AConfigurationOfAnotherModelIsRefusedByNames) {
  const Bench bench(true);
  std::string config = read_file(bench.file("run/config.toml"));
  const auto at = config.find("softmax-regression");
  ASSERT_NE(at, std::string::npos);
  config.replace(at, 18, "mlp");
  bench.write("run/config.toml", config);
  bench.refuses({"resume", "run=run", "epochs=9"}, {"linear2.weight"});
}

TEST(BadInput, C40_AnotherTableIsRefusedUnlessAccepted) {
  const Bench bench(true);
  bench.write("table.csv", std::string(kTable) + "7,8,yes\n");
  bench.refuses({"resume", "run=run", "epochs=3"}, {"accept_changed_data"});
  EXPECT_EQ(bench.run({"resume", "run=run", "epochs=3", "accept_changed_data=true"}).code, 0);
}

TEST(BadInput, C43_AFileOfANewerFormatNamesBothVersions) {
  const Bench bench(true);
  const io::SafetensorsFile file(bench.file("run/checkpoints/last.safetensors"));
  const auto contents = file.read_all();
  std::vector<io::TensorView> tensors;
  for (const auto& stored : file.tensors())
    tensors.push_back({stored.name, stored.dtype, stored.shape, contents.at(stored.name)});
  auto metadata = file.metadata();
  metadata["luge.format"] = "7";
  io::write_safetensors(bench.file("newer.safetensors"), tensors, metadata);
  bench.refuses({"eval", "model=newer.safetensors", "data=table.csv"}, {"newer.safetensors", "7", "1"});
}

TEST(BadInput, C45_PlacesThatCannotHoldARun) {
  const Bench bench;
  bench.refuses(train("table.csv", {"run.dir=table.csv"}), {"table.csv", "is a file"});
  bench.refuses(train("table.csv", {"run.dir=" + std::string(300, 'n')}), {"nnn", "name"});
  bench.refuses(train("table.csv", {"run.dir=/proc/run"}), {"/proc/run"});
}

TEST(BadInput, C48_ATrainingMayBeginWithTheWeightsThatItWillReplace) {
  const Bench bench(true);
  const auto ran = bench.run(train("table.csv", {"init=run", "run.dir=run", "run.exist_ok=true"}));
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_EQ(bench.run({"eval", "run=run"}).code, 0);
}

TEST(BadInput, C51_AModelFileThatWasCutShort) {
  const Bench bench(true);
  const std::string whole = read_file(bench.file("run/checkpoints/last.safetensors"));
  for (const std::size_t length : {std::size_t{0}, std::size_t{7}, whole.size() / 2, whole.size() - 1}) {
    bench.write("cut.safetensors", whole.substr(0, length));
    for (const char* command : {"eval", "summary", "predict"}) {
      std::vector<std::string> words = {command, "model=cut.safetensors"};
      if (command == std::string("eval")) words.push_back("data=table.csv");
      if (command == std::string("predict")) words.push_back("input=table.csv");
      bench.refuses(words, {"cut.safetensors"});
    }
  }
}

TEST(BadInput, C79_APictureOfTooManyPixels) {
  const Bench bench(true);
  const std::string header(
      "\x89PNG\r\n\x1a\n\0\0\0\rIHDR\x7f\xff\xff\xff\x7f\xff\xff\xff\x08\0\0\0\0\x29\x43\x3c\x6f", 33);
  bench.write("bomb.png", header);
  bench.refuses({"predict", "run=run", "input=bomb.png"}, {"bomb.png"});
}

TEST(BadInput, C82_FilesThatAreSomethingElse) {
  const Bench bench(true);
  bench.write("text.png", "hello");
  fs::create_symlink("nowhere", bench.path() / "dangling.png");
  bench.refuses({"predict", "run=run", "input=text.png"}, {"text.png", "text"});
  bench.refuses({"predict", "run=run", "input=dangling.png"}, {"dangling.png"});
  bench.refuses({"eval", "model=table.csv", "data=table.csv"}, {"table.csv", "safetensors"});
}

TEST(BadInput, C85_RowsOfAnotherLength) {
  const Bench bench;
  bench.write("ragged.csv", "a,b,y\n1,2,yes\n2,yes\n");
  bench.refuses(train("ragged.csv"), {"ragged.csv:3:3", "2 columns", "expected 3"});
}

TEST(BadInput, C86_TextThatIsNoTable) {
  const Bench bench;
  bench.write("quote.csv", "a,b,y\n1,\"2,yes\n3,4,no\n");
  bench.write("nul.csv", std::string("a,b,y\n1,2\0,yes\n3,4,no\n", 22));
  bench.refuses(train("quote.csv"), {"quote.csv:2:2", "never closed"});
  bench.refuses(train("nul.csv"), {"nul.csv:2:2", "NUL"});
  std::string marked = "\xef\xbb\xbf";  // and lines that end as on Windows: a table all the same
  for (const char* at = kTable; *at; ++at) marked += *at == '\n' ? std::string("\r\n") : std::string(1, *at);
  bench.write("marked.csv", marked);
  EXPECT_EQ(bench.run(train("marked.csv", {"target=y"})).code, 0);
}

TEST(BadInput, C87_CellsThatAreNoNumbers) {
  const Bench bench;
  for (const auto& [cell, why] : {std::pair{"1e999", "beyond the range"}, std::pair{"0x10", "hexadecimal"},
                                  std::pair{"", "is empty"}, std::pair{"-inf", "not finite"}}) {
    bench.write("cell.csv", std::string("a,b,y\n1,2,yes\n3,") + cell + ",no\n");
    bench.refuses(train("cell.csv"), {"cell.csv:3:2", "column \"b\"", why});
  }
}

TEST(BadInput, C88_HeadersThatDoNotAgree) {
  const Bench bench(true);
  bench.write("twice.csv", "a,a,y\n1,2,yes\n3,4,no\n");
  bench.refuses(train("twice.csv"), {"twice.csv:1:2", "\"a\""});
  bench.write("ask.csv", "b,c\n1,2\n");
  bench.refuses({"predict", "run=run", "input=ask.csv"}, {"ask.csv", "no column a"});
}

}  // namespace
}  // namespace luge
