// luge explain KIND=NAME: formulas, numbers and pictures of what networks and trainings are made of; and that
// luge list shows all of it.
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "core/registry.h"
#include "luge/io/image.h"
#include "support/command.h"
#include "support/temp_dir.h"

namespace luge {
namespace {

using nlohmann::json;
using testing::luge;
using testing::read_file;
using testing::says;
using testing::TempDir;

// Those of the command, which does not have what this program registers for other tests: test-….
std::vector<std::string> names_of(const char* kind) {
  std::vector<std::string> names = find_family(kind)->names();
  std::erase_if(names, [](const std::string& name) { return name.starts_with("test-"); });
  return names;
}

json explained(std::vector<std::string> words) {
  words.insert(words.begin(), "explain");
  words.emplace_back("--json");
  const auto ran = luge(words);
  EXPECT_EQ(ran.code, 0) << ran.err;
  return ran.code == 0 ? json::parse(ran.out) : json();
}

void expect_picture(const std::vector<std::string>& words) {
  const TempDir dir;
  std::vector<std::string> all = {"explain", "to=picture.png"};
  all.insert(all.end(), words.begin(), words.end());
  const auto ran = luge(all, dir.path());
  ASSERT_EQ(ran.code, 0) << words[0] << ": " << ran.err;
  EXPECT_TRUE(says(ran.out, "The picture is in picture.png.")) << ran.out;
  const io::Image picture = io::read_image(dir.file("picture.png"));
  EXPECT_GT(picture.width, 400) << words[0];
  EXPECT_TRUE(std::ranges::any_of(picture.pixels, [](std::uint8_t value) { return value < 60; })) << words[0];
}

TEST(Explain, AnActivationTellsWhatItIsAsHelpDoes) {
  const auto ran = luge({"explain", "activation=sigmoid"});
  ASSERT_EQ(ran.code, 0) << ran.err;
  for (const char* part : {"a = 1/(1 + e^-x)", "a·(1 - a)", "(0, 1)", "It has no options.", "0.2500",
                           "It is not centered at zero."})
    EXPECT_TRUE(says(ran.out, part)) << part << " is missing from\n" << ran.out;
  const std::string help = luge({"help", "activation=sigmoid"}).out;
  EXPECT_EQ(ran.out.substr(0, help.size()), help);
  const std::string alone = luge({"help", "sigmoid"}).out;
  EXPECT_TRUE(alone.starts_with(help)) << alone;
  EXPECT_FALSE(says(alone, "layer sigmoid")) << "an activation is a layer, too: one page";
}

TEST(Explain, CurvesOfActivationsAreTheirOpsAndGradients) {
  const json all = explained({"activation=tanh,elu(alpha=2),softmax,hardmax"});
  ASSERT_EQ(all["activation"].size(), 4u);
  const json &tanh = all["activation"][0], &elu = all["activation"][1], &softmax = all["activation"][2],
             &hardmax = all["activation"][3];
  const auto x = tanh["x"].get<std::vector<double>>(), value = tanh["value"].get<std::vector<double>>(),
             slope = tanh["slope"].get<std::vector<double>>();
  ASSERT_GT(x.size(), 100u);
  for (std::size_t k = 0; k < x.size(); ++k) {
    EXPECT_NEAR(value[k], std::tanh(x[k]), 1e-12);
    EXPECT_NEAR(slope[k], 1 - value[k] * value[k], 1e-12);
    EXPECT_NEAR(softmax["value"][k].get<double>(), std::exp(x[k]) / (std::exp(x[k]) + 1 + std::exp(1)),
                1e-12);
  }
  EXPECT_NEAR(elu["value"][0].get<double>(), 2 * (std::exp(-5) - 1), 1e-12);
  EXPECT_TRUE(tanh["centered_at_zero"]);
  EXPECT_TRUE(tanh["elementwise"]);
  EXPECT_FALSE(elu["centered_at_zero"]);
  EXPECT_FALSE(softmax["elementwise"]);
  EXPECT_FALSE(softmax["centered_at_zero"]);
  EXPECT_FALSE(hardmax["elementwise"]);
  EXPECT_EQ(tanh["from_output"], "1 - a²");
  EXPECT_EQ(tanh["range"], "(-1, 1)");
}

TEST(Explain, ALossTellsCostsAndSlopes) {
  const json mse = explained({"loss=mse"})["loss"][0];
  EXPECT_EQ(mse["over"], "prediction y");
  const json& curve = mse["curves"][0];
  for (std::size_t k = 0; k < curve["x"].size(); ++k) {
    const double y = curve["x"][k];
    EXPECT_NEAR(curve["cost"][k].get<double>(), y * y, 1e-12);
    EXPECT_NEAR(curve["slope"][k].get<double>(), 2 * y, 1e-12);
  }
  const json wide = explained({"loss=huber(delta=2)"})["loss"][0]["curves"][0];
  EXPECT_NEAR(wide["cost"][0].get<double>(), 2 * (3 - 1), 1e-12) << "at y = -3";
  const auto text = luge({"explain", "loss=softmax-cross-entropy"});
  EXPECT_TRUE(says(text.out, "∂L/∂z_i = p_i - t_i")) << text.out;
  EXPECT_TRUE(says(text.out, "another class is true")) << text.out;
}

TEST(Explain, OptimizersTakeRealStepsOnAValleyAndASaddle) {
  const json all = explained({"optimizer=sgd,momentum,adam", "lr=0.1"});
  ASSERT_EQ(all["optimizer"].size(), 3u);
  const json& sgd = all["optimizer"][0]["paths"]["valley"];
  ASSERT_EQ(sgd["x"].size(), 201u);
  double x = -7, y = 2;  // w ← w - rate·g with g = (x/10, 2y)
  for (std::size_t k = 0; k < 201; ++k, x -= 0.1 * x / 10, y -= 0.1 * 2 * y) {
    ASSERT_NEAR(sgd["x"][k].get<double>(), x, 1e-9) << k;
    ASSERT_NEAR(sgd["y"][k].get<double>(), y, 1e-9) << k;
    if (k == 10) {
      EXPECT_NEAR(sgd["loss_after"]["10"].get<double>(), x * x / 20 + y * y, 1e-9);
    }
  }
  // The first step of adam is the rate, along each axis.
  const json& adam = all["optimizer"][2]["paths"]["valley"];
  EXPECT_NEAR(adam["x"][1].get<double>(), -7 + 0.1, 1e-6);
  EXPECT_NEAR(adam["y"][1].get<double>(), 2 - 0.1, 1e-6);
  EXPECT_EQ(all["optimizer"][0]["numbers_for_each_weight"], 0);
  EXPECT_EQ(all["optimizer"][1]["numbers_for_each_weight"], 1);
  EXPECT_EQ(all["optimizer"][2]["numbers_for_each_weight"], 2);
  for (const json& one : all["optimizer"]) {
    for (const char* ground : {"valley", "saddle"}) {
      const json& losses = one["paths"][ground]["loss_after"];
      EXPECT_LT(losses["200"], losses["10"]) << one["name"] << " on the " << ground;
    }
  }
}

TEST(Explain, EveryOptimizerHasAPathWithItsBestRate) {
  const std::vector<std::string> names = names_of("optimizer");
  const json all = explained({fmt::format("optimizer={}", fmt::join(names, ",")), "steps=60"});
  ASSERT_EQ(all["optimizer"].size(), names.size());
  for (const json& one : all["optimizer"]) {
    for (const char* ground : {"valley", "saddle"}) {
      const double start = std::string(ground) == "valley" ? 6.45 : 1.3748;
      const json& path = one["paths"][ground];
      EXPECT_LT(path["loss_after"]["60"].get<double>(), start / 2) << one["name"] << " on the " << ground;
      EXPECT_GT(path["rate"].get<double>(), 0);
    }
  }
}

TEST(Explain, AveragesTellTheirFirstStepsAndTheirSpan) {
  const json all = explained({"average=0.9,0.98"})["average"];
  for (const json& one : all) {
    const double beta = one["beta"];
    const auto x = one["value"].get<std::vector<double>>(), v = one["average"].get<std::vector<double>>(),
               corrected = one["corrected"].get<std::vector<double>>();
    ASSERT_EQ(x.size(), 365u);
    EXPECT_NEAR(v[0] / (1 - beta), x[0], 1e-12);
    EXPECT_NEAR(corrected[0], x[0], 1e-12);
    EXPECT_NEAR(v[2], (1 - beta) * (x[2] + beta * x[1] + beta * beta * x[0]), 1e-12);
    EXPECT_NEAR(corrected[2], v[2] / (1 - beta * beta * beta), 1e-12);
    EXPECT_NEAR(one["values_averaged"].get<double>(), 1 / (1 - beta), 1e-9);
    EXPECT_NEAR(std::pow(beta, 1 / (1 - beta)), 1 / std::exp(1), 0.02);
    // A weighted average is between the values, and moves less than they do.
    double moved = 0, of_values = 0;
    for (std::size_t day = 100; day < x.size(); ++day) {
      moved += std::abs(v[day] - v[day - 1]);
      of_values += std::abs(x[day] - x[day - 1]);
    }
    EXPECT_LT(moved, of_values / 5);
  }
  EXPECT_EQ(explained({"average=0.9"})["average"][0]["value"], all[0]["value"]) << "the same year each time";
  const std::string text = luge({"explain", "average=0.9"}).out;
  EXPECT_TRUE(says(text, "about 1/(1 - 0.9) = 10 values")) << text;
  EXPECT_TRUE(says(text, "0.349")) << text;
}

TEST(Explain, LayersHaveAsManyParametersAsTheirRulesSay) {
  struct Row {
    std::string layer, input;
    std::int64_t parameters;
  };
  const std::vector<Row> rows = {
      {"linear(outputs=5)", "7", 7 * 5 + 5},
      {"conv2d(filters=6,kernel=5)", "1x28x28", 6 * 25 + 6},
      {"conv2d(filters=6,kernel=3,groups=2)", "4x9x9", 6 * 2 * 9 + 6},
      {"conv-transpose2d(filters=6,kernel=3)", "4x9x9", 4 * 6 * 9 + 6},
      {"depthwise-conv2d(kernel=3)", "4x9x9", 4 * 9 + 4},
      {"separable-conv2d(filters=6,kernel=3)", "4x9x9", 4 * 9 + 6 * 4 + 6},
      {"batch-norm", "4x9x9", 2 * 4},
      {"layer-norm", "7x8", 2 * 8},
      {"group-norm(groups=2)", "4x9x9", 2 * 4},
      {"rms-norm", "7x8", 8},
      {"prelu", "4x9x9", 1},
      {"multi-head-attention(width=8,heads=2)", "7x8", 4 * 64 + 4 * 8},
      {"transformer-block(width=8,heads=2)", "7x8", 12 * 64 + 13 * 8},
      {"transformer-encoder-layer(width=8,heads=2)", "7x8", 12 * 64 + 13 * 8},
      {"transformer-encoder(width=8,heads=2,layers=3,final_norm=true)", "7x8", 3 * (12 * 64 + 13 * 8) + 16},
      {"rnn(units=5)", "7x8", 5 * 13 + 10},
      {"lstm(units=5)", "7x8", 4 * (5 * 13 + 10)},
      {"gru(units=5)", "7x8", 3 * (5 * 13 + 10)},
      {"gru(units=5,direction=both)", "7x8", 2 * 3 * (5 * 13 + 10)},
      {"rbm(hidden=3)", "8", 3 * 8 + 3 + 8},
      {"trainable-subsampling", "6x28x28", 12},
      {"table-conv2d(table=[110,011],kernel=3)", "3x9x9", 4 * 9 + 2},
      {"max-pool2d(window=2)", "3x8x8", 0}};
  for (const Row& row : rows) {
    const json layer = explained({"layer=" + row.layer, "input=" + row.input})["layer"][0];
    EXPECT_EQ(layer["parameter_count"], row.parameters) << row.layer << ": " << layer["parameters"];
    EXPECT_FALSE(layer["output"].get<std::string>().empty()) << row.layer;
  }
  const json conv = explained({"layer=conv2d(filters=6,kernel=5)", "input=1x28x28"})["layer"][0];
  EXPECT_TRUE(says(conv["output_shape"], "6,24,24")) << conv["output_shape"];
}

TEST(Explain, SchedulesAndInitializersTellNumbers) {
  const json cosine = explained({"schedule=cosine", "steps=100"})["schedule"][0];
  ASSERT_EQ(cosine["factor"].size(), 100u);
  EXPECT_EQ(cosine["factor"][0], 1);
  EXPECT_NEAR(cosine["factor"][50].get<double>(), 0.5, 1e-9);
  const json all = explained({"initializer=he_normal,lecun_uniform,dirac,zeros"})["initializer"];
  EXPECT_NEAR(all[0]["deviation"].get<double>(), std::sqrt(2 / 128.0), 1e-3) << "√(2/fan_in)";
  EXPECT_NEAR(all[1]["largest"].get<double>(), std::sqrt(3 / 128.0), 1e-4) << "√(3/fan_in)";
  EXPECT_EQ(all[2]["largest"], 1);
  EXPECT_EQ(all[3]["deviation"], 0);
}

TEST(Explain, GradientsFlowBackThroughTheStepsOfASequence) {
  const json layers = explained({"layer=rnn,gru,lstm(units=32,forget_bias=4)", "steps=100"})["layer"];
  for (const json& layer : layers) {
    ASSERT_EQ(layer["gradient"].size(), 100u);
    EXPECT_EQ(layer["steps_back"][99], 99);
    EXPECT_DOUBLE_EQ(layer["gradient"][0].get<double>(), 1);
  }
  const auto back = [&](std::size_t k, std::size_t steps) {
    return layers[k]["gradient"][steps].get<double>();
  };
  EXPECT_LT(back(0, 50), 1e-9) << "new tanh weights of at most 1/√units shrink each step";
  EXPECT_GT(back(1, 50), back(0, 50));
  EXPECT_GT(back(2, 50), 0.01) << "forget gates of σ(4) = 0.98";
  const auto page = luge({"explain", "layer=lstm", "steps=20"});
  ASSERT_EQ(page.code, 0) << page.err;
  EXPECT_TRUE(says(page.out, "forget gate f") && says(page.out, "steps back")) << page.out;
  const auto linear = luge({"explain", "layer=flatten", "steps=20"});
  EXPECT_EQ(linear.code, 2);
  EXPECT_TRUE(says(linear.err, "rnn, lstm and gru")) << linear.err;
}

TEST(Explain, PicturesAreWritten) {
  expect_picture({"layer=rnn,lstm,gru", "steps=30"});
  expect_picture({"activation=relu,gelu"});
  expect_picture({"layer=mish"});
  expect_picture({"loss=hinge,triplet"});
  expect_picture({"optimizer=nesterov", "lr=0.05"});
  expect_picture({"schedule=one-cycle,step"});
  expect_picture({"initializer=orthogonal,zeros"});
  expect_picture({"average=0.5"});
  const TempDir dir;
  ASSERT_EQ(luge({"explain", "activation=step", "to=step.svg"}, dir.path()).code, 0);
  EXPECT_TRUE(says(read_file(dir.file("step.svg")), "<svg"));
}

// What is typed, how it ends, and what the error says.
TEST(Explain, MistakesAreToldApart) {
  const std::vector<std::pair<std::vector<std::string>, std::vector<const char*>>> rows = {
      {{"activation=rellu"}, {"no activation is called 'rellu'", "did you mean relu?"}},
      {{"activation=linear"}, {"no activation is called 'linear'"}},
      {{"activation=elu(alpa=2)"}, {"alpa", "alpha"}},
      {{"loss=mse", "optimizer=adam"}, {"one kind at a time, not loss and optimizer"}},
      {{"activation=relu", "lr=0.1"}, {"lr says nothing about activation=", "optimizer="}},
      {{"loss=mse", "steps=3"}, {"steps says nothing about loss=", "schedule="}},
      {{"layer=linear(outputs=3)", "to=x.png"}, {"there is no picture of layer=linear(outputs=3)"}},
      {{"metric=accuracy", "to=x.png"}, {"to says nothing about metric="}},
      {{"activation=relu", "to=x.pdf"}, {"to=x.pdf", ".png or .svg"}},
      {{"average=1"}, {"average=1", "0 or more and below 1"}},
      {{"average=much"}, {"average=much"}},
      {{"optimizer=adam", "lr=-1"}, {"lr=-1", "a number above 0"}},
      {{"optimizer=adam(learning_rate=x)"}, {"learning_rate"}},
      {{"activation=relu,"}, {"activation="}}};
  for (const auto& [words, parts] : rows) {
    std::vector<std::string> all = {"explain"};
    all.insert(all.end(), words.begin(), words.end());
    const TempDir dir;
    const auto ran = luge(all, dir.path());
    EXPECT_EQ(ran.code, 2) << words[0] << ": " << ran.err;
    EXPECT_TRUE(ran.out.empty()) << words[0];
    for (const char* part : parts) EXPECT_TRUE(says(ran.err, part)) << part << " is missing from " << ran.err;
    EXPECT_TRUE(std::filesystem::is_empty(dir.path())) << words[0];
  }
}

TEST(Explain, AModelStillShowsItsStep) {
  const auto ran = luge({"explain", "model=xor", "batch=4", "optimizer=adam"});
  ASSERT_EQ(ran.code, 0) << ran.err;
  EXPECT_FALSE(says(ran.out, "formula")) << ran.out;
  const auto help = luge({"explain", "help"});
  for (const char* part : {"activation ", "average ", "profile ", "steps ", "to "})
    EXPECT_TRUE(says(help.out, std::string("\n  ") + part)) << part;
}

TEST(List, ShowsActivationsAndOps) {
  const json all = json::parse(luge({"list", "--json"}).out);
  for (const Family* family : families())
    EXPECT_TRUE(all.contains(family->called().many)) << family->called().many;
  EXPECT_EQ(all["activations"].size(), names_of("activation").size());
  EXPECT_GE(all["activations"].size(), 23u);
  EXPECT_EQ(all["ops"].size(), names_of("op").size());
  EXPECT_GT(all["ops"].size(), 150u);
  EXPECT_EQ(all["losses"][0]["formula"].get<std::string>().substr(0, 2), "L ");
  EXPECT_TRUE(says(luge({"list", "activations"}).out, "  sigmoid"));
}

TEST(List, CompletionKnowsWhatCanBeExplained) {
  const std::string script = luge({"completion", "bash"}).out;
  EXPECT_TRUE(says(script, "activation=sigmoid"));
  EXPECT_TRUE(says(script, "    activation) echo \"celu elu")) << "values of the key";
}

}  // namespace
}  // namespace luge
