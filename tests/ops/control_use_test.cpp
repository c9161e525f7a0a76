// Loops and branches where they are used: in networks that train and are saved, with another precision,
// within a memory limit, and in long runs.
#include <gtest/gtest.h>

#include <cmath>

#include "graph/node.h"
#include "graph/op_registry.h"
#include "luge/autodiff.h"
#include "luge/compile.h"
#include "luge/data/sources.h"
#include "luge/loss/loss.h"
#include "luge/nn/dropout.h"
#include "luge/nn/linear.h"
#include "luge/nn/load.h"
#include "luge/nn/module.h"
#include "luge/ops/activation.h"
#include "luge/ops/compare.h"
#include "luge/ops/control.h"
#include "luge/ops/convolution.h"
#include "luge/ops/linalg.h"
#include "luge/ops/math.h"
#include "luge/ops/random.h"
#include "luge/ops/reduce.h"
#include "luge/ops/shape.h"
#include "luge/optim/optimizers.h"
#include "luge/random.h"
#include "luge/train/trainer.h"
#include "support/errors.h"
#include "support/temp_dir.h"

namespace luge::testing {
namespace {

// h' = tanh(cell([x, h])) over axis 1 of f32 [N,T,2], with dropout on what goes in; the last h goes on.
struct Recurrent : nn::Module {
  nn::Linear cell = child("cell", nn::Linear(8)), head = child("head", nn::Linear(2));
  nn::Dropout dropout = child("dropout", nn::Dropout(0.1));

