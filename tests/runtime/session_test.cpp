// Graph first: placeholders, operations, sessions that own their values, and the saver.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "luge/autodiff.h"
#include "luge/graph.h"
#include "luge/luge.h"
#include "support/errors.h"

namespace luge {
namespace {

using testing::expect_error;

namespace fs = std::filesystem;

TEST(Session, FeedsAPlaceholderOfUnknownExtent) {
  const Tensor x = graph::placeholder(f32, {unknown, 2}, "x");
  const Tensor y = sum(x * 2, 1);
  EXPECT_EQ(y.shape(), Shape{unknown});
  graph::Session session;
  EXPECT_EQ(session.run(y, {{x, tensor({1.f, 2.f}, {1, 2})}}).to_vector<float>(), (std::vector<float>{6}));
  EXPECT_EQ(session.run(y, {{x, tensor({1.f, 2.f, 3.f, 4.f}, {2, 2})}}).to_vector<float>(),
            (std::vector<float>{6, 14}));
}

TEST(Session, EachOwnsItsValues) {
  Variable w(tensor({1.f}, {1}), "w");
  const auto increment = graph::assign(w, w + 1);
  graph::Session a, b;
  a.run(graph::initialize_all());
  b.run(graph::initialize_all());
  a.run(increment);
  a.run(increment);
  EXPECT_EQ(a.value(w).item<float>(), 3);
  EXPECT_EQ(b.value(w).item<float>(), 1);
  EXPECT_EQ(w.value().item<float>(), 1);
}

TEST(Session, FetchesSeveralBeforeTheUpdate) {
  Variable w(tensor({2.f}, {1}), "w");
  const Tensor loss = sum(square(w.value()));
  const auto step = graph::record([&] { w.assign(w - 0.25f * grad(loss, w)); });
  graph::Session session;
  session.run(graph::initialize_all());
  const Tensors fetched = session.run({loss, step, w, loss * 2});
  EXPECT_EQ(fetched[0].item<float>(), 4);
  EXPECT_FALSE(fetched[1].defined());
  EXPECT_EQ(fetched[2].item<float>(), 2);
  EXPECT_EQ(fetched[3].item<float>(), 8);
  EXPECT_EQ(session.value(w).item<float>(), 1);
}

TEST(Session, FailuresNameTheCulprit) {
  const Tensor x = graph::placeholder(f32, {unknown, 2}, "images");
  Variable w(tensor({1.f, 1.f}, {2}), "weights");
  const Tensor y = x * w;
  graph::Session session;
  const Tensor batch = tensor({1.f, 2.f}, {1, 2});
  expect_error<StateError>([&] { session.run(y, {{x, batch}}); }, {"'weights'", "initialize_all"});
  session.run(graph::initialize_all());
  expect_error<GraphError>([&] { session.run(y); }, {"'images'", "not fed"});
  expect_error<ShapeError>(
      [&] {
        session.run(y, {{x, tensor({1.f}, {1, 1})}});
      },
      {"'images'", "[N,2]", "[1,1]"});
  expect_error<DTypeError>(
      [&] {
        session.run(y, {{x, tensor({1, 2}, {1, 2})}});
      },
      {"'images'", "f32", "i32"});
  expect_error<DTypeError>([&] { graph::placeholder(f32, {2}, "a") + graph::placeholder(i32, {2}, "b"); },
                           {"f32", "i32"});
  expect_error<GraphError>([&] { y.to_vector<float>(); }, {"'images'"});
}

TEST(Session, ValuesThatDoNotMatchTheirVariableAreRefused) {
  Variable w(tensor({1.f, 2.f}, {2}), "w");
  const Tensor longer = tensor({1.f, 2.f, 3.f}, {3}), whole = tensor({1, 2}, {2});
  graph::Session session;
  session.run(graph::initialize_all());
  expect_error<ShapeError>([&] { session.set_value(w, longer); }, {"'w'", "[2]", "[3]"});
  expect_error<DTypeError>([&] { session.set_value(w, whole); }, {"'w'", "f32", "i32"});
  expect_error<StateError>([&] { session.set_value(Variable(), longer); }, {"Variable is empty"});
  expect_error<StateError>([&] { session.value(Variable()); }, {"Variable is empty"});
  expect_error<ShapeError>([&] { graph::assign(w, longer); }, {"'w'", "[2]", "[3]"});
  expect_error<ShapeError>([&] { graph::Operation({{w, longer}}); }, {"'w'", "[2]", "[3]"});
  expect_error<DTypeError>([&] { graph::Operation({{w, whole}}); }, {"'w'", "f32", "i32"});
  expect_error<StateError>([&] { graph::Operation({{Variable(), longer}}); }, {"Variable is empty"});
  EXPECT_EQ(session.value(w).to_vector<float>(), (std::vector<float>{1, 2}));
}

// Of an unknown shape it shows only at the run whether it matches.
TEST(Session, AFedShapeThatDoesNotMatchTheVariableIsRefused) {
  Variable w(tensor({1.f, 2.f}, {2}), "w");
  const Tensor x = graph::placeholder(f32, {unknown}, "x");
  const auto step = graph::assign(w, x * 2);
  graph::Session session;
  session.run(graph::initialize_all());
  for (const std::int64_t extent : {1, 3}) {
    expect_error<ShapeError>([&] { session.run(step, {{x, ones({extent})}}); }, {"'w'", "[2]"});
  }
  EXPECT_EQ(session.value(w).to_vector<float>(), (std::vector<float>{1, 2}));
  session.run(step, {{x, ones({2})}});
  EXPECT_EQ(session.value(w).to_vector<float>(), (std::vector<float>{2, 2}));
}

class SaverTest : public ::testing::Test {
 protected:
  void SetUp() override { fs::create_directories(folder_); }
  void TearDown() override { fs::remove_all(folder_); }
  fs::path folder_ = fs::temp_directory_path() / ("luge_saver_" + std::to_string(::getpid()));
};

TEST_F(SaverTest, KeepsTheNewestAndRestores) {
  Variable w(tensor({1.f, 2.f}, {2}), "saver/w");
  const auto doubling = graph::assign(w, w * 2);
  graph::Session session;
  session.run(graph::initialize_all());
  graph::Saver saver({.max_to_keep = 2, .variables = {w}});
  const std::string prefix = (folder_ / "model").string();
  for (int step : {9, 10, 11}) {
    session.run(doubling);
    saver.save(session, prefix, step);
  }
  EXPECT_FALSE(fs::exists(prefix + "-9.safetensors"));
  EXPECT_TRUE(fs::exists(prefix + "-10.safetensors"));
  EXPECT_EQ(graph::Saver::latest(prefix), fs::path(prefix + "-11.safetensors"));
  graph::Session fresh;
  saver.restore(fresh, graph::Saver::latest(prefix));
  EXPECT_EQ(fresh.value(w).to_vector<float>(), (std::vector<float>{8, 16}));
}

// A program that is started again counts its steps anew, beside files of larger steps.
TEST_F(SaverTest, TheNewestIsTheOneSavedLastWhateverItsStep) {
  Variable w(tensor({1.f, 2.f}, {2}), "saver/u");
  graph::Session session;
  session.run(graph::initialize_all());
  const std::string prefix = (folder_ / "model").string();
  for (int step : {100, 200, 300})
    graph::Saver({.max_to_keep = 3, .variables = {w}}).save(session, prefix, step);
  std::ofstream(prefix + "-7.safetensors") << "somebody else's";
  for (int step : {10, 20}) {
    graph::Saver({.max_to_keep = 3, .variables = {w}}).save(session, prefix, step);
    EXPECT_EQ(graph::Saver::latest(prefix), fs::path(prefix + "-" + std::to_string(step) + ".safetensors"));
  }
  for (int step : {10, 20, 300, 7})
    EXPECT_TRUE(fs::exists(prefix + "-" + std::to_string(step) + ".safetensors"));
  for (int step : {100, 200}) EXPECT_FALSE(fs::exists(prefix + "-" + std::to_string(step) + ".safetensors"));
  graph::Saver({.max_to_keep = 1, .variables = {w}}).save(session, prefix, 10);
  EXPECT_FALSE(fs::exists(prefix + "-20.safetensors"));
  EXPECT_EQ(graph::Saver::latest(prefix), fs::path(prefix + "-10.safetensors"));
}

TEST_F(SaverTest, RefusesWhatDoesNotFit) {
  Variable w(tensor({1.f, 2.f}, {2}), "saver/v");
  graph::Session session;
  session.run(graph::initialize_all());
  const auto path = graph::Saver({.variables = {w}}).save(session, (folder_ / "model").string(), 1);
  Variable missing(tensor({1.f}, {1}), "saver/missing");
  graph::Session fresh;
  expect_error<FormatError>(
      [&] {
        graph::Saver({.variables = {w, missing}}).restore(fresh, path);
      },
      {"'saver/missing' is missing"});
  EXPECT_FALSE(fresh.initialized(w));
}

}  // namespace
}  // namespace luge
