// The executable as a person meets it: exit codes, the two streams, JSON keys, files.
#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "support/command.h"
#include "support/paths.h"
#include "support/sanitizer.h"
#include "support/temp_dir.h"

namespace luge {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::luge;
using testing::TempDir;

void expect_line(const std::string& text, std::initializer_list<std::string> parts) {
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 1) << text;
  for (const std::string& part : parts)
    EXPECT_NE(text.find(part), std::string::npos) << part << " is missing from: " << text;
}

TEST(Command, VersionAndHelp) {
  EXPECT_EQ(luge({"version"}).out.substr(0, 5), "luge ");
  EXPECT_EQ(luge({"--version"}).out, luge({"version"}).out);
  for (const std::vector<std::string>& words :
       std::vector<std::vector<std::string>>{{"help"}, {"--help"}, {"-h"}}) {
    const auto ran = luge(words);
    EXPECT_EQ(ran.code, 0);
    for (const char* name :
         {"train", "resume", "eval", "predict", "plan", "explain", "data", "doctor", "new", "bench"}) {
      EXPECT_NE(ran.out.find(std::string("\n  ") + name), std::string::npos) << name;
    }
  }
  EXPECT_NE(luge({"train", "help"}).out.find("early_stopping"), std::string::npos);
  EXPECT_NE(luge({"help", "train"}).out.find("early_stopping"), std::string::npos);
}

TEST(Command, MisuseIsExitCode2WithTheNearestNames) {
  struct Case {
    std::vector<std::string> words;
    std::string part;
  };
  const std::vector<Case> cases = {{{"trian"}, "train"},
                                   {{"train", "model=lenet6"}, "lenet5"},
                                   {{"train", "model=lenet5", "epocs=1"}, "epochs"},
                                   {{"train", "model=lenet5", "epochs=0"}, "from 1"},
                                   {{"train", "model=lenet5", "epochs=1", "epochs=2"}, "twice"},
                                   {{"train", "model=lenet5", "lr=fast"}, "number"},
                                   {{"train", "model=lenet5", "data=fashon-mnist"}, "fashion-mnist"},
                                   {{"train", "model=lenet5", "optimizer=adm"}, "adam"},
                                   {{"train"}, "model"},
                                   {{"eval"}, "run=last"},
                                   {{"list", "modles"}, "models"}};
  for (const Case& each : cases) {
    const auto ran = luge(each.words);
    EXPECT_EQ(ran.code, 2) << each.words[0];
    EXPECT_TRUE(ran.out.empty());
    expect_line(ran.err, {each.part});
  }
}

TEST(Command, FailureIsExitCode1WithOneLine) {
  const TempDir dir;
  auto ran = luge({"eval", "run=last"}, dir.path());
  EXPECT_EQ(ran.code, 1);
  expect_line(ran.err, {"run"});
  dir.write("broken.png", std::string("\x89PNG\r\n\x1a\n", 8) + "x");
  dir.write("model.safetensors", "12345");
  ran = luge({"predict", "model=model.safetensors", "input=broken.png"}, dir.path());
  EXPECT_EQ(ran.code, 1);
  expect_line(ran.err, {"model.safetensors"});
  ran = luge({"train", "model=linear-regression", "data=t.csv"}, dir.path());
  EXPECT_EQ(ran.code, 1);
  expect_line(ran.err, {"t.csv"});
  dir.write("t.csv", "x,y\n1,2\n3\n");
  ran = luge({"train", "model=linear-regression", "data=t.csv"}, dir.path());
  EXPECT_EQ(ran.code, 1);
  expect_line(ran.err, {"t.csv:3"});
  EXPECT_FALSE(fs::exists(dir.path() / "runs")) << "a refused training leaves no run behind";
}

