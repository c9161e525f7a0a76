#include <gtest/gtest.h>

#include <cmath>

#include "luge/luge.h"
#include "optim/plain_rules.h"

namespace luge {
namespace {

// The optimizer is gone after the line that makes the operation; what the operation reads of it must not be.
TEST(Minimize, TakesAStepEachTimeASessionRunsIt) {
  const Tensor x = graph::placeholder(f32, {unknown}, "x");
  Variable w(tensor({2.f}, {1}), "w"), fixed(tensor({5.f}, {1}), "fixed", {.trainable = false});
  const auto step = optim::GradientDescent(0.1).minimize(mean(square(w * x - fixed)));

  graph::Session session, other;
  session.run(graph::initialize_all());
  other.run(graph::initialize_all());
  float expected = 2;
  for (int i = 0; i < 3; ++i) {
    session.run(step, {{x, tensor({1.f, 3.f}, {2})}});
    expected -= 0.1f * ((expected * 1 - 5) * 1 + (expected * 3 - 5) * 3);
    EXPECT_NEAR(session.value(w).item<float>(), expected, 1e-5f);
  }
  EXPECT_EQ(session.value(fixed).item<float>(), 5);
  EXPECT_EQ(other.value(w).item<float>(), 2);
  EXPECT_EQ(w.value().item<float>(), 2);
}

TEST(Minimize, AdamKeepsItsStateInTheSession) {
  Variable w(tensor({3.f}, {1}), "w");
  const auto step = optim::Adam(0.5).minimize(sum(square(w.value())));
  graph::Session session;
  session.run(graph::initialize_all());
  session.run(step);
  EXPECT_NEAR(session.value(w).item<float>(), 2.5, 1e-4);  // the first step of Adam is the rate itself
  testing::PlainWeight plain{3};
  testing::plain_adam()(plain, 2 * plain.w, 0.5);
  for (int i = 0; i < 60; ++i) {
    session.run(step);
    testing::plain_adam()(plain, 2 * plain.w, 0.5);
  }
  EXPECT_NEAR(session.value(w).item<float>(), plain.w, 1e-4);
  EXPECT_LT(std::abs(plain.w), 0.2);
}

}  // namespace
}  // namespace luge
