// Metrics and mixed batches from the shell: chosen with their options for train and eval, and refused by
// name.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "support/command.h"
#include "support/temp_dir.h"

namespace luge {
namespace {

using nlohmann::json;
using testing::luge;
using testing::says;
using testing::TempDir;

// Three kinds that follow from two numbers, and one large number that does.
void write_tables(const TempDir& dir) {
  std::string kinds = "a,b,kind\n", prices = "a,b,price\n";
  for (int i = 0; i < 150; ++i) {
    const double a = i % 10 / 10.0, b = i / 10 % 15 / 15.0;
    kinds += fmt::format("{},{},{}\n", a, b, a > 0.6 ? "high" : b > 0.5 ? "wide" : "low");
    prices += fmt::format("{},{},{}\n", a, b, 5000.5 + 1000 * a + 500 * b);
  }
  dir.write("kinds.csv", kinds);
  dir.write("prices.csv", prices);
}

json run_json(const TempDir& dir, std::vector<std::string> arguments) {
  arguments.push_back("--json");
  const auto ran = luge(arguments, dir.path());
  EXPECT_EQ(ran.code, 0) << ran.err;
  return ran.code == 0 ? json::parse(ran.out) : json();
}

TEST(ChosenMetrics, OfNumbersAreMeasuredByTrainAndEval) {
  const TempDir dir;
  write_tables(dir);
  for (const std::string standardize : {"true", "false"}) {
    const json trained =
        run_json(dir, {"train", "model=mlp", "hidden=8", "data=prices.csv", "epochs=30", "lr=0.02",
                       "metrics=mae,rmse,r2", "task.standardize=" + standardize, "run.dir=" + standardize});
    ASSERT_FALSE(trained.is_null());
    const json eval = run_json(dir, {"eval", "run=" + standardize, "metrics=rmse,mape,mae,r2"}).at("metrics");
    EXPECT_NEAR(eval.at("rmse").get<double>(), std::sqrt(eval.at("loss").get<double>()),
                1e-3 * eval.at("rmse").get<double>())
        << "in the units of the data: " << eval;
    EXPECT_LT(eval.at("mape"), 0.1) << eval;
    EXPECT_GT(eval.at("r2"), 0.5) << eval;
    EXPECT_LT(trained.at("metrics").at("val_mae"), 500) << trained;
    EXPECT_GT(trained.at("metrics").at("val_mae"), 1) << trained;
  }
  EXPECT_TRUE(says(luge({"eval", "run=true", "metrics=rmse"}, dir.path()).out, "rmse")) << "as text, too";
}

TEST(ChosenMetrics, OfClassesTakeTheirOptions) {
  const TempDir dir;
  write_tables(dir);
  const json trained =
      run_json(dir, {"train", "model=mlp", "hidden=8", "data=kinds.csv", "epochs=20", "lr=0.02",
                     "run.dir=run", "metrics=accuracy,log-loss,auc-roc,f-beta,matthews",
                     "metric.f-beta.beta=0.5", "metric.auc-roc.by_class=false"});
  ASSERT_FALSE(trained.is_null());
  for (const char* name :
       {"accuracy", "log-loss", "val_auc-roc", "val_f-beta", "val_f-beta.high", "val_matthews"})
    EXPECT_TRUE(trained.at("metrics").contains(name)) << name << trained;
  EXPECT_FALSE(trained.at("metrics").contains("val_auc-roc.high"));
  const json eval = run_json(dir, {"eval", "run=run", "metrics=f1,auc-pr,cohen-kappa,log-loss",
                                   "metric.f1.average=micro", "metric.cohen-kappa.weights=quadratic"});
  const json found = eval.at("metrics");
  for (const char* name : {"f1.high", "auc-pr", "auc-pr.low", "cohen-kappa"})
    EXPECT_TRUE(found.contains(name)) << name << eval;
  EXPECT_NEAR(found.at("f1").get<double>(), found.at("accuracy").get<double>(), 1e-12) << "micro";
  EXPECT_NEAR(found.at("log-loss").get<double>(), found.at("loss").get<double>(), 1e-5);
  EXPECT_FALSE(found.contains("f1_weighted"));
}

TEST(ChosenMetrics, ThatDoNotFitAreRefusedByName) {
  const TempDir dir;
  write_tables(dir);
  run_json(dir, {"train", "model=mlp", "hidden=4", "data=prices.csv", "epochs=1", "run.dir=numbers"});
  run_json(dir, {"train", "model=mlp", "hidden=4", "data=kinds.csv", "epochs=1", "run.dir=classes"});
  const auto refused = [&](const std::vector<std::string>& arguments,
                           std::initializer_list<const char*> parts) {
    const auto ran = luge(arguments, dir.path());
    EXPECT_NE(ran.code, 0) << ran.out;
    for (const char* part : parts) EXPECT_TRUE(says(ran.err, part)) << part << ": " << ran.err;
  };
  refused({"eval", "run=classes", "metric.bleu.n=3"}, {"bleu", "not among metrics=none"});
  for (const std::string command : {"eval", "train"}) {
    const auto with = [&](const std::string& kind, const std::string& metrics) {
      if (command == "eval") return std::vector<std::string>{"eval", "run=" + kind, metrics};
      const std::string data = kind == "numbers" ? "data=prices.csv" : "data=kinds.csv";
      return std::vector<std::string>{"train", "model=mlp", data, "epochs=1", metrics};
    };
    refused(with("numbers", "metrics=accuracy"), {"accuracy", "compares classes"});
    refused(with("numbers", "metrics=f1"), {"f1", "label", "leave the metric out"});
    refused(with("classes", "metrics=rmse"), {"rmse", "compares numbers"});
    refused(with("classes", "metrics=cer"), {"cer", "text or tokens"});
    refused(with("classes", "metrics=f11"), {"f11", "f1"});
  }
}

TEST(MixedBatches, ATrainingResumesAsIfItHadNotStopped) {
  const TempDir dir;
  write_tables(dir);
  const json same =
      run_json(dir, {"verify-resume", "model=mlp", "hidden=8", "data=kinds.csv", "epochs=3", "stop=5",
                     "batch=16", "augment=mixup", "augment.mixup.alpha=0.4", "metrics=accuracy,top2"});
  EXPECT_FALSE(same.is_null());
}

TEST(MixedBatches, MetricsOfTheTrainingCompareWithLabels) {
  const TempDir dir;
  write_tables(dir);
  const json trained = run_json(dir, {"train", "model=mlp", "hidden=16", "data=kinds.csv", "epochs=60",
                                      "lr=0.02", "augment=mixup", "metrics=accuracy,top2,f1", "run.dir=run"});
  ASSERT_FALSE(trained.is_null());
  EXPECT_GT(trained.at("metrics").at("accuracy"), 0.6) << trained;
  EXPECT_GT(trained.at("metrics").at("val_accuracy"), 0.8) << trained;
  const auto numbers = luge({"train", "model=mlp", "hidden=8", "data=prices.csv", "epochs=2", "augment=mixup",
                             "metrics=mae", "run.dir=numbers"},
                            dir.path());
  EXPECT_EQ(numbers.code, 0) << numbers.err;
  const auto yes = luge(
      {"train", "model=xor", "epochs=2", "augment=mixup", "metrics=accuracy", "run.dir=yes"}, dir.path());
  EXPECT_EQ(yes.code, 0) << yes.err;
  const auto cut = luge({"train", "model=mlp", "data=kinds.csv", "epochs=1", "augment=cutmix"}, dir.path());
  EXPECT_NE(cut.code, 0);
  EXPECT_TRUE(says(cut.err, "augment=cutmix") && says(cut.err, "channels,height,width")) << cut.err;
}

}  // namespace
}  // namespace luge