TEST(Command, ConfigurationFilesYieldToTheCommandLine) {
  const TempDir dir;
  dir.write("my.toml", "[model]\nname = \"xor\"\n[train]\nepochs = 7\nbatch = 2\n");
  const auto ran = luge({"train", "config=my.toml", "epochs=3", "--json"}, dir.path());
  ASSERT_EQ(ran.code, 0) << ran.err;
  const auto result = json::parse(ran.out);
  EXPECT_EQ(result.at("epochs"), 3);
  EXPECT_EQ(result.at("steps"), 6);
  dir.write("bad.toml", "[train]\nepohcs = 7\n");
  EXPECT_EQ(luge({"train", "config=bad.toml"}, dir.path()).code, 2);
  dir.write("torn.toml", "[train\n");
  EXPECT_EQ(luge({"train", "config=torn.toml"}, dir.path()).code, 1);
}

TEST(Command, TrainEvalPredictResumeOnATable) {
  const TempDir dir;
  std::string table = "width,height,kind\n";
  for (int i = 0; i < 60; ++i)
    table +=
        i % 2 ? "1.5," + std::to_string(i % 5) + ",small\n" : "4.5," + std::to_string(i % 5) + ",large\n";
  dir.write("shapes.csv", table);
  const auto trained =
      luge({"train", "model=logistic-regression", "data=shapes.csv", "epochs=20", "--json"}, dir.path());
  ASSERT_EQ(trained.code, 0) << trained.err;
  const auto result = json::parse(trained.out);
  for (const char* key : {"run", "epochs", "steps", "best", "metrics", "seconds"})
    EXPECT_TRUE(result.contains(key)) << key;
  EXPECT_EQ(result.at("run"), "runs/logistic-regression-shapes-1");
  for (const char* name : {"config.toml", "model.txt", "metrics.csv", "metrics.jsonl",
                           "checkpoints/last.safetensors", "checkpoints/best.safetensors"}) {
    EXPECT_TRUE(fs::exists(dir.path() / "runs/logistic-regression-shapes-1" / name)) << name;
  }
  const auto evaluated = luge({"eval", "run=last", "split=train", "--json"}, dir.path());
  ASSERT_EQ(evaluated.code, 0) << evaluated.err;
  const auto figures = json::parse(evaluated.out);
  EXPECT_EQ(figures.at("samples"), 54);
  EXPECT_GT(figures.at("metrics").at("accuracy").get<double>(), 0.9);
  EXPECT_EQ(figures.at("per_class").size(), 2u);
  dir.write("new.csv", "height,width\n1,4.4\n");
  const auto predicted = luge({"predict", "run=last", "input=new.csv", "--json"}, dir.path());
  ASSERT_EQ(predicted.code, 0) << predicted.err;
  const auto first = json::parse(predicted.out).at(0);
  EXPECT_EQ(first.at("top").at(0).at("label"), "large");
  EXPECT_TRUE(first.at("top").at(0).contains("probability"));
  const auto resumed = luge({"resume", "run=last", "epochs=22", "--json"}, dir.path());
  ASSERT_EQ(resumed.code, 0) << resumed.err;
  EXPECT_EQ(json::parse(resumed.out).at("epochs"), 22);
}

TEST(Command, RegressionFindsTheLineBehindATable) {
  const TempDir dir;
  std::string table = "x,z,y\n";
  for (int i = 0; i < 100; ++i) {
    const int x = i % 10, z = i * 7 % 13;
    table += std::to_string(x) + "," + std::to_string(z) + "," + std::to_string(30 * x - 20 * z + 100) + "\n";
  }
  dir.write("line.csv", table);
  ASSERT_EQ(luge({"train", "model=linear-regression", "data=line.csv"}, dir.path()).code, 0);
  const auto ran = luge({"eval", "run=last", "--json"}, dir.path());
  ASSERT_EQ(ran.code, 0) << ran.err;
  EXPECT_GT(json::parse(ran.out).at("metrics").at("r2").get<double>(), 0.999);
}

TEST(Command, TwoRunsWithOneSeedEndInTheSameBytes) {
  const TempDir dir;
  for (const char* run : {"a", "b"}) {
    ASSERT_EQ(
        luge({"train", "model=xor", "epochs=30", "seed=3", std::string("run.dir=") + run}, dir.path()).code,
        0);
  }
  EXPECT_EQ(testing::read_file(dir.path() / "a/checkpoints/last.safetensors"),
            testing::read_file(dir.path() / "b/checkpoints/last.safetensors"));
}

