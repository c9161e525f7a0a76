// Ever new batch sizes fill no memory, whichever way a network is called: by what is resident.
#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <functional>

#include "luge/autodiff.h"
#include "luge/compile.h"
#include "luge/data/batches.h"
#include "luge/data/sources.h"
#include "luge/luge.h"
#include "luge/train/trainer.h"
#include "runtime/program_cache.h"
#include "support/sanitizer.h"

namespace luge {
namespace {

constexpr std::int64_t kMiB = std::int64_t{1} << 20;

std::int64_t resident_bytes() {
  std::int64_t all = 0, resident = 0;
  std::ifstream("/proc/self/statm") >> all >> resident;
  return resident * sysconf(_SC_PAGESIZE);
}

nn::Model small_net() {
  auto net = nn::sequential(nn::Conv2d(8, {.kernel = 3, .padding = nn::same}), nn::Relu(), nn::MaxPool2d(2),
                            nn::Flatten(), nn::Linear(4));
  net.build({2, 8, 8});
  return net;
}

Tensor batch_of(std::int64_t rows) { return full({rows, 2, 8, 8}, 0.5, f32); }

Tensors gradients(const nn::Model& net, const Tensor& loss) {
  Variables parameters = net->parameters();
  return grad(loss, parameters);
}

// One call with so many rows.
using Call = std::function<void(std::int64_t rows)>;

struct Way {
  std::string name;
  std::function<Call()> make;
};

std::vector<Way> ways() {
  const auto trainer = [] {
    return std::make_shared<train::Trainer>(small_net(), loss::named("mse"), optim::Adam(1e-3));
  };
  return {{"compiled_function",
           [] {
             const auto net = small_net();
             const auto f = compile([net](const Tensor& x) { return net(x); });
             return [f](std::int64_t rows) { f(batch_of(rows)).to_vector<float>(); };
           }},
          {"compiled_step",
           [] {
             const auto net = small_net();
             const optim::Adam optimizer(1e-3);
             const auto step = compile([net, optimizer](const Tensor& x) {
               const Tensor loss = mean(square(net(x)));
               optimizer.step(net->named_parameters(), gradients(net, loss));
               return loss;
             });
             return [step](std::int64_t rows) { step(batch_of(rows)).item<float>(); };
           }},
          {"predict",
           [trainer] {
             return [t = trainer()](std::int64_t rows) { t->predict(batch_of(rows)).to_vector<float>(); };
           }},
          {"evaluate",
           [trainer] {
             return [t = trainer()](std::int64_t rows) {
               t->evaluate(data::tensors(batch_of(rows), zeros({rows, 4})).batch(rows));
             };
           }},
          {"eager",
           [] { return [net = small_net()](std::int64_t rows) { net(batch_of(rows)).to_vector<float>(); }; }},
          {"eager_gradients", [] {
             return [net = small_net()](std::int64_t rows) {
               const Tensor loss = mean(square(net(batch_of(rows))));
               eval(gradients(net, loss));
             };
           }}};
}

class Bounded : public ::testing::TestWithParam<Way> {
 protected:
  ~Bounded() override { set_cache_limit(limit_); }
  std::size_t limit_ = cache_limit();
};

// What became resident while `count` different batches were computed, each `apart` rows larger.
std::int64_t growth(const Call& call, std::int64_t count, std::int64_t apart) {
  const std::int64_t before = resident_bytes();
  for (std::int64_t k = 0; k < count; ++k) call(1 + k * apart);
  return resident_bytes() - before;
}

TEST_P(Bounded, ManySizesStayWithinTheLimit) {
  if (testing::address_sanitizer()) GTEST_SKIP() << "freed memory is kept aside";
  set_cache_limit(16 * kMiB);
  EXPECT_LE(growth(GetParam().make(), 300, 7), 56 * kMiB);
  EXPECT_LE(cached_bytes(), static_cast<std::size_t>(16 * kMiB));
}

class SlowBounded : public Bounded {};

TEST_P(SlowBounded, TwoThousandSizesStayWithinTheUsualLimit) {
  if (testing::address_sanitizer()) GTEST_SKIP() << "freed memory is kept aside";
  EXPECT_LE(growth(GetParam().make(), 2000, 1), 200 * kMiB);
}

const auto by_name = [](const auto& info) { return info.param.name; };
INSTANTIATE_TEST_SUITE_P(Memory, Bounded, ::testing::ValuesIn(ways()), by_name);
INSTANTIATE_TEST_SUITE_P(SlowMemory, SlowBounded, ::testing::ValuesIn(ways()), by_name);

// A function that alternates between Programs which do not fit together makes them again and is right.
TEST(BoundedPrograms, AProgramThatWasLetGoIsMadeAgain) {
  const std::size_t limit = cache_limit();
  set_cache_limit(1);
  const auto twice = compile([](const Tensor& x) { return x * 2; });
  for (int round = 0; round < 3; ++round) {
    for (const std::int64_t rows : {2, 3, 5})
      EXPECT_EQ(twice(full({rows}, 1.5, f32)).to_vector<float>(),
                std::vector<float>(static_cast<std::size_t>(rows), 3));
  }
  // What ran last needs no making.
  const std::uint64_t before = twice.traces();
  const Tensor x = full({5}, 1.5, f32);
  eval({x});
  twice(x);
  twice(x);
  EXPECT_EQ(twice.traces(), before);
  set_cache_limit(limit);
}

}  // namespace
}  // namespace luge
