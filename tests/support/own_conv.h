// What the tests of our own forward convolutions share: every way of fusing post-ops, the same bytes from any
// number of threads, values that are not finite, and both instruction sets.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <utility>
#include <vector>

#include "backend/cpu/layout.h"
#include "support/conv_problem.h"
#include "support/each_instruction_set.h"

namespace luge::testing {

inline void expect_near(const KernelCase& c, const Kernel& kernel, double bound) {
  const KernelTrial trial(c);
  KernelCase taken = c;
  for (const int threads : {1, 2, 3}) {
    taken.threads = threads;
    const Offer offer = taken.offer(kernel);
    ASSERT_TRUE(offer.accepted()) << offer.refusal;
    EXPECT_GT(offer.cost, 0);
    EXPECT_LE(trial.error(offer), bound) << offer.note;
  }
}

/// The forward convolution alone, with a bias, and with every step that can follow.
inline void expect_post_ops(const ConvProblem& p, const Kernel& kernel, double bound) {
  const Type bias{f32, {p.w[0]}}, sum{f32, p.y()}, number{f32, {}};
  const auto with = [&](std::vector<Type> more, std::vector<PostOp> post) {
    KernelCase c = p.forward();
    c.in.insert(c.in.end(), more.begin(), more.end());
    c.post = std::move(post);
    expect_near(c, kernel, bound);
  };
  with({}, {});
  with({bias}, {});
  with({bias}, {{Instruction::relu}});
  with({}, {{Instruction::relu, -1, 0.1}});
  with({sum}, {{Instruction::add, 2}});
  with({bias, sum}, {{Instruction::add, 3}, {Instruction::relu}});
  with({bias, number}, {{Instruction::relu}, {Instruction::minimum, 3}});
  with({number}, {{Instruction::minimum, 2}});
  with({bias, sum, {f32, {1, 1, 1, 1}}},
       {{Instruction::add, 3}, {Instruction::relu, -1, 0.25}, {Instruction::minimum, 4}});
}

/// One run on values of the test's own.
class OwnConvRun {
 public:
  OwnConvRun(KernelCase c, const Kernel& kernel) : case_(std::move(c)), offer_(case_.offer(kernel)) {
    for (std::size_t k = 0; k < case_.in.size(); ++k) {
      const Type& type = case_.in[k];
      inputs_.emplace_back(cpu_backend().bytes(offer_.in_layouts[k], type), 0);
      for (std::int64_t e = 0; e < type.shape.elements(); ++e)
        at(k, e) = static_cast<float>((e * 37 + static_cast<std::int64_t>(k) * 11) % 64) / 64 - 0.5f;
    }
  }
  const Offer& offer() const { return offer_; }

  /// Element `index` of input k in the order of the public layout.
  float& at(std::size_t k, std::int64_t index) {
    return static_cast<float*>(inputs_[k].data())[offset(offer_.in_layouts[k], case_.in[k], index)];
  }

  /// The result in its layout, padding included.
  std::vector<float> run() const {
    const Memory y(cpu_backend().bytes(offer_.out_layouts[0], out()));
    const Memory scratch(offer_.scratch);
    std::vector<void*> in;
    for (const Memory& memory : inputs_) in.push_back(memory.data());
    void* outputs[] = {y.data()};
    Status status;
    offer_.kernel->run({in.data(), outputs, scratch.data(), &status});
    EXPECT_TRUE(y.kept() && scratch.kept());
    const auto* from = static_cast<const float*>(y.data());
    return {from, from + y.bytes() / 4};
  }
  float result(const std::vector<float>& y, std::int64_t index) const {
    return y[static_cast<std::size_t>(offset(offer_.out_layouts[0], out(), index))];
  }
  Type out() const { return case_.out()[0]; }
  std::int64_t padded() const { return cpu::blocking_of(offer_.out_layouts[0], out()).padded_elements(); }

 private:
  static std::int64_t offset(LayoutId layout, const Type& type, std::int64_t index) {
    if (layout == public_layout) return index;
    std::vector<std::int64_t> position(static_cast<std::size_t>(type.shape.rank()));
    for (int axis = type.shape.rank(); axis-- > 0; index /= type.shape[axis])
      position[static_cast<std::size_t>(axis)] = index % type.shape[axis];
    return cpu::blocking_of(layout, type).offset(position.data());
  }

  KernelCase case_;
  Offer offer_;
  std::vector<Memory> inputs_;
};

/// `p` has work for several threads.
inline void expect_same_bytes(const ConvProblem& p, const Kernel& kernel) {
  KernelCase c = p.forward();
  std::vector<float> expected;
  for (const int threads : {1, 2, 3, 5, 8}) {
    c.threads = threads;
    const OwnConvRun one(c, kernel);
    EXPECT_EQ(one.offer().note.find("one thread") == std::string::npos, threads > 1);
    const std::vector<float> y = one.run();
    if (expected.empty()) expected = y;
    EXPECT_EQ(std::memcmp(y.data(), expected.data(), y.size() * 4), 0) << threads << " threads";
  }
}

/// Values that are not finite reach what they belong to and nothing else. `p` has one image and blocks that
/// are not full; the first result meets the first point of the first channel, the last of a filter does not.
inline void expect_not_finite_passes(const ConvProblem& p, const Kernel& kernel) {
  constexpr float nan = std::numeric_limits<float>::quiet_NaN(),
                  infinity = std::numeric_limits<float>::infinity();
  KernelCase c = p.forward();
  c.in.push_back({f32, {}});
  c.post = {{Instruction::relu}, {Instruction::minimum, 2}};
  OwnConvRun one(c, kernel);
  one.at(2, 0) = 0.25f;
  const std::int64_t points = one.out().shape[2] * one.out().shape[3];
  const std::vector<float> plain = one.run();
  const auto others_same = [&](const std::vector<float>& y) {
    for (std::int64_t k = points - 1; k < one.out().shape.elements(); k += points)
      EXPECT_EQ(one.result(y, k), one.result(plain, k));
  };
  one.at(0, 0) = nan;
  std::vector<float> y = one.run();
  EXPECT_TRUE(std::isnan(one.result(y, 0)));
  others_same(y);
  for (const float sign : {1.0f, -1.0f}) {
    one.at(0, 0) = sign * infinity;
    for (std::int64_t w = 0; w < c.in[1].shape.elements(); ++w) one.at(1, w) = 0.5f;
    y = one.run();
    EXPECT_EQ(one.result(y, 0), sign > 0 ? 0.25f : 0);
  }
  one.at(0, 0) = 1;
  one.at(2, 0) = nan;
  y = one.run();
  for (std::int64_t k = 0; k < one.out().shape.elements(); ++k)
    EXPECT_TRUE(std::isnan(one.result(y, k))) << k;
  // Below zero, a limit must leave the padding alone; so must a NaN.
  for (const float limit : {nan, -1.0f}) {
    one.at(2, 0) = limit;
    y = one.run();
    EXPECT_EQ(std::count(y.begin(), y.end(), 0.0f), one.padded() - one.out().shape.elements()) << limit;
  }
}

}  // namespace luge::testing