TEST(Command, AFinishedTrainingShowsWhatComesNext) {
  const TempDir dir;
  const auto ran = luge({"train", "model=xor", "epochs=2"}, dir.path());
  ASSERT_EQ(ran.code, 0) << ran.err;
  EXPECT_NE(ran.out.find("Next:\n  " + testing::command().string() + " eval run=runs/xor-xor-1"),
            std::string::npos)
      << ran.out;
  EXPECT_NE(ran.err.find("Epoch 2/2 1/1 ━"), std::string::npos) << ran.err;
  EXPECT_EQ(ran.err.find('\x1b'), std::string::npos) << "no cursor tricks without a terminal";
}

TEST(Command, SummaryPlanAndExplainReportBeforeAnythingRuns) {
  const auto summary = json::parse(luge({"summary", "model=lenet5", "--json"}).out);
  EXPECT_EQ(summary.at("parameters").at("total"), 61706);
  EXPECT_EQ(summary.at("macs"), 416520);
  for (const char* key : {"path", "type", "output", "parameters", "macs", "connections", "neurons"}) {
    EXPECT_TRUE(summary.at("layers").at(0).contains(key)) << key;
  }
  const auto plan = json::parse(luge({"plan", "model=lenet5", "batch=32", "--json"}).out);
  for (const char* key :
       {"batch", "peak_bytes", "arena_bytes", "parameters_bytes", "optimizer_bytes", "workspace_bytes"}) {
    EXPECT_TRUE(plan.contains(key)) << key;
  }
  EXPECT_EQ(plan.at("parameters_bytes"), 61706 * 4);
  EXPECT_GT(plan.at("optimizer_bytes").get<int>(), 61706 * 8);
  EXPECT_NE(luge({"explain", "model=lenet5", "batch=4"}).out.find("conv"), std::string::npos);
  EXPECT_EQ(luge({"explain", "model=mlp", "loss=mse"}).code, 0) << "its metric, the accuracy, does not fit";
  const std::string timed = luge({"explain", "model=lenet5", "batch=4", "profile=2"}).out;
  EXPECT_NE(timed.find("us in kernels"), std::string::npos) << timed;
}

// Three terabytes of weights, six of an optimizer: of types alone.
TEST(Command, SummaryPlanAndExplainComputeNoWeights) {
  const std::string hidden = "hidden=1000000000";
  const auto plan = json::parse(luge({"plan", "model=mlp", hidden, "--json"}).out);
  EXPECT_EQ(plan.at("parameters"), 795000000010);
  EXPECT_EQ(plan.at("parameters_bytes"), 4 * 795000000010);
  EXPECT_EQ(json::parse(luge({"summary", "model=mlp", hidden, "--json"}).out).at("macs"), 794000000000);
  EXPECT_NE(luge({"explain", "model=mlp", hidden}).out.find("[1000000000,784]"), std::string::npos);
  if (!testing::address_sanitizer()) {  // which ends the process instead
    const auto timed = luge({"explain", "model=mlp", hidden, "profile=1"});
    EXPECT_EQ(timed.code, 1);
    expect_line(timed.err, {"cannot allocate", "bytes"});
  }
}

TEST(BadInput, C46_AMemoryLimitThatNoPlanKeeps) {
  EXPECT_EQ(luge({"plan", "model=lenet5", "memory=1GiB"}).code, 0);
  const auto never = luge({"plan", "model=lenet5", "memory=1MiB"});
  EXPECT_EQ(never.code, 1);
  EXPECT_NE(never.err.find("memory limit of 1048576 bytes"), std::string::npos) << never.err;
  EXPECT_EQ(luge({"plan", "model=lenet5", "memory=lots"}).code, 2);
  EXPECT_EQ(luge({"plan", "model=lenet5", "memory=-1"}).code, 2);
}