  Tensor forward(const Tensor& x) const override {
    const Tensor steps = transpose(x, 0, 1);
    const Tensor start = matmul(select(steps, 0, 0) * 0, zeros({2, 8}));
    const Scanned all = scan(
        [this](const Tensors& s, const Tensors& in) {
          return ScanTrip{{tanh(cell(concat({dropout(in[0]), s[0]}, 1)))}, {}};
        },
        {start}, {steps});
    return head(all.states[0]);
  }
};

// The sign of the sum of the first numbers is the class.
data::Dataset sums(std::int64_t count) {
  const Tensor x = random::normal({count, 6, 2});
  const Tensor y = cast(greater(sum(select(x, 2, 0), 1), 0), i64);
  return data::tensors(x, y);
}

train::Trainer trainer_of(const Recurrent& net) {
  return train::Trainer(net, loss::SoftmaxCrossEntropy(), optim::Adam(0.02),
                        {.metrics = {metrics::Accuracy()}});
}

TEST(ControlFlow, ALayerThatScansTrains) {
  random::seed(2);
  const Recurrent net;
  train::Trainer trainer = trainer_of(net);
  const data::Dataset data = sums(256);
  const train::History history = trainer.fit(data.shuffle().batch(32), {.epochs = 12});
  EXPECT_GT(history.series("accuracy").back(), 0.9);
  EXPECT_LT(history.series("loss").back(), 0.4 * history.series("loss").front());
}

TEST(ControlFlow, ANetworkThatScansIsSavedWithItsStepAndRunsWithoutItsCode) {
  random::seed(3);
  const TempDir dir;
  const Recurrent net;
  net.build({6, 2});
  net.save(dir.file("net"));
  const nn::Loaded loaded = nn::load(dir.file("net"));
  for (const std::int64_t batch : {1, 5}) {
    const Tensor x = random::normal({batch, 6, 2});
    EXPECT_EQ(loaded.predict(x).to_vector<float>(), net.predict(x).to_vector<float>()) << batch;
  }
}

TEST(ControlFlow, ACompiledFunctionNoticesTheModeOfALayerInAStep) {
  random::seed(8);
  Recurrent net;
  net.build({6, 2});
  auto f = compile([&net](Tensor x) { return net(x); });
  const Tensor x = random::normal({3, 6, 2});
  EXPECT_NE(f(x).to_vector<float>(), f(x).to_vector<float>());  // dropout
  net.set_training(false);
  EXPECT_EQ(f(x).to_vector<float>(), f(x).to_vector<float>());
  EXPECT_EQ(f.traces(), 2u);
}

struct OwnGradient : nn::Module {
  nn::Linear head = child("head", nn::Linear(2));
  Tensor forward(const Tensor& x) const override {
    const auto twice = [](const Tensors& s, const Tensors&) {
      return ScanTrip{
          custom_gradient([](const Tensors& in) { return Tensors{in[0] * 2}; },
                          [](const Tensors&, const Tensors&, const Tensors& g) { return g; }, {s[0]}),
          {}};
    };
    return head(scan(twice, {x}, {}, {.length = 3}).states[0]);
  }
};

TEST(ControlFlow, AStepWithAGradientOfItsOwnRunsAndIsNotSaved) {
  const TempDir dir;
  const OwnGradient net;
  net.build({4});
  expect_error<GraphError>([&] { net.save(dir.file("net")); }, {"cannot save 'scan'", "'custom_gradient'"});
  const Tensor x = ones({4}, f64);
  const Tensor y = scan(
                       [](const Tensors& s, const Tensors&) {
                         return ScanTrip{custom_gradient([](const Tensors& in) { return Tensors{in[0] * 2}; },
                                                         [](const Tensors&, const Tensors&,
                                                            const Tensors& g) { return Tensors{g[0] * 3}; },
                                                         {s[0]}),
                                         {}};
                       },
                       {x}, {}, {.length = 2})
                       .states[0];
  const Tensor slope = grad(sum(y), x);
  EXPECT_EQ(y.to_vector<double>(), std::vector<double>(4, 4));
  EXPECT_EQ(slope.to_vector<double>(), std::vector<double>(4, 9));
}

TEST(ControlFlow, AFunctionAsTextIsReadBackAndDamageIsFound) {
  const Tensor x = argument_leaf({f32, {unknown, 3}}, "x");
  const Tensor y = scan(
                       [&](const Tensors& s, const Tensors& in) {
                         return ScanTrip{{s[0] + in[0] * 0.5}, {s[0]}};
                       },
                       {zeros({3})}, {x})
                       .outputs[0];
  const OpRef op = y.node()->op;
  const OpEntry* entry = find_op(op->name());
  ASSERT_TRUE(entry);
  Fields fields = op->fields();
  EXPECT_TRUE(entry->create(fields)->equal(*op));
  const Types in = {Type{f32, {3}}, Type{f32, {7, 3}}};
  EXPECT_EQ(entry->create(fields)->infer(in)[1], (Type{f32, {7, 3}}));
  const std::string text = std::get<std::string>(fields[0].second);
  for (std::size_t at = 0; at < text.size(); ++at) {
    for (const std::string& damaged :
         {text.substr(0, at), text.substr(0, at) + "\x7f" + text.substr(at + 1)}) {
      fields[0].second = damaged;
      try {
        entry->create(fields)->infer(in);
      } catch (const Error&) {  // and nothing else
      }
    }
  }
}

TEST(ControlFlow, WithBfloat16TheProductsOfAStepAreNarrowAndItsStatesAreNot) {
  random::seed(4);
  const Tensor x = random::normal({5, 16, 64}), w = random::normal({64, 64}, 0, 0.1);
  const auto loss = [](const Tensor& xs, const Tensor& v) {
    return mean(square(scan(
                           [&](const Tensors& s, const Tensors& in) {
                             return ScanTrip{{tanh(matmul(s[0] + in[0], v))}, {}};
                           },
                           {zeros({16, 64})}, {xs})
                           .states[0]));
  };
  const auto run = [&] {
    auto f = compile([&](Tensor xs, Tensor v) {
      const Tensor value = loss(xs, v);
      return Tensors{value, grad(value, v)};
    });
    const Tensors result = f(x, w);
    EXPECT_EQ(result[1].dtype(), f32);
    return std::pair(result[0].item<float>(), result[1].to_vector<float>());
  };
  const auto [wide, wide_slope] = run();
  set_precision(Precision::bf16);
  const auto [narrow, narrow_slope] = run();
  set_precision(Precision::f32);
  EXPECT_NEAR(narrow, wide, 0.02 * std::abs(wide));
  double most = 0, error = 0;
  for (std::size_t i = 0; i < wide_slope.size(); ++i) {
    most = std::max<double>(most, std::abs(wide_slope[i]));
    error = std::max<double>(error, std::abs(wide_slope[i] - narrow_slope[i]));
  }
  EXPECT_LT(error, 0.05 * most);
}

// The step multiplies by a matrix that it computes from one outside; the first runs once.
TEST(ControlFlow, WhatDependsOnCapturedValuesAloneIsComputedOnce) {
  random::seed(5);
  auto f = compile([](Tensor x, Tensor w) {
    return scan(
               [&](const Tensors& s, const Tensors& in) {
                 return ScanTrip{{tanh(matmul(s[0], exp(w)) + in[0])}, {}};
               },
               {zeros({4, 8})}, {x})
        .states[0];
  });
  const Tensor x = random::normal({6, 4, 8}), w = random::normal({8, 8}, -2, 0.1);
  Tensor s = zeros({4, 8});
  for (int t = 0; t < 6; ++t) s = tanh(matmul(s, exp(w)) + select(x, 0, t));
  const auto got = f(x, w).to_vector<float>(), wanted = s.to_vector<float>();
  for (std::size_t i = 0; i < got.size(); ++i) EXPECT_NEAR(got[i], wanted[i], 1e-5);
  const std::string text = f.explain(x, w);
  EXPECT_NE(text.find("body: "), std::string::npos) << text;
  EXPECT_NE(text.find("kept while the Variables stay"), std::string::npos) << text;
}

// Kernels of convolutions want weights in layouts of their own, which are made before the first trip.
TEST(ControlFlow, CapturedWeightsComeInTheLayoutOfTheKernel) {
  random::seed(6);
  const Tensor x = random::normal({2, 16, 12, 12}), w = random::normal({16, 16, 3, 3}, 0, 0.08);
  const auto once = [](const Tensor& s, const Tensor& v) {
    return relu(conv2d(s, v, {}, {.padding = PaddingMode::same})) + s * 0.5;
  };
  auto scanned = compile([&](Tensor in, Tensor v) {
    const Tensor y = scan(
                         [&](const Tensors& s, const Tensors&) {
                           return ScanTrip{{once(s[0], v)}, {}};
                         },
                         {in}, {}, {.length = 4})
                         .states[0];
    return Tensors{y, grad(sum(square(y)), v)};
  });
  auto unrolled = compile([&](Tensor in, Tensor v) {
    Tensor y = in;
    for (int t = 0; t < 4; ++t) y = once(y, v);
    return Tensors{y, grad(sum(square(y)), v)};
  });
  const Tensors a = scanned(x, w), b = unrolled(x, w);
  for (std::size_t k = 0; k < 2; ++k) {
    const auto got = a[k].to_vector<float>(), wanted = b[k].to_vector<float>();
    float most = 0;
    for (const float each : wanted) most = std::max(most, std::abs(each));
    for (std::size_t i = 0; i < got.size(); ++i)
      ASSERT_NEAR(got[i], wanted[i], 1e-4f * most) << k << " " << i;
  }
}

auto last_of(std::int64_t units) {
  return compile([units](Tensor x) {
    return scan(
               [](const Tensors& s, const Tensors& in) {
                 return ScanTrip{{tanh(s[0] * 0.5 + in[0])}, {}};
               },
               {zeros({units})}, {x})
        .states[0];
  });
}

TEST(ControlFlow, MemoryDoesNotGrowWithTheTrips) {
  auto f = last_of(1000);
  const std::size_t few = f.plan(zeros({10, 1000})).arena_bytes;
  EXPECT_EQ(f.plan(zeros({10'000, 1000})).arena_bytes, few);
  EXPECT_GE(few, 2 * 4000u);  // the present state and the next one
  EXPECT_LT(few, 20'000u);
  EXPECT_TRUE(std::isfinite(sum(f(ones({10'000, 1000}))).item<float>()));
}

TEST(ControlFlow, ALimitOfMemoryCountsWhatALoopNeeds) {
  const Tensor x = ones({100, 10'000});
  set_memory_limit(5'000'000);
  auto f = last_of(10'000);
  EXPECT_TRUE(std::isfinite(sum(f(x)).item<float>()));
  auto g = compile([](Tensor in) {  // keeps the states before 100 trips
    const Tensor y = scan(
                         [](const Tensors& s, const Tensors& t) {
                           return ScanTrip{{tanh(s[0] + t[0])}, {}};
                         },
                         {zeros({10'000})}, {in})
                         .states[0];
    return grad(sum(y), in);
  });
  expect_error<MemoryError>([&] { g(x); }, {"5000000"});
  set_memory_limit(0);
  EXPECT_EQ(g(x).shape(), x.shape());
}

}  // namespace
}  // namespace luge::testing
