// Assignments within a scope hold together or not at all, also where scopes nest and steps write in place.
#include "luge/all_or_nothing.h"

#include <gtest/gtest.h>

#include "luge/ops/math.h"
#include "runtime/eval.h"

namespace luge {
namespace {

using Values = std::vector<float>;

Values value_of(const Variable& variable) { return variable.value().to_vector<float>(); }

TEST(AllOrNothing, WhatIsNotKeptIsTakenBack) {
  Variable a(zeros({2}), "a"), b(ones({2}), "b");
  {
    AllOrNothing assigned;
    a.assign(a + 1);
    a.assign(a * 5);
    b.assign(a + b);
    EXPECT_EQ(value_of(b), (Values{6, 6}));
  }
  EXPECT_EQ(value_of(a), (Values{0, 0}));
  EXPECT_EQ(value_of(b), (Values{1, 1}));
  {
    AllOrNothing assigned;
    a.assign(a + 1);
    assigned.keep();
  }
  EXPECT_EQ(value_of(a), (Values{1, 1}));
}

TEST(AllOrNothing, TheOuterScopeDecides) {
  Variable a(zeros({2}), "a"), b(zeros({2}), "b");
  {
    AllOrNothing outer;
    a.assign(a + 1);
    {
      AllOrNothing inner;
      a.assign(a + 10);
      b.assign(b + 10);
    }
    EXPECT_EQ(value_of(a), (Values{1, 1}));
    EXPECT_EQ(value_of(b), (Values{0, 0}));
    {
      AllOrNothing inner;
      b.assign(b + 3);
      inner.keep();
    }
    EXPECT_EQ(value_of(b), (Values{3, 3}));
  }
  EXPECT_EQ(value_of(a), (Values{0, 0}));
  EXPECT_EQ(value_of(b), (Values{0, 0}));
}

// A step overwrites what nobody holds. A scope around it holds what it may have to put back.
TEST(AllOrNothing, AStepWithinAScopeDoesNotOverwrite) {
  Variable w(full({4}, 2.0), "w");
  EXPECT_EQ(value_of(w), (Values{2, 2, 2, 2}));
  {
    AllOrNothing outer;
    for (int step = 0; step < 3; ++step) {
      const std::pair<Variable, Tensor> updates[] = {{w, w * 3}};
      assign_and_evaluate(updates);
    }
    EXPECT_EQ(value_of(w), (Values{54, 54, 54, 54}));
  }
  EXPECT_EQ(value_of(w), (Values{2, 2, 2, 2}));
}

}  // namespace
}  // namespace luge
