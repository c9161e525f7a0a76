// What a run leaves for its page: status.json, model.json, evaluation.json and report.html.
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>

#include "luge/error.h"
#include "luge/experiment/run.h"
#include "luge/experiment/trainings.h"
#include "luge/train/callbacks.h"
#include "support/temp_dir.h"

namespace luge {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;
using testing::read_file;
using testing::TempDir;

Json json_of(const std::string& file) { return Json::parse(read_file(file)); }

// Two kinds that overlap, so that some samples are wrong.
std::string kinds() {
  std::string text = "width,height,kind\n";
  for (int k = 0; k < 200; ++k) {
    const double noise = std::sin(k * 78.233) * 2;
    text += std::to_string(k % 2 + noise) + "," + std::to_string(noise) + "," + (k % 2 ? "large" : "small") +
            "\n";
  }
  return text;
}
std::string numbers() {
  std::string text = "x,y\n";
  for (int k = 0; k < 200; ++k)
    text += std::to_string(k / 100.0) + "," + std::to_string(100 + k * 3.5) + "\n";
  return text;
}

experiment::Config config_of(const TempDir& dir, const std::string& data) {
  return {{"model", "mlp"}, {"hidden", "8"}, {"data", dir.write("data.csv", data)},
          {"epochs", "4"},  {"batch", "16"}, {"run.dir", dir.file("run")}};
}

TEST(RunReport, OfClassesHasTheFiguresOfTheBestEpoch) {
  const TempDir dir;
  experiment::Run run(config_of(dir, kinds()));
  run.begin();
  const experiment::Report report = run.train();
  const Json found = json_of(dir.file("run/evaluation.json"));
  EXPECT_EQ(found["kind"], "classes");
  EXPECT_EQ(found["split"], "validation");
  EXPECT_EQ(found["samples"], run.parts().valid.size());
  EXPECT_EQ(found["whole"], run.parts().valid.size());
  EXPECT_EQ(found["epoch"], report.best->epoch.epoch + 1);
  const double accuracy = train::value_of(report.best->epoch.logs, "val_accuracy"),
               loss = train::value_of(report.best->epoch.logs, "val_loss");
  EXPECT_NEAR(found["accuracy"].get<double>(), accuracy, 1e-12);
  EXPECT_NEAR(found["loss"].get<double>(), loss, 1e-5);
  EXPECT_EQ(found["figures"]["val_loss"], loss);
  std::int64_t all = 0, hits = 0;
  for (std::size_t i = 0; i < found["confusion"].size(); ++i) {
    for (std::size_t k = 0; k < found["confusion"][i].size(); ++k) {
      all += found["confusion"][i][k].get<std::int64_t>();
      if (i == k) hits += found["confusion"][i][k].get<std::int64_t>();
    }
  }
  EXPECT_EQ(all, run.parts().valid.size());
  EXPECT_EQ(found["wrong_count"], all - hits);
  ASSERT_GT(all, hits) << "this data cannot be told apart";
  // The pair of classes that is confused most has the largest number off the diagonal.
  const Json& confused = found["confused"][0];
  std::int64_t largest = 0;
  for (std::size_t k = 0; k < found["confusion"].size(); ++k) {
    for (std::size_t guess = 0; guess < found["confusion"].size(); ++guess) {
      if (k != guess) largest = std::max(largest, found["confusion"][k][guess].get<std::int64_t>());
    }
  }
  EXPECT_EQ(confused["count"], largest);
  EXPECT_NE(confused["label"], confused["guess"]);
  EXPECT_TRUE(confused["samples"][0].contains("row"));
  const Json& worst = found["wrong"][0];
  EXPECT_GE(worst["loss"].get<double>(), found["wrong"].back()["loss"].get<double>());
  EXPECT_NEAR(-std::log(worst["label_probability"].get<double>()), worst["loss"].get<double>(), 1e-5);
  EXPECT_NE(worst["label"], worst["guess"]);
  EXPECT_EQ(worst["row"][0][0], "width");
  EXPECT_LT(std::abs(worst["row"][0][1].get<double>()), 3.1) << "in the units of the table, not scaled";
  const Json status = json_of(dir.file("run/status.json"));
  EXPECT_EQ(status["status"], "finished");
  EXPECT_EQ(status["monitor"], "val_accuracy");
  EXPECT_EQ(status["higher"], true);
}

TEST(RunReport, ThePageHoldsTheNumbersOfTheFiles) {
  const TempDir dir;
  experiment::Run run(config_of(dir, kinds()));
  run.begin();
  run.train();
  const std::string html = read_file(dir.file("run/report.html"));
  const std::string begin = "id=\"data\">";
  const std::size_t at = html.find(begin) + begin.size();
  const Json page = Json::parse(html.substr(at, html.find("</script>", at) - at))["run"];
  EXPECT_EQ(page["status"], "finished") << "although the lock is held while it is written";
  EXPECT_EQ(page["evaluation"], json_of(dir.file("run/evaluation.json")));
  EXPECT_EQ(page["model_facts"], json_of(dir.file("run/model.json")));
  std::istringstream rows(read_file(dir.file("run/metrics.jsonl")));
  std::size_t k = 0;
  for (std::string row; std::getline(rows, row); ++k) EXPECT_EQ(page["epoch_rows"][k], Json::parse(row));
  EXPECT_EQ(page["epoch_rows"].size(), k);
}

TEST(RunReport, OfNumbersIsInTheUnitsOfTheData) {
  const TempDir dir;
  experiment::Config config = config_of(dir, numbers());
  config.set("task", "regression");
  config.set("epochs", "30");
  config.set("optimizer.learning_rate", "0.05");
  config.set("task.standardize", "true");
  experiment::Run run(config);
  run.begin();
  run.train();
  const Json found = json_of(dir.file("run/evaluation.json"));
  EXPECT_EQ(found["kind"], "numbers");
  EXPECT_EQ(found["target"], "y");
  ASSERT_EQ(found["points"].size(), static_cast<std::size_t>(run.parts().valid.size()));
  double squares = 0;
  for (const Json& point : found["points"]) {
    EXPECT_GE(point[0].get<double>(), 100);
    squares += std::pow(point[0].get<double>() - point[1].get<double>(), 2);
  }
  EXPECT_NEAR(found["mse"].get<double>(), squares / static_cast<double>(found["points"].size()),
              1e-3 * (1 + squares));
  EXPECT_GT(found["r2"].get<double>(), 0.5);
}

TEST(RunReport, OfTextHasASample) {
  const TempDir dir;
  std::string text;
  for (int k = 0; k < 400; ++k) text += "the quick brown fox jumps over the lazy dog. ";
  experiment::Run run({{"model", "gpt-4x128"},
                       {"data", dir.write("text.txt", text)},
                       {"epochs", "1"},
                       {"task.length", "8"},
                       {"limit_train_batches", "3"},
                       {"run.dir", dir.file("run")}});
  run.begin();
  run.train();
  const Json found = json_of(dir.file("run/evaluation.json"));
  EXPECT_EQ(found["kind"], "text");
  EXPECT_GE(found["prompt"].get<std::string>().size(), 40u);
  EXPECT_GE(found["text"].get<std::string>().size(), 4u);
}

TEST(RunReport, ModelFactsHaveLayersLinksAndMemory) {
  const TempDir dir;
  experiment::Run run(config_of(dir, kinds()));
  run.begin();
  const Json facts = json_of(dir.file("run/model.json"));
  EXPECT_EQ(facts["name"], "mlp");
  EXPECT_GT(facts["parameters"].get<int>(), 0);
  EXPECT_EQ(facts["links"][0][0], "");
  EXPECT_EQ(facts["links"].back()[1], "");
  EXPECT_EQ(facts["plan"]["batch"], 16);
  EXPECT_GT(facts["plan"]["peak_bytes"].get<std::int64_t>(), 0);
  EXPECT_GT(facts["machine"]["threads"].get<int>(), 0);
}

TEST(RunReport, PrecisionAndRecallFitTheConfusionMatrix) {
  const TempDir dir;
  experiment::Run run(config_of(dir, kinds()));
  run.begin();
  run.train();
  const Json found = json_of(dir.file("run/evaluation.json"));
  ASSERT_EQ(found["curves"].size(), 2u);
  for (std::size_t k = 0; k < 2; ++k) {
    const Json& curve = found["curves"][k];
    EXPECT_EQ(curve["label"], found["classes"][k]);
    EXPECT_EQ(curve["positives"], found["per_class"][k]["samples"]);
    // Of two classes the larger probability is the one above a half.
    const Json& half = curve["points"][50];
    EXPECT_EQ(half[0], 0.5);
    EXPECT_NEAR(half[1].get<double>(), found["per_class"][k]["precision"].get<double>(), 1e-4);
    EXPECT_NEAR(half[2].get<double>(), found["per_class"][k]["recall"].get<double>(), 1e-4);
    EXPECT_EQ(curve["points"][0][2], 1.0);
    const double average = curve["average_precision"];
    EXPECT_GT(average, 0.5);
    EXPECT_LT(average, 1.0) << "some samples are wrong";
  }
}

TEST(RunReport, OfPicturesThatAreGivenBackShowsThem) {
  const TempDir dir;
  experiment::Run run({{"model", "mlp"},
                       {"hidden", "8,64"},
                       {"data", "shapes"},
                       {"data.samples", "64"},
                       {"data.pixels", "8"},
                       {"task", "autoencoding"},
                       {"epochs", "1"},
                       {"run.dir", dir.file("run")}});
  run.begin();
  run.train();
  const Json found = json_of(dir.file("run/evaluation.json"));
  EXPECT_EQ(found["kind"], "pictures");
  EXPECT_EQ(found["drawn"], std::min<std::int64_t>(12, run.parts().valid.size()));
  EXPECT_TRUE(found["picture"].get<std::string>().starts_with("data:image/png;base64,"));
}

TEST(RunReport, OfAnEnsembleHasWhatItsMembersSayTogether) {
  const TempDir dir;
  experiment::Config config = config_of(dir, kinds());
  config.set("ensemble", "2");
  config.set("epochs", "2");
  experiment::Trainings members(config);
  members.begin();
  const experiment::TrainingsReport report = members.train();
  const Json found = json_of(dir.file("run/evaluation.json"));
  EXPECT_EQ(found["kind"], "classes");
  EXPECT_EQ(found["split"], "validation");
  EXPECT_NEAR(found["accuracy"].get<double>(), train::value_of(report.ensemble->figures, "accuracy"), 1e-9);
  EXPECT_NEAR(found["loss"].get<double>(), train::value_of(report.ensemble->figures, "loss"), 1e-5);
  EXPECT_TRUE(found["wrong"][0].contains("row"));
}

TEST(RunReport, CanBeLeftOut) {
  const TempDir dir;
  experiment::Config config = config_of(dir, kinds());
  config.set("report", "false");
  experiment::Run run(config);
  run.begin();
  run.train();
  EXPECT_FALSE(fs::exists(dir.file("run/report.html")));
  EXPECT_FALSE(fs::exists(dir.file("run/evaluation.json")));
  EXPECT_TRUE(fs::exists(dir.file("run/status.json")));
}

TEST(RunReport, TellsOfAnInterruptionAndOfAFailure) {
  const TempDir dir;
  experiment::Run run(config_of(dir, kinds()));
  run.begin();
  run.train({train::stop_when([&] { return run.position().total_steps >= 5; }, "interrupted")});
  EXPECT_EQ(json_of(dir.file("run/status.json"))["status"], "interrupted");
  EXPECT_TRUE(fs::exists(dir.file("run/report.html")));
  struct Fails final : train::Callback {
    void epoch_end(train::Fit&) override { throw ValueError("it fails <here>"); }
  };
  EXPECT_THROW(run.train({std::make_shared<Fails>()}), ValueError);
  EXPECT_EQ(json_of(dir.file("run/status.json"))["status"], "failed");
  EXPECT_EQ(json_of(dir.file("run/status.json"))["reason"], "it fails <here>");
}

TEST(RunReport, ThatCannotBeWrittenEndsNoTraining) {
  const TempDir dir;
  experiment::Run run(config_of(dir, kinds()), {.tell = [&](const std::string& line) {
                        if (line.find("report.html") != std::string::npos) dir.write("told", line);
                      }});
  run.begin();
  fs::create_directories(dir.file("run/report.html"));
  EXPECT_EQ(run.train().history.epochs.size(), 4u);
  EXPECT_TRUE(fs::exists(dir.file("told")));
}

TEST(RunReport, OfFoldsShowsAllOfThem) {
  const TempDir dir;
  experiment::Config config = config_of(dir, kinds());
  config.set("folds", "2");
  config.set("epochs", "2");
  experiment::Trainings folds(config);
  folds.begin();
  const experiment::TrainingsReport report = folds.train();
  const std::string html = read_file(dir.file("run/report.html"));
  const std::string begin = "id=\"data\">";
  const std::size_t at = html.find(begin) + begin.size();
  const Json page = Json::parse(html.substr(at, html.find("</script>", at) - at))["run"];
  EXPECT_EQ(page["status"], "finished");
  EXPECT_EQ(page["trainings"], 2);
  EXPECT_EQ(page["runs"][1]["name"], "run/fold-02");
  EXPECT_EQ(page["spread"][0]["name"], report.spreads[0].name);
  EXPECT_EQ(page["spread"][0]["mean"], report.spreads[0].mean);
  EXPECT_TRUE(fs::exists(dir.file("run/fold-01/report.html")));
}

}  // namespace
}  // namespace luge
