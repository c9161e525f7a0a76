// luge gradients: vanishing and exploding gradients, and what helps.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "luge/io/image.h"
#include "support/command.h"
#include "support/temp_dir.h"

namespace luge {
namespace {

using nlohmann::json;
using testing::luge;
using testing::says;
using testing::TempDir;

json gradients(std::vector<std::string> words, const std::filesystem::path& folder = {}) {
  words.insert(words.begin(), {"gradients", "model=mlp"});
  words.push_back("--json");
  const auto ran = luge(words, folder);
  EXPECT_EQ(ran.code, 0) << ran.err;
  return ran.code == 0 ? json::parse(ran.out).at("networks") : json();
}

double ratio(const json& network, std::size_t look = 0) {
  return network.at("looks").at(look).at("first_to_last").get<double>();
}

TEST(Gradients, VanishInADeepSigmoidNetworkAndNotWithWhatHelps) {
  const TempDir dir;
  const json networks =
      gradients({"hidden=64x20", "data=curve", "data.samples=64", "to=norms.png",
                 "compare=activation=sigmoid; activation=relu initializer=he_normal; "
                 "activation=sigmoid normalization=batch-norm initializer=xavier_normal; "
                 "activation=relu residual=true; activation=relu initializer=normal(deviation=0.5)"},
                dir.path());
  ASSERT_EQ(networks.size(), 5u);
  EXPECT_EQ(networks[0]["network"], "activation=sigmoid");
  EXPECT_EQ(networks[0]["looks"][0]["layers"].size(), 21u);
  EXPECT_LT(ratio(networks[0]), 1e-10) << "sigmoid: vanishing";
  EXPECT_GT(ratio(networks[1]), 1e-2) << "relu, He";
  EXPECT_GT(ratio(networks[2]), 1e4 * ratio(networks[0])) << "batch norm";
  EXPECT_GT(ratio(networks[3]), 1e-3) << "residuals";
  const json &first = networks[4]["looks"][0]["layers"].front(),
             &last = networks[4]["looks"][0]["layers"].back();
  EXPECT_GT(last["output_deviation"].get<double>(), 1e6 * first["output_deviation"].get<double>())
      << "exploding";
  EXPECT_GT(io::read_image(dir.file("norms.png")).width, 400);
}

TEST(Gradients, EqualWeightsStayEqual) {
  const json networks = gradients({"hidden=16,16", "data=curve", "at=0,50", "activation=tanh", "lr=0.01",
                                   "compare=initializer=constant(value=0.1); initializer=xavier_normal"});
  ASSERT_EQ(networks.size(), 2u);
  for (std::size_t look = 0; look < 2; ++look) {
    const json& equal = networks[0]["looks"][look]["layers"];
    EXPECT_EQ(equal[0]["distinct_units"], 1) << "the hidden units of a layer are one unit";
    EXPECT_EQ(equal[1]["distinct_units"], 1);
    EXPECT_EQ(equal[0]["units"], 16);
    EXPECT_EQ(networks[1]["looks"][look]["layers"][1]["distinct_units"], 16);
  }
  EXPECT_EQ(networks[0]["looks"][1]["step"], 50);
  EXPECT_GT(networks[0]["looks"][1]["loss"].get<double>(), networks[1]["looks"][1]["loss"].get<double>());
}

TEST(Gradients, ChangeNothingByBeingLookedAt) {
  const auto loss = [](const std::string& at) {
    return gradients({"hidden=16x3", "normalization=batch-norm", "dropout=0.2", "data=curve", "at=" + at})
        .at(0)["looks"]
        .back();
  };
  EXPECT_EQ(loss("0,1,2,3,10"), loss("10"));
}

TEST(Gradients, WhatIsWrongIsSaid) {
  struct Case {
    std::vector<std::string> words;
    int code;
    std::string says;
  };
  const std::vector<Case> cases = {
      {{"model=mlp", "data=curve", "compare=activation"}, 2, "KEY=VALUE"},
      {{"model=mlp", "data=curve", "compare=activaton=relu"}, 2, "activation"},
      {{"model=mlp", "data=curve", "compare=activation=rely"}, 2, "relu"},
      {{"model=mlp", "data=curve", "to=norms.gif"}, 2, ".svg"},
      {{"model=mlp", "data=curve", "at=-1"}, 2, "at=-1"},
      {{"model=mlp", "data=curve", "epochs=2", "at=0,5"}, 0, ""},
      {{"data=curve"}, 2, "model"},
  };
  for (const Case& each : cases) {
    std::vector<std::string> words = each.words;
    words.insert(words.begin(), "gradients");
    const auto ran = luge(words);
    EXPECT_EQ(ran.code, each.code) << words.back() << ": " << ran.err;
    EXPECT_TRUE(says(ran.err, each.says)) << each.says << ": " << ran.err;
  }
  const auto ended = luge({"gradients", "model=mlp", "data=curve", "epochs=2", "at=0,5"});
  EXPECT_TRUE(says(ended.out, "the training had only 2 steps")) << ended.out;
}

}  // namespace
}  // namespace luge
