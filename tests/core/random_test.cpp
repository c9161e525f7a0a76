#include "luge/random.h"

#include <gtest/gtest.h>

#include "core/philox.h"

namespace luge {
namespace {

// Known answers of the Random123 distribution (kat_vectors, philox4x32-10).
TEST(Philox, KnownAnswers) {
  EXPECT_EQ(philox(0, 0, 0), (PhiloxBlock{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  EXPECT_EQ(philox(~0ull, ~0ull, ~0ull), (PhiloxBlock{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  EXPECT_EQ(philox(0x299f31d0a4093822, 0x0370734413198a2e, 0x85a308d3243f6a88),
            (PhiloxBlock{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

TEST(Philox, UniformStaysBelowOne) {
  EXPECT_EQ(uniform_f32(0), 0.0f);
  EXPECT_LT(uniform_f32(~0u), 1.0f);
  EXPECT_LT(uniform_f64(~0u, ~0u), 1.0);
  EXPECT_EQ(philox_f32(7, 3, 6), uniform_f32(philox(7, 3, 1)[2]));
}

TEST(Random, DrawsCountUpAndCanBeRepeated) {
  random::seed(42);
  EXPECT_EQ(random::next(), (random::State{42, 0}));
  EXPECT_EQ(random::next(), (random::State{42, 1}));
  const random::State kept = random::state();
  random::next();
  random::set_state(kept);
  EXPECT_EQ(random::next(), (random::State{42, 2}));
}

}  // namespace
}  // namespace luge
