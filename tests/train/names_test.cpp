// Names tell metrics, tensors and columns apart, in memory and in files: two of one name are refused where
// the second is given, not when an epoch's work is to be saved.
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "luge/luge.h"
#include "support/errors.h"
#include "support/temp_dir.h"

namespace luge::train {
namespace {

using testing::TempDir;

struct Layer : nn::Module {
  nn::Parameter weight = parameter("weight", ones({2, 2}));
  Tensor forward(const Tensor& x) const { return matmul(x, weight.value()); }
};
struct TwoChildren : Layer {
  nn::Linear one = child("twin", nn::Linear(2)), two = child("twin", nn::Linear(2));
};
struct TwoParameters : Layer {
  nn::Parameter again = parameter("weight", ones({2}));
};
struct AParameterAndABuffer : Layer {
  nn::Parameter again = buffer("weight", ones({2}));
};

Trainer trainer_with(std::vector<metrics::Metric> measured) {
  return Trainer(nn::sequential(nn::Linear(2)), loss::MSE(), optim::Adam(0.1),
                 {.metrics = std::move(measured)});
}

struct Row {
  std::string name;
  std::function<void(const TempDir&)> attempt;
  std::string named;  // what the error says
};
void PrintTo(const Row& row, std::ostream* out) { *out << row.name; }

const Row rows[] = {
    {"metrics",
     [](const TempDir&) {
       trainer_with({metrics::Accuracy(), metrics::Accuracy()});
     },
     "accuracy"},
    {"a_metric_like_the_loss", [](const TempDir&) { trainer_with({metrics::Mean("loss")}); }, "loss"},
    {"a_metric_like_a_column", [](const TempDir&) { trainer_with({metrics::Mean("seconds")}); }, "seconds"},
    {"a_metric_like_a_validation", [](const TempDir&) { trainer_with({metrics::Mean("val_loss")}); },
     "val_loss"},
    {"children", [](const TempDir&) { TwoChildren(); }, "twin"},
    {"parameters", [](const TempDir&) { TwoParameters(); }, "weight"},
    {"a_parameter_and_a_buffer", [](const TempDir&) { AParameterAndABuffer(); }, "weight"},
    {"held_parameters",
     [](const TempDir&) {
       const Variable a(ones({1}), "a"), b(ones({1}), "b");
       optim::Adam(0.1).track({{"twin", a}, {"twin", b}});
     },
     "twin"},
    {"a_parameter_that_is_given_twice",
     [](const TempDir&) {
       const Variable a(ones({1}), "twin");
       optim::Adam(0.1).step({a, a}, {ones({1}), ones({1})});
     },
     "twin"},
    {"saved_variables",
     [](const TempDir&) {
       const Variable a(ones({1}), "twin"), b(ones({1}), "twin");
       const graph::Saver saver({.variables = {a, b}});
     },
     "twin"},
    {"variables_of_a_session",
     [](const TempDir& dir) {
       const Variable a(ones({1}), "twin"), b(ones({1}), "twin");
       graph::Session session;
       session.run(graph::initialize_all());
       graph::Saver().save(session, (dir.path() / "model").string(), 1);
     },
     "twin"},
    {"feeds",
     [](const TempDir&) {
       const Tensor x = graph::placeholder(f32, {1}, "twin");
       graph::Session().run(x + 1, {{x, ones({1})}, {x, zeros({1})}});
     },
     "twin"},
    {"grouped_assignments",
     [](const TempDir&) {
       const Variable w(ones({1}), "twin");
       graph::group({graph::assign(w, zeros({1})), graph::assign(w, ones({1}))});
     },
     "twin"},
    {"assignments_of_one_run",
     [](const TempDir&) {
       const Variable w(ones({1}), "twin");
       graph::Session().run({graph::assign(w, zeros({1})), graph::assign(w, ones({1}))});
     },
     "twin"},
    {"tensors_of_a_file",
     [](const TempDir& dir) {
       const std::vector<std::byte> bytes(4);
       const std::vector<io::TensorView> views = {{"twin", f32, {1}, bytes}, {"twin", f32, {1}, bytes}};
       io::write_safetensors((dir.path() / "t.safetensors").string(), views);
     },
     "twin"},
    {"columns", [](const TempDir& dir) { data::csv(dir.write("t.csv", "twin,twin,y\n1,2,0\n")); }, "twin"},
    {"features",
     [](const TempDir& dir) {
       data::csv(dir.write("t.csv", "twin,b,y\n1,2,0\n"), {.features = {"twin", "twin"}});
     },
     "twin"},
    {"a_feature_and_the_target",
     [](const TempDir& dir) {
       data::csv(dir.write("t.csv", "a,b,twin\n1,2,0\n"), {.features = {"a", "twin"}});
     },
     "twin"},
    {"classes_of_a_table",
     [](const TempDir& dir) {
       data::csv(dir.write("t.csv", "a,b,y\n1,2,0\n"), {.classes = {"twin", "0", "twin"}});
     },
     "twin"},
    {"classes_of_pictures",
     [](const TempDir& dir) {
       data::idx(dir.path() / "images", dir.path() / "labels", {"twin", "twin"});
     },
     "twin"},
};

class TwoOfOneName : public ::testing::TestWithParam<Row> {};

TEST_P(TwoOfOneName, AreRefused) {
  const TempDir dir;
  try {
    GetParam().attempt(dir);
    ADD_FAILURE() << "nothing was refused";
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find(GetParam().named), std::string::npos) << error.what();
  }
}

INSTANTIATE_TEST_SUITE_P(Names, TwoOfOneName, ::testing::ValuesIn(rows),
                         [](const auto& info) { return info.param.name; });

// Variables of one name that no module named are numbered, around names that look like numbered ones.
TEST(Names, OfOptimizerStateDiffer) {
  const Variable a(zeros({1}), "w"), b(zeros({2}), "w"), c(zeros({3}), "w#2"), d(zeros({4}), "w");
  const optim::Momentum momentum(0.1);
  momentum.step({a, b, c, d}, {ones({1}), ones({2}), ones({3}), ones({4})});
  std::vector<std::string> names;
  for (const auto& [name, variable] : momentum.state()) names.push_back(name);
  std::sort(names.begin(), names.end());
  EXPECT_EQ(std::adjacent_find(names.begin(), names.end()), names.end());
  EXPECT_EQ(names.size(), 2u + 4u);
}

}  // namespace
}  // namespace luge::train
