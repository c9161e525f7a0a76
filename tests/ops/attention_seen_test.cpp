// What a row of attention does not see never reaches it, whatever stands there: NaN and infinities walk
// through q, k, v and the output's gradient, and each output and gradient is finite exactly where sums over
// what is seen are, computed here one pair at a time.
#include <gtest/gtest.h>

#include <cmath>

#include "hwy/highway.h"
#include "luge/autodiff.h"
#include "luge/compile.h"
#include "luge/ops/compare.h"
#include "luge/ops/math.h"
#include "luge/ops/random.h"
#include "luge/ops/reduce.h"
#include "luge/ops/sequence.h"
#include "luge/ops/shape.h"
#include "luge/random.h"
#include "luge/variable.h"

namespace luge {
namespace {

using Values = std::vector<double>;

/// One head: q [rows,depth], k [columns,depth], v [columns,depth], and the gradient of the output.
struct Head {
  std::int64_t rows, columns, depth;
  std::vector<bool> seen;  // [rows,columns]
  Values q, k, v, g;

  Shape row_shape() const { return {1, 1, rows, depth}; }
  Shape column_shape() const { return {1, 1, columns, depth}; }
  bool sees(std::int64_t i, std::int64_t j) const { return seen[static_cast<std::size_t>(i * columns + j)]; }
};

struct Results {
  Values y, dq, dk, dv;
};

double dot(const double* a, const double* b, std::int64_t count) {
  double sum = 0;
  for (std::int64_t c = 0; c < count; ++c) sum += a[c] * b[c];
  return sum;
}

// Row after row, over the pairs that it sees and no others.
Results expected_of(const Head& h) {
  const std::int64_t d = h.depth;
  const double scale = 1 / std::sqrt(static_cast<double>(d));
  Results r{Values(h.q.size()), Values(h.q.size()), Values(h.k.size()), Values(h.v.size())};
  for (std::int64_t i = 0; i < h.rows; ++i) {
    const double *q = &h.q[static_cast<std::size_t>(i * d)], *g = &h.g[static_cast<std::size_t>(i * d)];
    double *y = &r.y[static_cast<std::size_t>(i * d)], *dq = &r.dq[static_cast<std::size_t>(i * d)];
    std::vector<std::size_t> columns;
    Values weights;
    double largest = -INFINITY, total = 0;
    for (std::int64_t j = 0; j < h.columns; ++j) {
      if (!h.sees(i, j)) continue;
      columns.push_back(static_cast<std::size_t>(j * d));
      weights.push_back(scale * dot(q, &h.k[columns.back()], d));
      if (!(weights.back() <= largest)) largest = std::isnan(largest) ? largest : weights.back();
    }
    for (double& w : weights) total += w = std::exp(w - largest);
    for (std::size_t n = 0; n < columns.size(); ++n) {
      weights[n] /= total;
      for (std::int64_t c = 0; c < d; ++c) y[c] += weights[n] * h.v[columns[n] + static_cast<std::size_t>(c)];
    }
    const double middle = dot(g, y, d);
    for (std::size_t n = 0; n < columns.size(); ++n) {
      const double slope = weights[n] * (dot(g, &h.v[columns[n]], d) - middle) * scale;
      for (std::int64_t c = 0; c < d; ++c) {
        const std::size_t at = columns[n] + static_cast<std::size_t>(c);
        dq[c] += slope * h.k[at];
        r.dk[at] += slope * q[c];
        r.dv[at] += weights[n] * g[c];
      }
    }
  }
  return r;
}

using Build = std::function<Tensor(const Tensor& q, const Tensor& k, const Tensor& v)>;

using Step = CompiledFunction<Tensors, Tensor, Tensor, Tensor, Tensor>;

/// Output and gradients of a way to compute attention, compiled once for all values: the gradients together,
/// as the fused kernel gives them, or each alone.
class Slopes {
 public:
  Slopes(const Build& build, DType dtype, bool together) : dtype_(dtype) {
    const auto step_for = [&](std::vector<std::size_t> wanted) {
      return compile([=](const Tensor& q, const Tensor& k, const Tensor& v, const Tensor& g) {
        const Tensors in = {q, k, v};
        Tensors targets, all = {build(q, k, v)};
        for (const std::size_t each : wanted) targets.push_back(in[each]);
        for (const Tensor& each : grad(all[0], targets, {.seed = g})) all.push_back(each);
        return all;
      });
    };
    if (together) steps_ = {step_for({0, 1, 2})};
    if (!together) steps_ = {step_for({0}), step_for({1}), step_for({2})};
  }

