// Networks as text in the shell: export, change, look at, train, go on.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "support/command.h"
#include "support/temp_dir.h"

namespace luge {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::luge;
using testing::read_file;
using testing::says;
using testing::TempDir;

std::string with(std::string text, const std::string& from, const std::string& to) {
  const auto at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return at == std::string::npos ? text : text.replace(at, from.size(), to);
}

TEST(NetworkFileCommand, ExportSaysWhatItWroteAndReplacesNothing) {
  const TempDir dir;
  const auto ran = luge({"export", "model=lenet5", "to=net.toml"}, dir.path());
  ASSERT_EQ(ran.code, 0) << ran.err;
  EXPECT_TRUE(says(ran.out, "net.toml: ")) << ran.out;
  EXPECT_TRUE(says(ran.out, "train model=net.toml")) << ran.out;
  const std::string text = read_file(dir.file("net.toml"));
  EXPECT_TRUE(says(text, "outputs = \"auto\"")) << text;
  EXPECT_TRUE(says(text, "data = \"fashion-mnist\"")) << text;
  const auto again = luge({"export", "model=mlp", "to=net.toml"}, dir.path());
  EXPECT_EQ(again.code, 1);
  EXPECT_TRUE(says(again.err, "net.toml: the file exists; overwrite=true")) << again.err;
  EXPECT_EQ(read_file(dir.file("net.toml")), text);
  EXPECT_EQ(luge({"export", "model=mlp", "hidden=16", "to=net.toml", "overwrite=true"}, dir.path()).code, 0);
  EXPECT_TRUE(says(read_file(dir.file("net.toml")), "outputs = 16"));
  const auto reported = luge({"export", "model=xor", "to=xor.toml", "--json"}, dir.path());
  EXPECT_EQ(json::parse(reported.out).at("file"), "xor.toml");
}

TEST(NetworkFileCommand, ExportRefusesWhatItCannotWrite) {
  const TempDir dir;
  const auto refused = [&](std::vector<std::string> words, int code, const std::string& part) {
    words.insert(words.begin(), "export");
    const auto ran = luge(words, dir.path());
    EXPECT_EQ(ran.code, code) << ran.err;
    EXPECT_TRUE(says(ran.err, part)) << part << " is missing from: " << ran.err;
    EXPECT_TRUE(fs::is_empty(dir.path())) << "nothing is left behind";
  };
  refused({"model=gpt-4x128", "to=net.toml"}, 1, "gpt-4x128 cannot be written as text");
  refused({"model=lenet5", "to=net.xyz"}, 2, "to=net.xyz: expected the name of a file that ends in .toml");
  refused({"model=lenet5"}, 2, "to= is missing");
  refused({"to=net.toml"}, 2, "model= is missing");
  refused({"model=runs/a/best.safetensors", "to=net.toml"}, 2, "a trained network cannot be exported yet");
  refused({"run=last", "to=net.toml"}, 2, "run=last: a trained network cannot be exported yet");
  refused({"model=lenet5", "to=nowhere/net.toml"}, 1, "nowhere");
}

TEST(NetworkFileCommand, AFileIsTakenLikeANameOfTheGallery) {
  const TempDir dir;
  ASSERT_EQ(luge({"export", "model=lenet5", "to=net.toml"}, dir.path()).code, 0);
  for (const char* command : {"summary", "plan"}) {
    json named = json::parse(luge({command, "model=lenet5", "--json"}, dir.path()).out);
    json text = json::parse(luge({command, "model=net.toml", "--json"}, dir.path()).out);
    EXPECT_EQ(named, text) << command;
  }
  EXPECT_EQ(luge({"explain", "model=lenet5", "batch=2"}, dir.path()).out,
            luge({"explain", "model=net.toml", "batch=2"}, dir.path()).out);
  const auto checked = luge({"gradcheck", "model=./net.toml", "elements=2", "samples=1"}, dir.path());
  EXPECT_EQ(checked.code, 0) << checked.out << checked.err;
  dir.write("bare.toml", "[[layer]]\ntype = \"linear\"\noutputs = \"auto\"\n");
  for (const char* command : {"summary", "plan", "gradcheck"}) {
    const auto bare = luge({command, "model=bare.toml", "input=3"}, dir.path());
    EXPECT_EQ(bare.code, 0) << command << bare.err;
  }
  const auto missing = luge({"summary", "model=other.toml"}, dir.path());
  EXPECT_EQ(missing.code, 1);
  EXPECT_TRUE(says(missing.err, "other.toml")) << missing.err;
}

TEST(NetworkFileCommand, AChangedFileTrainsAndItsRunNeedsItNoLonger) {
  const TempDir dir;
  std::string table = "x,y,kind\n";
  for (int i = 0; i < 60; ++i)
    table += std::to_string(i) + "," + std::to_string(i * 7 % 11) + "," + (i < 30 ? "low" : "high") + "\n";
  dir.write("kinds.csv", table);
  ASSERT_EQ(luge({"export", "model=mlp", "to=net.toml"}, dir.path()).code, 0);
  std::string text = with(read_file(dir.file("net.toml")), "outputs = 128", "outputs = 12");
  text = with(text, "name = \"mlp\"", "name = \"small\"");
  text = with(text, "[[layer]]\ntype = \"relu\"\n",
              "[[layer]]\ntype = \"relu\"\n\n[[layer]]\ntype = \"dropout\"\nrate = 0.1\n");
  dir.write("net.toml", text);
  const std::vector<std::string> words = {"train", "model=net.toml", "data=kinds.csv", "epochs=2",
                                          "batch=16"};
  const auto ran = luge(words, dir.path());
  ASSERT_EQ(ran.code, 0) << ran.err;
  EXPECT_TRUE(says(ran.out, "runs/small-kinds-1")) << ran.out;
  EXPECT_TRUE(says(ran.err, "dropout1")) << ran.err;
  EXPECT_EQ(read_file(dir.file("runs/small-kinds-1/net.toml")), text);
  auto verify = words;
  verify[0] = "verify-resume";
  EXPECT_EQ(luge(verify, dir.path()).code, 0);
  fs::remove(dir.file("net.toml"));
  const auto resumed = luge({"resume", "run=last", "epochs=3"}, dir.path());
  EXPECT_EQ(resumed.code, 0) << resumed.err;
  EXPECT_EQ(luge({"eval", "run=last"}, dir.path()).code, 0);
  EXPECT_EQ(luge({"predict", "run=last", "input=kinds.csv"}, dir.path()).code, 0);
  EXPECT_EQ(luge({"summary", "run=last"}, dir.path()).code, 0);
}

TEST(NetworkFileCommand, ANumberOfOutputsThatDoesNotMatchIsOneLine) {
  const TempDir dir;
  dir.write("kinds.csv", "x,kind\n1,a\n2,b\n3,c\n4,a\n5,b\n6,c\n");
  dir.write("net.toml", "[[layer]]\ntype = \"linear\"\noutputs = 7\n");
  const auto ran = luge({"train", "model=net.toml", "data=kinds.csv"}, dir.path());
  EXPECT_EQ(ran.code, 1);
  EXPECT_TRUE(says(ran.err, "net.toml, line 1: layer linear1: outputs is 7")) << ran.err;
  EXPECT_TRUE(says(ran.err, "kinds")) << ran.err;
  EXPECT_FALSE(fs::exists(dir.path() / "runs"));
}

TEST(NetworkFileCommand, SeveralInputsOrOutputsAreShownAndNotTrained) {
  const TempDir dir;
  dir.write("two.toml",
            "[network]\ninput = [3]\noutputs = [\"w\", \"v\"]\n[[layer]]\nname = \"w\"\ntype = \"linear\"\n"
            "outputs = 8\n[[layer]]\nname = \"v\"\ntype = \"linear\"\noutputs = 4\nfrom = \"input\"\n");
  const auto shown = luge({"summary", "model=two.toml", "--json"}, dir.path());
  ASSERT_EQ(shown.code, 0) << shown.err;
  EXPECT_EQ(json::parse(shown.out).at("parameters").at("total"), 4 * 8 + 4 * 4);
  for (const char* command : {"train", "plan", "explain", "gradcheck"}) {
    const auto ran = luge({command, "model=two.toml"}, dir.path());
    EXPECT_EQ(ran.code, 1) << command;
    EXPECT_TRUE(says(ran.err, "two.toml: the network has the input input and the outputs w, v")) << ran.err;
  }
}

TEST(NetworkFileCommand, ANetworkWithoutParametersIsNotTrained) {
  const TempDir dir;
  dir.write("relu.toml", "[[layer]]\ntype = \"relu\"\n");
  dir.write("t.csv", "a,b,y\n1,2,3.5\n2,3,4.5\n3,5,6.25\n");
  const auto ran = luge({"train", "model=relu.toml", "data=t.csv", "loss=mse"}, dir.path());
  EXPECT_EQ(ran.code, 1);
  EXPECT_TRUE(says(ran.err, "relu.toml")) << ran.err;
}

TEST(NetworkFileCommand, DefaultsNameTheirLine) {
  const TempDir dir;
  dir.write("net.toml", "[[layer]]\ntype = \"linear\"\noutputs = 2\n[defaults]\nmetrics = [\"acuracy\"]\n");
  const auto ran = luge({"train", "model=net.toml", "data=xor"}, dir.path());
  EXPECT_EQ(ran.code, 1);
  EXPECT_TRUE(says(ran.err, "net.toml, line 5: [defaults]") && says(ran.err, "accuracy")) << ran.err;
}

}  // namespace
}  // namespace luge
