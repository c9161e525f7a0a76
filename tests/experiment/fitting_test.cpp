// Too simple, right and too large models on one curve, and what helps against too large ones.
#include <gtest/gtest.h>

#include "experiment/near_zero.h"
#include "luge/experiment/run.h"

namespace luge {
namespace {

using experiment::Config;

struct Errors {
  double training = 0, validation = 0;
  experiment::NearZero weights;
  std::size_t epochs = 0;
};

Errors errors_of(const std::vector<Config::Entry>& settings) {
  Config config;
  for (const auto& [key, value] : settings) config.set(key, value);
  const experiment::Run run(config);
  const train::History history = run.fit();
  const auto loss_of = [&](const data::Dataset& part) {
    return run.trainer().evaluate(part.batch(1000)).metrics.front().second;
  };
  return {loss_of(run.parts().fit), loss_of(run.parts().valid), experiment::near_zero(run.trainer().net()),
          history.epochs.size()};
}

// Least squares on the columns x, x², … of the curve.
Errors polynomial(int degree, std::vector<Config::Entry> more = {}) {
  std::vector<Config::Entry> settings = {{"model", "linear-regression"}, {"data", "curve"},
                                         {"features", "polynomial"},     {"degree", std::to_string(degree)},
                                         {"optimizer", "lbfgs"},         {"batch", "2000"}};
  settings.insert(settings.end(), more.begin(), more.end());
  return errors_of(settings);
}

Errors network(const std::string& hidden, std::vector<Config::Entry> more = {}) {
  std::vector<Config::Entry> settings = {{"model", "mlp"},       {"hidden", hidden}, {"data", "curve"},
                                         {"activation", "tanh"}, {"lr", "0.01"},     {"batch", "1000"},
                                         {"epochs", "400"}};
  settings.insert(settings.end(), more.begin(), more.end());
  return errors_of(settings);
}

TEST(Fitting, ALineIsTooSimpleAndADegreeOfFifteenTooMuch) {
  const Errors line = polynomial(1), right = polynomial(3), large = polynomial(15);
  EXPECT_LT(right.training, 0.5 * line.training);
  EXPECT_LT(large.training, right.training);
  EXPECT_LT(right.validation, 0.5 * line.validation) << "under-fitting";
  EXPECT_GT(large.validation, 2 * right.validation) << "over-fitting";
}

TEST(Fitting, PenaltiesAndMoreDataHelpALargeModel) {
  const Errors plain = polynomial(15);
  const Errors penalized = polynomial(15, {{"regularizers", "l2"}, {"regularizer.l2.lambda", "0.001"}});
  EXPECT_LT(penalized.validation, 0.6 * plain.validation);
  EXPECT_GT(penalized.training, plain.training);
  const Errors more = polynomial(15, {{"data.samples", "1000"}});
  EXPECT_LT(more.validation, 0.6 * plain.validation);
  EXPECT_GT(more.training, plain.training);
}

TEST(Fitting, DropoutAndEarlyStoppingHelpALargeNetwork) {
  const Errors one = network("1"), large = network("128,128");
  EXPECT_LT(large.training, 0.2 * one.training) << "capacity";
  EXPECT_GT(large.validation, 5 * large.training) << "over-fitting";
  const Errors dropout = network("128,128", {{"dropout", "0.2"}});
  EXPECT_LT(dropout.validation, large.validation);
  EXPECT_GT(dropout.training, large.training);
  const Errors early = network("128,128", {{"early_stopping", "30"}});
  EXPECT_LT(early.epochs, 200u);
  EXPECT_LT(early.validation, large.validation);
}

TEST(Fitting, L1MakesWeightsZeroAndL2MakesThemSmall) {
  const auto with = [](const std::string& name) {
    return errors_of({{"model", "linear-regression"},
                      {"data", "curve"},
                      {"features", "polynomial"},
                      {"degree", "9"},
                      {"epochs", "1500"},
                      {"lr", "0.04"},
                      {"regularizers", name},
                      {"regularizer." + name + ".lambda", "0.02"}});
  };
  const Errors l1 = with("l1"), l2 = with("l2");
  EXPECT_EQ(l1.weights.weights, 9);
  EXPECT_GE(l1.weights.near, 3);
  EXPECT_EQ(l2.weights.near, 0);
}

}  // namespace
}  // namespace luge