  Results operator()(const Head& h) const {
    const auto given = [&](const Values& values, const Shape& shape) {
      return cast(tensor(values, shape), dtype_);
    };
    const Tensor q = given(h.q, h.row_shape()), k = given(h.k, h.column_shape()),
                 v = given(h.v, h.column_shape()), g = given(h.g, h.row_shape());
    std::vector<Values> all;
    for (const Step& step : steps_) {
      const Tensors got = step(q, k, v, g);
      for (std::size_t n = all.empty() ? 0 : 1; n < got.size(); ++n)
        all.push_back(got[n].to_vector<double>());
    }
    return {all[0], all[1], all[2], all[3]};
  }

 private:
  DType dtype_;
  std::vector<Step> steps_;
};

void expect_alike(const Values& got, const Values& right, double tolerance, const char* what) {
  ASSERT_EQ(got.size(), right.size());
  for (std::size_t k = 0; k < got.size(); ++k) {
    if (std::isfinite(right[k])) {
      ASSERT_NEAR(got[k], right[k], tolerance * (1 + std::abs(right[k]))) << what << " [" << k << "]";
    } else {
      ASSERT_FALSE(std::isfinite(got[k])) << what << " [" << k << "] is " << got[k];
    }
  }
}

double tolerance_of(DType dtype) { return dtype == f64 ? 1e-12 : dtype == f32 ? 1e-4 : 0.05; }

Head head_of(std::int64_t rows, std::int64_t columns, std::int64_t depth,
             const std::function<bool(std::int64_t, std::int64_t)>& seen) {
  Head h{rows, columns, depth, {}, {}, {}, {}, {}};
  for (std::int64_t i = 0; i < rows; ++i) {
    for (std::int64_t j = 0; j < columns; ++j) h.seen.push_back(seen(i, j));
  }
  random::seed(8);
  const auto numbers = [](const Shape& shape) {
    return cast(cast(random::uniform(shape, -1, 1), bf16), f64).to_vector<double>();  // exact in every dtype
  };
  h.q = numbers(h.row_shape()), h.k = numbers(h.column_shape());
  h.v = numbers(h.column_shape()), h.g = numbers(h.row_shape());
  return h;
}

// Every `step`th position of every operand holds each of the values in turn.
void walk(Head h, const Slopes& slopes, double tolerance, std::size_t step) {
  const auto check = [&](const char* where, std::size_t at, double value) {
    const Results got = slopes(h), right = expected_of(h);
    const std::string what = ::testing::PrintToString(value) + " in " + where + " at " + std::to_string(at);
    expect_alike(got.y, right.y, tolerance, (what + ": y").c_str());
    expect_alike(got.dq, right.dq, tolerance, (what + ": dq").c_str());
    expect_alike(got.dk, right.dk, tolerance, (what + ": dk").c_str());
    expect_alike(got.dv, right.dv, tolerance, (what + ": dv").c_str());
  };
  check("nothing", 0, 0);
  for (const auto& [name, values] : {std::pair{"q", &h.q}, {"k", &h.k}, {"v", &h.v}, {"g", &h.g}}) {
    for (std::size_t at = 0; at < values->size() && !::testing::Test::HasFatalFailure(); at += step) {
      for (const double value : {double{NAN}, double{INFINITY}, -double{INFINITY}}) {
        const double before = std::exchange((*values)[at], value);
        check(name, at, value);
        (*values)[at] = before;
      }
    }
  }
}

struct Seen {
  const char* name;
  std::int64_t rows, columns;
  bool causal;
  std::function<bool(std::int64_t, std::int64_t)> mask;  // or empty
  std::size_t step;
};

std::vector<Seen> kinds() {
  const auto some = [](std::int64_t i, std::int64_t j) { return (i * 7 + j * 5) % 3 != 0 && i != 4; };
  const auto padding = [](std::int64_t, std::int64_t j) { return j < 5; };
  return {{"all", 5, 6, false, {}, 1},
          {"causal", 19, 19, true, {}, 1},
          {"causal, more columns", 5, 21, true, {}, 4},
          {"causal, blocks", 70, 70, true, {}, 31},
          {"mask", 7, 9, false, some, 1},
          {"padding", 6, 8, false, padding, 1},
          {"causal and mask", 8, 8, true, some, 1}};
}

/// A dtype, and an instruction set to hold the kernels to (0: the best). Programs are known by their shapes,
/// so each has a depth of its own.
struct Way {
  DType dtype;
  std::int64_t target, depth;
};
std::vector<Way> ways() {
  std::vector<Way> all = {{f32, 0, 3}, {f64, 0, 3}, {bf16, 0, 3}};
  if (hwy::SupportedTargets() & HWY_AVX2) all.push_back({f32, HWY_AVX2, 17});
  return all;
}

class AttentionSeen : public ::testing::TestWithParam<Way> {
 protected:
  void SetUp() override {
    if (GetParam().target) hwy::SetSupportedTargetsForTest(GetParam().target);
  }
  void TearDown() override { hwy::SetSupportedTargetsForTest(0); }
};

TEST_P(AttentionSeen, NothingElseReachesARow) {
  for (const Seen& kind : kinds()) {
    SCOPED_TRACE(kind.name);
    const auto [dtype, target, depth] = GetParam();
    const Head h = head_of(kind.rows, kind.columns, depth, [&](std::int64_t i, std::int64_t j) {
      return (!kind.causal || j <= i) && (!kind.mask || kind.mask(i, j));
    });
    Tensor mask;
    if (kind.mask) {
      std::vector<bool> all;
      for (std::int64_t i = 0; i < kind.rows; ++i) {
        for (std::int64_t j = 0; j < kind.columns; ++j) all.push_back(kind.mask(i, j));
      }
      mask = tensor<bool>(all, {kind.rows, kind.columns});
      eval({mask});
    }
    const Build build = [=, causal = kind.causal](const Tensor& q, const Tensor& k, const Tensor& v) {
      return attention(q, k, v, {.causal = causal}, mask);
    };
    for (const bool together : {true, false}) {  // the fused kernel gives all gradients together
      const std::size_t step = (together ? kind.step : 11) * (depth > 3 ? 7 : 1);
      walk(h, Slopes(build, dtype, together), tolerance_of(dtype), step);
      if (HasFatalFailure()) return;
    }
  }
}

// A mask that is the same for all rows, or all columns, is repeated by nobody.
TEST_P(AttentionSeen, MasksAreBroadcast) {
  for (const bool of_columns : {true, false}) {
    const auto seen = [=](std::int64_t i, std::int64_t j) { return (of_columns ? j : i) % 3 != 1; };
    std::vector<bool> once;
    for (std::int64_t k = 0; k < 6; ++k) once.push_back(k % 3 != 1);
    const Tensor mask = tensor<bool>(once, of_columns ? Shape{1, 1, 1, 6} : Shape{6, 1});
    eval({mask});
    const Build build = [=](const Tensor& q, const Tensor& k, const Tensor& v) {
      return attention(q, k, v, {}, mask);
    };
    const auto [dtype, target, depth] = GetParam();
    walk(head_of(6, 6, depth, seen), Slopes(build, dtype, true), tolerance_of(dtype), 2);
  }
}

// Packed projections of several heads and samples: the rows of one are nothing to the others.
TEST_P(AttentionSeen, HeadsAndSamplesStandApart) {
  const auto [dtype, target, depth] = GetParam();
  random::seed(2);
  constexpr std::int64_t samples = 2, steps = 18, heads = 2;
  const std::int64_t width = 3 * heads * depth;
  const Tensor clean = random::uniform({samples, steps, width}, -1, 1, dtype);
  eval({clean});
  const auto slopes = compile([=](const Tensor& x) {
    const Tensor y = self_attention(x, heads, {.causal = true});
    return Tensors{y, grad(sum(square(y)), x)};
  });
  const auto before = slopes(clean);
  const Values y_before = before[0].to_vector<double>(), x_before = before[1].to_vector<double>();
  for (std::int64_t at = 0; at < steps; at += 5) {
    Values values = clean.to_vector<double>();
    // The query of head 1 of sample 1.
    values[static_cast<std::size_t>((steps + at) * width + depth)] = NAN;
    const auto got = slopes(cast(tensor(values, {samples, steps, width}), dtype));
    const Values y = got[0].to_vector<double>(), x = got[1].to_vector<double>();
    for (std::int64_t n = 0; n < samples; ++n) {
      for (std::int64_t t = 0; t < steps; ++t) {
        for (std::int64_t c = 0; c < width; ++c) {
          const std::int64_t head = c / depth % heads, part = c / depth / heads;
          const bool own = n == 1 && head == 1;
          const auto place = static_cast<std::size_t>((n * steps + t) * width + c);
          EXPECT_EQ(std::isnan(x[place]), own && (part == 0 ? t == at : t <= at))
              << n << " " << t << " " << c;
          if (!std::isnan(x[place])) {
            EXPECT_EQ(x[place], x_before[place]) << n << " " << t << " " << c;
          }
          if (part > 0) continue;
          const auto row = static_cast<std::size_t>((n * steps + t) * heads * depth + c);
          EXPECT_EQ(std::isnan(y[row]), own && t == at);
          if (!std::isnan(y[row])) {
            EXPECT_EQ(y[row], y_before[row]);
          }
        }
      }
    }
  }
}

// What no row sees does not reach a second derivative either.
TEST_P(AttentionSeen, NothingHiddenReachesASecondDerivative) {
  const auto [dtype, target, depth] = GetParam();
  random::seed(6);
  const Shape shape{1, 2, 5, depth};
  const Tensor q = random::uniform(shape, -1, 1, dtype), k = random::uniform(shape, -1, 1, dtype),
               v = random::uniform(shape, -1, 1, dtype), weight = random::uniform(shape, -1, 1, dtype);
  const Tensor mask = tensor<bool>({true, true, false, true, true}, {5}),
               hidden = unsqueeze(logical_not(mask), -1);
  eval({q, k, v, weight, mask, hidden});
  const auto slopes = [&](double bad) {
    const Tensor spoilt_k = where(hidden, bad, k), spoilt_v = where(hidden, bad, v);
    Variable a(q, "q"), b(spoilt_k, "k"), c(spoilt_v, "v");
    const Tensors first = grad(sum(attention(a, b, c, {}, mask) * weight), {a, b, c});
    const Tensors second =
        grad(sum(square(first[0])) + sum(square(first[1])) + sum(first[2] * weight), {a, b, c});
    eval(second);
    std::vector<Values> all;
    for (const Tensor& each : second) all.push_back(each.to_vector<double>());
    return all;
  };
  const auto right = slopes(0);
  for (const double bad : {double{NAN}, double{INFINITY}}) {
    const auto got = slopes(bad);
    for (std::size_t n = 0; n < 3; ++n)
      expect_alike(got[n], right[n], tolerance_of(dtype), "second derivative");
  }
}

INSTANTIATE_TEST_SUITE_P(Ways, AttentionSeen, ::testing::ValuesIn(ways()), [](const auto& info) {
  return std::string(name(info.param.dtype)) + (info.param.target ? "_avx2" : "");
});

}  // namespace
}  // namespace luge
