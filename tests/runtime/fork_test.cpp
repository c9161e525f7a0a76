// A process that has computed may fork: the child computes on, on one thread.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmath>

#include "core/threads.h"
#include "luge/compile.h"
#include "luge/luge.h"

namespace luge {
namespace {

TEST(Fork, TheChildComputesAsItsParentDoes) {
  const Tensor a = random::normal({256, 256}), b = random::normal({256, 256});
  auto product = compile([](const Tensor& x, const Tensor& y) { return tanh(matmul(x, y)); });
  const auto expected = product(a, b).to_vector<float>();
  const auto eager = (matmul(a, b) + 1).to_vector<float>();
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    ::alarm(300);  // a child that waits for threads it does not have ends by this signal
    bool right = thread_count() == 1;
    const auto near = [](const std::vector<float>& x, const std::vector<float>& y) {
      for (std::size_t i = 0; i < x.size(); ++i) {
        if (std::abs(x[i] - y[i]) > 1e-3f) return false;
      }
      return x.size() == y.size();
    };
    right &= near(product(a, b).to_vector<float>(), expected);
    right &= near((matmul(a, b) + 1).to_vector<float>(), eager);
    set_thread_count(2);
    right &= near(product(b, a).to_vector<float>(), product(b, a).to_vector<float>());
    ::_exit(right ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << status;
  EXPECT_EQ(product(a, b).to_vector<float>(), expected) << "the parent is as it was";
}

TEST(Threads, ACompiledFunctionFollowsTheNumberOfThreads) {
  const int before = thread_count();
  auto twice = compile([](const Tensor& x) { return x * 2; });
  const Tensor x = ones({4});
  twice(x);
  set_thread_count(before == 1 ? processors() : 1);
  const std::uint64_t before_call = compilations();
  twice(x);
  EXPECT_EQ(compilations(), before_call + (processors() == 1 ? 0 : 1));
  set_thread_count(before);
}

}  // namespace
}  // namespace luge
