// Summaries and graphs in the manner of TensorFlow 1.
#include "luge/io/summary.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "luge/error.h"
#include "luge/name_scope.h"
#include "luge/nn/activation.h"
#include "luge/nn/linear.h"
#include "luge/nn/residual.h"
#include "luge/nn/sequential.h"
#include "luge/ops/activation.h"
#include "luge/ops/linalg.h"
#include "luge/ops/math.h"
#include "luge/ops/reduce.h"
#include "luge/ops/shape.h"
#include "luge/optim/optimizers.h"
#include "support/errors.h"
#include "support/temp_dir.h"

namespace luge {
namespace {

using testing::expect_error;
using testing::TempDir;

std::map<std::string, io::GraphNode> by_name(const std::vector<io::GraphNode>& nodes) {
  std::map<std::string, io::GraphNode> all;
  for (const io::GraphNode& node : nodes) all.emplace(node.name, node);
  return all;
}

struct TwoLayers {
  Variable w1, w2;
  Tensor x, loss;
  graph::Operation step;
};

TwoLayers two_layers() {
  TwoLayers made;
  made.x = graph::placeholder(f32, {unknown, 3}, "x");
  Tensor hidden;
  {
    const graph::NameScope scope("hidden");
    made.w1 = Variable(full({3, 4}, 0.5), "w");
    hidden = relu(matmul(made.x, made.w1));
  }
  {
    const graph::NameScope scope("output");
    made.w2 = Variable(full({4, 1}, 0.25), "w");
    const graph::NameScope inner("cost");
    EXPECT_EQ(graph::name_scope(), "output/cost");
    made.loss = mean(square(matmul(hidden, made.w2)));
  }
  EXPECT_EQ(graph::name_scope(), "");
  made.step = optim::GradientDescent(0.1).minimize(made.loss);
  return made;
}

TEST(GraphNodes, AreNamedByTheirScopes) {
  const TwoLayers net = two_layers();
  const auto nodes = by_name(io::graph_of({net.loss}));
  ASSERT_TRUE(nodes.contains("hidden/matmul"));
  EXPECT_EQ(nodes.at("hidden/matmul").inputs, (std::vector<std::string>{"x", "hidden/w"}));
  EXPECT_EQ(nodes.at("hidden/matmul").shape, Shape({unknown, 4}));
  EXPECT_EQ(nodes.at("hidden/w").op, "variable");
  EXPECT_TRUE(nodes.contains("output/w"));
  EXPECT_EQ(nodes.at("x").op, "placeholder");
  const auto trained = by_name(io::graph_of({net.loss, net.step}));
  EXPECT_GT(trained.size(), nodes.size());
  EXPECT_TRUE(trained.contains("training/assign/w"));
  for (const auto& [name, node] : trained) {
    const std::string scope = name.substr(0, name.find('/'));
    EXPECT_TRUE(nodes.contains(name) || scope == "training") << name;
  }
}

TEST(GraphNodes, OfANetworkAreNamedByItsLayers) {
  const auto net = nn::sequential(nn::Linear(4), nn::Relu(), nn::sequential(nn::Linear(2), nn::Relu()));
  const auto list = io::graph_of(net, {zeros({1, 3})});
  const auto nodes = by_name(list);
  EXPECT_EQ(nodes.size(), list.size()) << "names are different";
  std::vector<std::string> scopes;
  for (const auto& [name, node] : nodes) {
    if (name.find('/') != name.npos) scopes.push_back(name.substr(0, name.rfind('/')));
    for (const std::string& input : node.inputs) EXPECT_TRUE(nodes.contains(input)) << input;
  }
  for (const auto& parameter : net.named_parameters()) {
    std::string path = parameter.name;
    std::replace(path.begin(), path.end(), '.', '/');
    ASSERT_TRUE(nodes.contains(path)) << path;
    EXPECT_TRUE(std::count(scopes.begin(), scopes.end(), path.substr(0, path.rfind('/'))));
  }
  EXPECT_EQ(nodes.at("input").shape, Shape({unknown, 3}));
}

TEST(Summary, OfASessionAreLogged) {
  summary::reset();
  const TempDir folder;
  const TwoLayers net = two_layers();
  summary::scalar("loss", net.loss);
  {
    const graph::NameScope scope("hidden");
    summary::histogram("x", net.x);  // its number of rows is known when it runs
  }
  summary::image("picture", reshape(net.x, {-1, 3, 1, 1}), 1);
  const Tensor merged = summary::merge_all();
  graph::Session session;
  session.run(graph::initialize_all());
  summary::FileWriter writer(folder.path(), {net.loss});
  for (std::int64_t step = 1; step <= 2; ++step) {
    writer.add_summary(session.run(merged, {{net.x, full({step, 3}, 0.5)}}), step);
    session.run(net.step, {{net.x, full({step, 3}, 0.5)}});
  }
  writer.flush();
  std::map<std::string, std::vector<io::LoggedValue>> found;
  std::size_t graphs = 0;
  for (const io::Event& event : io::read_events(folder.path())) {
    graphs += !event.graph.empty();
    for (const io::LoggedValue& value : event.values) found[value.tag].push_back(value);
  }
  EXPECT_EQ(graphs, 1u);
  ASSERT_EQ(found["loss"].size(), 2u);
  EXPECT_FLOAT_EQ(static_cast<float>(std::get<double>(found["loss"][0].value)), 0.75f * 0.75f);
  EXPECT_LT(std::get<double>(found["loss"][1].value), 0.5);
  ASSERT_EQ(found["hidden/x"].size(), 2u);
  EXPECT_EQ(std::get<io::Histogram>(found["hidden/x"][1].value).count, 6);
  EXPECT_EQ(std::get<io::LoggedImage>(found["picture/0"][0].value).channels, 3);
  EXPECT_FALSE(found.contains("picture/1"));
  summary::reset();
  expect_error<StateError>([] { summary::merge_all(); }, {"no summaries"});
}

TEST(Summary, RefusesWhatIsNone) {
  const TempDir folder;
  summary::FileWriter writer(folder.path());
  expect_error<ValueError>(
      [&] {
        writer.add_summary(tensor({1.0f, 2.0f}, {2}), 1);
      },
      {"f32[2]", "not a summary"});
  expect_error<ValueError>([&] { writer.add_summary(tensor({1.0, 2.0}, {2}), 1); }, {"not a summary"});
  expect_error<ShapeError>([] { summary::scalar("a", zeros({2})); }, {"'a'", "one number"});
  expect_error<ShapeError>(
      [] {
        summary::image("a", zeros({2, 5, 1, 1}));
      },
      {"'a'", "[N,1|3|4,height,width]"});
  expect_error<ValueError>([] { summary::image("a", zeros({2, 3, 1, 1}), 0); }, {"max_outputs"});
  expect_error<ValueError>([] { summary::merge({}); }, {"no summaries"});
  for (const std::string name : {"", "/a", "a/", "a b", "ä"})
    expect_error<ValueError>([&] { graph::NameScope scope(name); }, {"'" + name + "'", "letters"});
  EXPECT_EQ(graph::name_scope(), "");
}

}  // namespace
}  // namespace luge
