// A second device: its buffers, the fallback to the processor, and training on it.
#include <gtest/gtest.h>

#include <cstring>
#include <functional>
#include <random>
#include <sstream>

#include "backend/devices.h"
#include "graph/node.h"
#include "luge/luge.h"
#include "support/errors.h"
#include "support/test_device.h"

namespace luge::testing {
namespace {

using Bytes = std::vector<std::byte>;

Bytes bytes_of(const Tensor& tensor) {
  const auto bytes = tensor.bytes();
  return {bytes.begin(), bytes.end()};
}

// Where the value of a tensor is; it has one.
std::string device_of(const Tensor& tensor) {
  const BufferRef& value = tensor.node()->outputs[static_cast<std::size_t>(tensor.output())].value;
  return value->memory().device().to_string();
}

int lines_with(const std::string& text, const std::vector<std::string>& parts) {
  std::istringstream lines(text);
  int found = 0;
  for (std::string line; std::getline(lines, line);) {
    bool all = true;
    for (const std::string& part : parts) all &= line.find(part) != std::string::npos;
    found += all;
  }
  return found;
}

std::pair<Tensor, Tensor> batch(unsigned seed) {
  std::mt19937 random(seed);
  std::vector<float> pixels(8 * 28 * 28);
  for (float& pixel : pixels) pixel = static_cast<float>(random() % 1000) / 1000;
  std::vector<std::int64_t> classes(8);
  for (std::int64_t& c : classes) c = static_cast<std::int64_t>(random() % 10);
  return {tensor(pixels, {8, 1, 28, 28}), tensor(classes, {8})};
}

/// LeNet-5 with Adam, from the same start each time.
class LeNet {
 public:
  LeNet() {
    net_.build({1, 28, 28});
    const auto step = [net = net_, adam = adam_](const Tensor& x, const Tensor& y) mutable {
      const Tensor loss = mean(softmax_cross_entropy(net(x), y));
      adam.step(net.parameters(), grad(loss, net.parameters()));
      return loss;
    };
    eager = step;
  }
  std::function<Tensor(Tensor, Tensor)> eager;

  std::vector<Bytes> values() const {
    std::vector<Bytes> all;
    for (const Variable& variable : variables()) all.push_back(bytes_of(variable.value()));
    return all;
  }
  Variables variables() const {
    Variables all = net_.parameters();
    for (const auto& [name, variable] : adam_.state()) all.push_back(variable);
    return all;
  }

