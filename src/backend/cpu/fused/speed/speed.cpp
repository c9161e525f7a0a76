#include <omp.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <optional>
#include <vector>

#include "backend/backend.h"
#include "backend/cpu/fused/jit/code.h"
#include "backend/cpu/fused/speed/samples.h"
#include "backend/cpu/fused/speed/streams.h"
#include "backend/tile_speed.h"

namespace luge::cpu::fused {
namespace {

using Clock = std::chrono::steady_clock;

template <class F>
double best_seconds(F&& run) {
  double best = 1e9;
  const auto start = Clock::now();
  for (int k = 0; k < 20000; ++k) {
    const auto before = Clock::now();
    run();
    const auto after = Clock::now();
    best = std::min(best, std::chrono::duration<double>(after - before).count());
    if (k > 10 && std::chrono::duration<double>(after - start).count() > 0.1) break;
  }
  return best;
}

// Arrays that begin at a line of the cache.
class Arrays {
 public:
  explicit Arrays(std::int64_t elements) : elements_(static_cast<std::size_t>(elements)) {
    memory_.reserve(32);
  }
  void* next() {
    std::vector<float>& array = memory_.emplace_back(elements_ + 32, 0.5f);
    const auto address = reinterpret_cast<std::uintptr_t>(array.data());
    return array.data() + (64 - address % 64) % 64 / sizeof(float);
  }

 private:
  std::size_t elements_;
  std::vector<std::vector<float>> memory_;
};

double limit_seconds(const Sample& c, std::int64_t elements, int threads) {
  Arrays arrays(elements);
  float *in[4], *out[3];
  for (int k = 0; k < c.reads; ++k) in[k] = static_cast<float*>(arrays.next());
  for (int k = 0; k < c.writes; ++k) out[k] = k < c.in_place ? in[k] : static_cast<float*>(arrays.next());
  const auto floats = static_cast<std::int64_t>(static_cast<double>(elements) * c.bytes / 4);
  return best_seconds([&] {
#pragma omp parallel num_threads(threads) if (threads > 1)
    {
      const std::int64_t thread = omp_get_thread_num(), of = omp_get_num_threads();
      const std::int64_t first = floats / 64 * thread / of * 64, last = floats / 64 * (thread + 1) / of * 64;
      const float* from[4];
      float* to[3];
      for (int k = 0; k < c.reads; ++k) from[k] = in[k] + first;
      for (int k = 0; k < c.writes; ++k) to[k] = out[k] + first;
      stream(from, c.reads, to, c.writes, static_cast<std::size_t>(last - first));
    }
  });
}

struct Timed {
  double seconds;
  std::string note;
};

Timed step_seconds(const Sample& c, std::int64_t elements, int threads) {
  const OpRef op = fused_op(c.program);
  Arrays arrays(elements);
  std::vector<Type> in, out;
  std::vector<void*> inputs, outputs;
  for (std::size_t k = 0; k < c.in.size(); ++k) {
    const auto& strides = c.program.operands[k];
    std::int64_t count = 1;
    for (std::size_t axis = 0; axis < strides.size(); ++axis) {
      if (strides[axis] != 0) count *= c.program.extents[axis];
    }
    in.push_back({c.in[k], Shape{count}});
    inputs.push_back(arrays.next());
  }
  for (std::size_t k = 0; k < c.program.outputs.size(); ++k) {
    out.push_back(c.program.outputs[k].type);
    outputs.push_back(static_cast<int>(k) < c.in_place ? inputs[k] : arrays.next());
  }
  const std::vector<LayoutId> layouts(in.size(), public_layout);
  const Offer offer = cpu_backend().candidates("fused").back()->offer(
      {*op, in, out, layouts, std::vector<bool>(out.size(), true), {}, Math::fast, threads});
  std::vector<std::byte> scratch(offer.scratch + 64);
  std::byte* aligned = scratch.data() + (64 - reinterpret_cast<std::uintptr_t>(scratch.data()) % 64) % 64;
  Status status;
  const double seconds = best_seconds([&] {
    offer.kernel->run({inputs.data(), outputs.data(), aligned, &status});
  });
  return {seconds, offer.note};
}

}  // namespace

}  // namespace luge::cpu::fused

namespace luge {

std::vector<TileSpeed> measure_tiles(std::int64_t elements, int threads, bool generated) {
  constexpr std::int64_t kColumns = 128;
  std::optional<cpu::fused::jit::Disabled> interpreted;
  if (!generated) interpreted.emplace();
  std::vector<TileSpeed> rows;
  for (const cpu::fused::Sample& sample : cpu::fused::samples(elements, kColumns)) {
    const cpu::fused::Timed timed = cpu::fused::step_seconds(sample, elements, threads);
    rows.push_back({sample.name, timed.note, elements, timed.seconds,
                    cpu::fused::limit_seconds(sample, elements, threads),
                    static_cast<double>(elements) * sample.bytes * (sample.reads + sample.writes)});
  }
  return rows;
}

}  // namespace luge
