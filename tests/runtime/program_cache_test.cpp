// What compiled Programs take, by the cache's account and by the system's.
#include "runtime/program_cache.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

#include "luge/autodiff.h"
#include "luge/compile.h"
#include "luge/luge.h"
#include "support/sanitizer.h"

namespace luge {
namespace {

std::int64_t resident_bytes() {
  std::int64_t all = 0, resident = 0;
  std::ifstream("/proc/self/statm") >> all >> resident;
  return resident * sysconf(_SC_PAGESIZE);
}

struct Net {
  std::string name;
  std::function<Tensor(const Tensor&)> loss;
  Shape sample;
};

std::vector<Net> nets() {
  auto mlp = nn::sequential(nn::Linear(16), nn::Relu(), nn::Linear(4));
  mlp.build({8});
  auto conv = nn::sequential(nn::Conv2d(8, {.kernel = 3, .padding = nn::same}), nn::Relu(), nn::MaxPool2d(2),
                             nn::Flatten(), nn::Linear(4));
  conv.build({2, 8, 8});
  const auto train = [](auto net) {
    return [net](const Tensor& x) {
      const Tensor loss = mean(square(net(x)));
      Tensor total = loss;
      for (const Tensor& g : grad(loss, net.parameters())) total = total + sum(square(g));
      return total;
    };
  };
  return {{"mlp", train(mlp), {8}}, {"conv", train(conv), {2, 8, 8}}};
}

void call_with_batches(const Net& net, std::int64_t first, std::int64_t count) {
  for (std::int64_t rows = first; rows < first + count; ++rows)
    net.loss(ones(net.sample.inserted(0, rows))).item<float>();
}

TEST(ProgramCache, ItsAccountIsNotLessThanWhatBecomesResident) {
  for (const Net& net : nets()) {
    SCOPED_TRACE(net.name);
    const std::size_t limit = cache_limit();
    set_cache_limit(0);  // what other tests left goes, so that nothing has to go meanwhile
    set_cache_limit(limit);
    call_with_batches(net, 1, 20);
    const auto resident = resident_bytes();
    const auto accounted = static_cast<std::int64_t>(cached_bytes());
    call_with_batches(net, 21, 60);
    const auto grown = static_cast<std::int64_t>(cached_bytes()) - accounted;
    EXPECT_GT(grown, 60 * 20000);
    if (!testing::address_sanitizer()) {
      EXPECT_LE(resident_bytes() - resident, grown);  // which keeps freed memory aside
    }
  }
}

TEST(ProgramCache, EverNewBatchSizesFillNoMemory) {
  const std::size_t limit = cache_limit();
  set_cache_limit(std::size_t{4} << 20);
  for (const Net& net : nets()) {
    SCOPED_TRACE(net.name);
    call_with_batches(net, 200, 40);
    const auto resident = resident_bytes();
    call_with_batches(net, 240, 120);  // three times what the cache may hold and more
    EXPECT_LE(cached_bytes(), std::size_t{4} << 20);
    if (!testing::address_sanitizer()) {
      EXPECT_LE(resident_bytes() - resident, std::int64_t{8} << 20);
    }
  }
  set_cache_limit(limit);
}

}  // namespace
}  // namespace luge