 private:
  nn::Sequential net_ =
      nn::sequential(nn::Conv2d(6, {.kernel = 5, .padding = nn::same}), nn::Relu(), nn::MaxPool2d(2),
                     nn::Conv2d(16, {.kernel = 5}), nn::Relu(), nn::MaxPool2d(2), nn::Flatten(),
                     nn::Linear(120), nn::Relu(), nn::Linear(84), nn::Relu(), nn::Linear(10));
  optim::Adam adam_{1e-3};
};

struct Trained {
  std::vector<float> losses;
  std::vector<Bytes> values;
  bool operator==(const Trained&) const = default;
};

Trained train(bool compiled, const std::function<void(int)>& before_step = {}) {
  random::seed(5);
  LeNet lenet;
  const auto fast = compile([&](Tensor x, Tensor y) { return lenet.eager(x, y); });
  Trained result;
  for (int k = 0; k < 4; ++k) {
    if (before_step) before_step(k);
    const auto [x, y] = batch(static_cast<unsigned>(k));
    const Tensor loss = compiled ? fast(x, y) : lenet.eager(x, y);
    result.losses.push_back(loss.item<float>());
  }
  result.values = lenet.values();
  return result;
}

TEST(Device, TheHostCannotTouchItsMemory) {
  const Buffer here(1000), there(1000, public_layout, test_device().memory());
  EXPECT_TRUE(host_can_read(here.data()));
  EXPECT_FALSE(host_can_read(there.data()));
  EXPECT_EQ(there.memory().device(), test_device().device());
}

TEST(Device, CopiesOfABufferHaveItsBytes) {
  const auto here = std::make_shared<Buffer>(300);
  for (std::size_t i = 0; i < 300; ++i) here->data()[i] = static_cast<std::byte>(i * 7);
  const DeviceCounts before = counts();
  const BufferRef there = copied_to(test_device().memory(), *here);
  const BufferRef again = copied_to(test_device().memory(), *there);
  const BufferRef back = copied_to(host_memory(), *again);
  EXPECT_FALSE(host_can_read(again->data()));
  EXPECT_EQ(std::memcmp(back->data(), here->data(), 300), 0);
  EXPECT_EQ(counts().from_host - before.from_host, 1u);
  EXPECT_EQ(counts().within - before.within, 1u);
  EXPECT_EQ(counts().to_host - before.to_host, 1u);
}

TEST(Device, IsChosenByName) {
  EXPECT_EQ(device(), Device{});
  const Device added = test_device().device();
  const std::vector<Device> known = devices();
  EXPECT_EQ(known.front(), Device{});
  EXPECT_EQ(std::count(known.begin(), known.end(), added), 1);
  {
    const OnTestDevice scope;
    EXPECT_EQ(device(), added);
  }
  EXPECT_EQ(device(), Device{});
  expect_error<ValueError>([] { set_device({"test", 3}); }, {"test:3", "cpu"});
  EXPECT_EQ(device(), Device{});
  EXPECT_THROW(register_backend(test_device()), StateError);
}

TEST(Device, LeNetTrainsToTheBytesOfTheProcessor) {
  for (const bool compiled : {true, false}) {
    const Trained expected = train(compiled);
    const OnTestDevice scope;
    const DeviceCounts before = counts();
    const Trained given = train(compiled);
    EXPECT_GE(counts().kernels - before.kernels, 8u) << "two kernels in each of four steps";
    EXPECT_EQ(given.losses, expected.losses);
    EXPECT_TRUE(given.values == expected.values);
    EXPECT_NE(given.losses[0], given.losses[3]);
  }
}

TEST(Device, ATrainingMayChangeItsDevice) {
  const Trained expected = train(true);
  const OnTestDevice scope;
  const Trained given =
      train(true, [](int step) { set_device(step % 2 ? Device{} : test_device().device()); });
  EXPECT_TRUE(given == expected);
}

TEST(Device, CopiesOnlyWhatItsProgramShows) {
  const OnTestDevice scope;
  LeNet lenet;
  const auto step = compile([&](Tensor x, Tensor y) { return lenet.eager(x, y); });
  const auto [first_x, first_y] = batch(1);
  step(first_x, first_y);
  for (const Variable& variable : lenet.variables()) {  // those that the step assigns, in the first step
    EXPECT_EQ(device_of(variable.value()), variable.name() == "learning_rate" ? "cpu" : "test")
        << variable.name();
  }
  const std::string program = step.explain(first_x, first_y);
  const int up = lines_with(program, {" copy [host -> test]"}),
            down = lines_with(program, {" copy [test -> host]"});
  EXPECT_GT(up, 0) << program;
  EXPECT_GT(down, 0) << program;
  for (unsigned k = 2; k < 4; ++k) {
    const auto [x, y] = batch(k);
    const DeviceCounts before = counts();
    const Tensor loss = step(x, y);
    EXPECT_EQ(counts().from_host - before.from_host, static_cast<std::uint64_t>(up) + 2) << "x and y, once";
    EXPECT_EQ(counts().to_host - before.to_host, static_cast<std::uint64_t>(down));
    EXPECT_EQ(device_of(loss), "test");
    loss.item<float>();
    loss.item<float>();
    EXPECT_EQ(counts().to_host - before.to_host, static_cast<std::uint64_t>(down) + 1) << "the loss, once";
  }
  // The update runs on the device: of the largest matrix only the gradient comes from the host, and neither
  // the parameter nor what Adam keeps for it.
  EXPECT_EQ(lines_with(program, {" fused_parts [device loops"}), 1) << program;
  EXPECT_EQ(lines_with(program, {" copy [host -> test]", "f32[120,400]"}), 1) << program;
}

TEST(Device, WhatIsNotWrittenIsCopiedOnce) {
  const OnTestDevice scope;
  const Variable w(tensor({1.f, 2.f, 3.f}, {3}), "w");
  const auto apply = compile([&](Tensor x) { return x * w.value(); });
  const auto run = [&](float factor) {
    const DeviceCounts before = counts();
    EXPECT_EQ(apply(tensor({factor, factor, factor}, {3})).to_vector<float>(),
              (std::vector<float>{factor, 2 * factor, 3 * factor}));
    return counts().from_host - before.from_host;
  };
  EXPECT_EQ(run(2), 2u);  // x and w
  EXPECT_EQ(run(3), 1u);  // x
}

TEST(Device, PrepackedValuesStayOnIt) {
  random::seed(4);
  const auto net = nn::sequential(nn::Conv2d(8, {.kernel = 3, .bias = false}), nn::BatchNorm(), nn::Relu());
  const Tensor x = batch(3).first, other = batch(4).first;
  net(x).to_vector<float>();  // moves the running statistics
  net.set_training(false);
  const auto infer = compile([&](Tensor in) { return net(in); });
  const Bytes expected = bytes_of(infer(x)), expected_other = bytes_of(infer(other));
  const OnTestDevice scope;
  EXPECT_NE(infer.explain(x).find("kept while the Variables stay"), std::string::npos);
  EXPECT_TRUE(bytes_of(infer(x)) == expected);
  const DeviceCounts before = counts();
  EXPECT_TRUE(bytes_of(infer(other)) == expected_other);
  const std::string program = infer.explain(x);
  const std::string each_call = program.substr(0, program.find("kept while the Variables stay"));
  EXPECT_EQ(counts().from_host - before.from_host,
            static_cast<std::uint64_t>(lines_with(each_call, {" copy [host -> test]"})) + 1)
      << "the image; the weights came before\n"
      << program;
}

TEST(Device, EachHasProgramsOfItsOwn) {
  test_device();
  const auto apply = compile([](Tensor x) { return x + x; });
  const Tensor x = tensor({1.f, 2.f}, {2});
  const std::uint64_t before = compilations();
  for (int round = 0; round < 3; ++round) {
    EXPECT_EQ(apply(x).to_vector<float>(), (std::vector<float>{2, 4}));
    EXPECT_EQ((x * x).to_vector<float>(), (std::vector<float>{1, 4}));
    const OnTestDevice scope;
    EXPECT_EQ(apply(x).to_vector<float>(), (std::vector<float>{2, 4}));
    EXPECT_EQ((x * x).to_vector<float>(), (std::vector<float>{1, 4}));
  }
  EXPECT_EQ(compilations() - before, 4u);
  EXPECT_EQ(apply.traces(), 2u);
}

TEST(Device, RunsKernelsOnItsStreamAndFallbacksOnTheHost) {
  const OnTestDevice scope;
  const auto apply = compile([](Tensor x) { return exp(x) + x * x; });
  const Tensor x = tensor({0.f, 1.f}, {2});
  const std::string program = apply.explain(x);
  const DeviceCounts before = counts();
  const std::vector<float> result = apply(x).to_vector<float>();
  EXPECT_EQ(result[0], 1);
  const DeviceCounts after = counts();
  const std::uint64_t in_program = static_cast<std::uint64_t>(lines_with(program, {"[host -> test]"}) +
                                                              lines_with(program, {"[test -> host]"}));
  EXPECT_EQ(after.streams - before.streams, in_program + (after.kernels - before.kernels));
  EXPECT_GT(lines_with(program, {"[on the host: "}), 0) << program;
  EXPECT_EQ(lines_with(program, {"steps run on the host"}), 1) << program;
}

TEST(Device, AStepThatFailsLeavesItsVariables) {
  const OnTestDevice scope;
  Variable w(tensor({1.f, 2.f, 3.f}, {3}), "w");
  const auto step = compile([&](Tensor index) {
    const Tensor taken = take(w.value(), index);
    w.assign(w + sum(taken));
    return taken;
  });
  step(tensor(std::vector<std::int64_t>{0, 2}, {2}));
  const std::vector<float> before = w.value().to_vector<float>();
  EXPECT_EQ(before, (std::vector<float>{5, 6, 7}));
  expect_error<IndexError>([&] { step(tensor(std::vector<std::int64_t>{0, 9}, {2})); }, {"9"});
  EXPECT_EQ(w.value().to_vector<float>(), before);
  step(tensor(std::vector<std::int64_t>{1, 1}, {2}));
  EXPECT_EQ(w.value().to_vector<float>(), (std::vector<float>{17, 18, 19}));
}

TEST(Device, ANumberMayBecomeAVariable) {
  const OnTestDevice scope;
  Variable rate(scalar(0.5), "rate");
  const auto step = compile([&](Tensor x) {
    rate.assign(rate * 2);
    return x * rate;
  });
  EXPECT_EQ(step(tensor({3.f}, {1})).item<float>(), 3);
  EXPECT_EQ(step(tensor({3.f}, {1})).item<float>(), 6);
  rate.assign(scalar(4));
  EXPECT_EQ(step(scalar(1)).item<float>(), 8);
  EXPECT_EQ(rate.value().item<float>(), 8);
}

TEST(Device, ASessionRunsOnIt) {
  const OnTestDevice scope;
  Variable w(tensor({1.f, 2.f}, {2}), "w");
  const Tensor x = graph::placeholder(f32, {unknown, 2}, "x");
  const auto add = graph::assign(w, w + sum(x, 0));
  graph::Session session;
  session.run(graph::initialize_all());
  session.run(add, {{x, tensor({1.f, 1.f, 2.f, 2.f}, {2, 2})}});
  session.run(add, {{x, tensor({1.f, 1.f}, {1, 2})}});
  EXPECT_EQ(session.value(w).to_vector<float>(), (std::vector<float>{5, 6}));
  set_device({});
  EXPECT_EQ(session.run(x * w, {{x, tensor({1.f, 2.f}, {1, 2})}}).to_vector<float>(),
            (std::vector<float>{5, 12}));
}

TEST(Device, RandomNumbersAreThoseOfTheProcessor) {
  random::seed(9);
  const std::vector<float> expected = random::uniform({40}).to_vector<float>();
  const OnTestDevice scope;
  random::seed(9);
  EXPECT_EQ(random::uniform({40}).to_vector<float>(), expected);
}

// The functions run on the host, with what the step around them copies there and back.
TEST(Device, LoopsAndBranchesRunOnTheHost) {
  const auto loss_and_slope = [](const Tensor& x, const Tensor& w) {
    const Scanned all = scan(
        [&](const Tensors& s, const Tensors& in) {
          const Tensor next = cond(
              greater(sum(in[0]), 0), [&](const Tensors& of) { return Tensors{tanh(of[0] * w)}; },
              [](const Tensors& of) { return Tensors{of[0] * 0.5}; }, {s[0] + in[0]})[0];
          return ScanTrip{{next}, {next}};
        },
        {exp(x[0]) * 0}, {exp(x) - 1});
    const Tensor loss = sum(square(all.outputs[0] * 2));
    return Tensors{loss, grad(loss, w)};
  };
  const Tensor x = tensor(std::vector<float>{1, -2, 0.5, 3, -1, -1, 0.25, 0.75}, {4, 2});
  const Tensor w = tensor(std::vector<float>{0.5, 1.5}, {2});
  auto here = compile(loss_and_slope);
  const Tensors wanted = here(x, w);
  test_device();
  const OnTestDevice on;
  auto there = compile(loss_and_slope);
  const Tensors got = there(x, w);
  for (std::size_t k = 0; k < wanted.size(); ++k) {
    const auto a = got[k].to_vector<float>(), b = wanted[k].to_vector<float>();
    for (std::size_t i = 0; i < a.size(); ++i) EXPECT_NEAR(a[i], b[i], 1e-4 * std::abs(b[i]));
  }
  EXPECT_GE(lines_with(there.explain(x, w), {"scan [on the host: "}), 2) << there.explain(x, w);
}

}  // namespace
}  // namespace luge::testing