TEST(Command, SamplesAsPicturesCanBePredicted) {
  const TempDir dir;
  ASSERT_EQ(luge({"data", "fashion-mnist", "to=samples", "count=3"}, dir.path()).code, 0);
  EXPECT_TRUE(fs::exists(dir.path() / "samples/00000-ankle_boot.png"));
  ASSERT_EQ(
      luge({"train", "model=softmax-regression", "epochs=1", "limit_train_batches=20"}, dir.path()).code, 0);
  dir.write("samples/notes.txt", "no picture");
  const auto ran = luge({"predict", "run=last", "input=samples", "top=2", "--json"}, dir.path());
  ASSERT_EQ(ran.code, 0) << ran.err;
  const auto list = json::parse(ran.out);
  ASSERT_EQ(list.size(), 3u);
  EXPECT_EQ(list.at(0).at("top").size(), 2u);
  EXPECT_NE(ran.err.find("notes.txt"), std::string::npos) << "what is skipped is named";
}

TEST(Command, GradcheckComparesGradientsWithDifferences) {
  const auto ran = luge({"gradcheck", "model=lenet5", "elements=4", "--json"});
  ASSERT_EQ(ran.code, 0) << ran.err << ran.out;
  const auto report = json::parse(ran.out);
  for (const char* key : {"max_error", "relative", "skipped", "worst", "passed"})
    EXPECT_TRUE(report.contains(key)) << key;
  EXPECT_TRUE(report.at("passed").get<bool>());
  const auto refused = luge({"gradcheck", "model=cnn-64-64-1024"});
  EXPECT_EQ(refused.code, 1);
  expect_line(refused.err, {"dropout1", "mode=eval"});
}

TEST(Command, VerifyResumeComparesEveryByte) {
  const auto ran = luge({"verify-resume", "model=xor", "epochs=7", "stop=3", "--json"});
  ASSERT_EQ(ran.code, 0) << ran.err;
  const auto report = json::parse(ran.out);
  EXPECT_TRUE(report.at("identical").get<bool>());
  EXPECT_EQ(report.at("steps"), 7);
  EXPECT_EQ(report.at("stopped_at"), 3);
}

TEST(Command, BenchPrintsTheKeysThatPeersPrint) {
  const auto result = json::parse(luge({"bench", "workload=mlp_b64", "seconds=0", "steps=5", "--json"}).out);
  const auto& row = result.at("workloads").at(0);
  for (const char* key :
       {"name", "mode", "precision", "math", "threads", "median_ms", "mean_ms", "peak_bytes", "steps"}) {
    EXPECT_TRUE(row.contains(key)) << key;
  }
}

TEST(Command, BenchShowsPlansAndErrors) {
  const auto planned = json::parse(luge({"bench", "workload=lenet_b1", "show=plan", "--json"}).out);
  const auto& plan = planned.at("workloads").at(0);
  EXPECT_EQ(plan.at("mode"), "infer");
  EXPECT_EQ(plan.at("input_bytes"), 28 * 28 * 4);
  EXPECT_NE(plan.at("program").get<std::string>().find("conv"), std::string::npos);
  const auto wrong = json::parse(luge({"bench", "workload=mlp_b64", "show=error", "--json"}).out);
  const double error = wrong.at("workloads").at(0).at("error").get<double>();
  EXPECT_GT(error, 1e-9);  // float32 cannot be exact
  EXPECT_LT(error, 1e-5);
  const auto started = json::parse(luge({"bench", "workload=mlp_b64", "show=start", "--json"}).out);
  const auto& start = started.at("workloads").at(0);
  EXPECT_GT(start.at("compile_ms"), 0);
  EXPECT_GT(start.at("first_step_ms").get<double>(),
            start.at("build_ms").get<double>() + start.at("compile_ms").get<double>());
  EXPECT_EQ(luge({"bench", "workload=mlp_b65"}).code, 2);
  EXPECT_EQ(luge({"bench", "workload=mlp_b64", "mode=infer"}).code, 2);
  EXPECT_EQ(luge({"bench", "micra"}).code, 2);
}

