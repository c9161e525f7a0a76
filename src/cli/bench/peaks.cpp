#include "cli/bench/peaks.h"

#include <vector>

#include "cli/bench/measure.h"
#include "core/threads.h"
#include "luge/compile.h"
#include "luge/experiment/settings.h"
#include "luge/ops/linalg.h"
#include "luge/ops/nn.h"
#include "luge/ops/random.h"

namespace luge::cli::bench {
namespace {

constexpr std::int64_t side = 1024, depth = 4;

// Products of products, so that what is measured is the kernel and not the way in or out.
double matmul_speed(double seconds) {
  const Tensor a = random::normal({side, side}, 0, 0.03), b = random::normal({side, side}, 0, 0.03);
  const auto chain = compile([](const Tensor& x, const Tensor& w) {
    Tensor y = x;
    for (std::int64_t k = 0; k < depth; ++k) y = matmul(y, w);
    return y;
  });
  eval({a, b});
  const double time = measure([&] { chain(a, b); }, seconds, 5).median;
  return 2e-9 * static_cast<double>(depth * side * side * side) / time;
}

double conv_speed(double seconds, Math math) {
  experiment::Settings settings = experiment::present_settings();
  settings.math = math;
  const experiment::Scope scope(settings);
  constexpr std::int64_t batch = 64, channels = 128, extent = 16;
  const Tensor image = random::normal({batch, channels, extent, extent}, 0, 1);
  const Tensor weights = random::normal({channels, channels, 3, 3}, 0, 0.03);
  const auto chain = compile([](const Tensor& x, const Tensor& w) {
    Tensor y = x;
    for (std::int64_t k = 0; k < depth; ++k) y = conv2d(y, w, {}, {.padding = 1});
    return y;
  });
  eval({image, weights});
  const double time = measure([&] { chain(image, weights); }, seconds, 5).median;
  return 2e-9 * static_cast<double>(depth * batch * extent * extent * channels * channels * 9) / time;
}

double bandwidth(double seconds) {
  std::vector<float> numbers(std::size_t{64} << 20, 1.0F);
  float* data = numbers.data();
  const auto count = static_cast<std::int64_t>(numbers.size());
  const double time = measure(
                          [&] {
#pragma omp parallel for num_threads(thread_count()) schedule(static)
                            for (std::int64_t i = 0; i < count; ++i) data[i] *= 0.999F;
                          },
                          seconds, 5)
                          .median;
  return 2e-9 * static_cast<double>(numbers.size() * sizeof(float)) / time;
}

}  // namespace

Peaks peaks(double seconds) {
  Peaks found;
  found.matmul_gflops = matmul_speed(seconds);
  found.conv_direct_gflops = conv_speed(seconds, Math::strict);
  found.conv_winograd_gflops = conv_speed(seconds, Math::fast);
  found.bandwidth_gbs = bandwidth(seconds);
  return found;
}

}  // namespace luge::cli::bench