TEST(Command, BenchRunsEachOfSeveralWorkloadsInAProcessOfItsOwn) {
  const auto result =
      json::parse(luge({"bench", "mode=infer", "workload=lenet_b1", "seconds=0", "steps=1", "--json"}).out);
  ASSERT_EQ(result.at("workloads").size(), 1U);
  const auto many = json::parse(luge({"bench", "mode=train", "show=plan", "--json"}).out);
  ASSERT_GT(many.at("workloads").size(), 2U);
  for (const auto& row : many.at("workloads")) EXPECT_GT(row.at("arena_bytes").get<std::size_t>(), 0U);
}

TEST(Command, NewWritesAProjectAndNeverOverOne) {
  const TempDir dir;
  ASSERT_EQ(luge({"new", "mine"}, dir.path()).code, 0);
  for (const char* name : {"CMakeLists.txt", "model.h", "train.cpp", "predict.cpp"}) {
    EXPECT_TRUE(fs::exists(dir.path() / "mine" / name)) << name;
  }
  EXPECT_EQ(luge({"new", "mine"}, dir.path()).code, 1);
}

TEST(BadInput, C44_TwoWritersOnOneRun) {
  const TempDir dir;
  ASSERT_EQ(luge({"train", "model=xor", "epochs=1", "run.dir=run"}, dir.path()).code, 0);
  const auto again = luge({"train", "model=xor", "epochs=1", "run.dir=run"}, dir.path());
  EXPECT_EQ(again.code, 1);
  expect_line(again.err, {"run", "exist"});
}

TEST(BadInput, C41_ACorruptCheckpointFallsBackAndStays) {
  const TempDir dir;
  ASSERT_EQ(luge({"train", "model=xor", "epochs=4", "checkpoint.every=2", "run.dir=run"}, dir.path()).code,
            0);
  const fs::path last = dir.path() / "run/checkpoints/last.safetensors";
  std::string bytes = testing::read_file(last);
  bytes[bytes.size() - 3] = static_cast<char>(bytes[bytes.size() - 3] ^ 1);
  dir.write("run/checkpoints/last.safetensors", bytes);
  const auto resumed = luge({"resume", "run=run", "epochs=6"}, dir.path());
  EXPECT_EQ(resumed.code, 0) << resumed.err;
  EXPECT_NE(resumed.err.find("last.safetensors"), std::string::npos);
  EXPECT_NE(resumed.err.find("step-4.safetensors"), std::string::npos);
}

TEST(BadInput, C42_AllCheckpointsCorruptIsAnErrorAndNoFreshStart) {
  const TempDir dir;
  ASSERT_EQ(luge({"train", "model=xor", "epochs=2", "run.dir=run"}, dir.path()).code, 0);
  dir.write("run/checkpoints/last.safetensors", "torn");
  dir.write("run/checkpoints/best.safetensors", "torn");
  const auto resumed = luge({"resume", "run=run", "epochs=6"}, dir.path());
  EXPECT_EQ(resumed.code, 1);
  for (const char* part :
       {"no checkpoint can be resumed: ", "last.safetensors", "; run/checkpoints/best.safetensors",
        "copy one of them back from elsewhere", "`luge train config=run/config.toml` begins again"})
    EXPECT_NE(resumed.err.find(part), std::string::npos) << part << " is missing from: " << resumed.err;
  EXPECT_EQ(resumed.err.find(";\n"), std::string::npos) << resumed.err;
  EXPECT_TRUE(fs::exists(dir.path() / "run/checkpoints/last.safetensors"))
      << "nothing is renamed when nothing goes on";
  for (const char* name : {"last", "best"})
    fs::remove(dir.path() / "run/checkpoints" / (std::string(name) + ".safetensors"));
  EXPECT_NE(luge({"resume", "run=run"}, dir.path()).err.find("has no checkpoint to go on from"),
            std::string::npos);
}

}  // namespace
}  // namespace luge
