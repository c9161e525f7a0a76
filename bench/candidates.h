// How fast the candidates for an op are: what the micro-benchmarks of convolutions and products share.
#pragma once

#include <fmt/format.h>
#include <omp.h>
#include <time.h>
#include <oneapi/dnnl/dnnl.hpp>

#include <hwy/targets.h>
#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "backend/backend.h"

namespace luge::bench {

// With one thread processor time, which other work on the machine disturbs less.
inline double now(int threads) {
  if (threads > 1) {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
  }
  timespec time{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

template <class F>
double best_seconds(int threads, F&& run) {
  double best = 1e9;
  const double start = now(threads);
  for (int k = 0; k < 2000; ++k) {
    const double before = now(threads);
    run();
    const double after = now(threads);
    best = std::min(best, after - before);
    if (k > 2 && after - start > 0.08) break;
  }
  return best;
}

class Memory {
 public:
  explicit Memory(std::size_t bytes) : data_(std::aligned_alloc(64, (bytes + 127) / 64 * 64)) {
    static std::mt19937 engine(1);
    auto* values = static_cast<float*>(data_);
    for (std::size_t k = 0; k < bytes / 4; ++k) values[k] = static_cast<float>(engine() % 2001) * 1e-3f - 1;
  }
  Memory(const Memory&) = delete;
  Memory(Memory&& other) noexcept : data_(std::exchange(other.data_, nullptr)) {}
  ~Memory() { std::free(data_); }
  void* data() const { return data_; }

 private:
  void* data_;
};

inline double measure(const Offer& offer, const std::vector<Type>& in, const std::vector<Type>& out,
                      int threads) {
  std::vector<Memory> memory;
  memory.reserve(8);
  std::vector<void*> inputs, outputs;
  const auto add = [&](const Type& type, LayoutId layout, std::vector<void*>& to) {
    memory.emplace_back(cpu_backend().bytes(layout == any_layout ? public_layout : layout, type));
    to.push_back(memory.back().data());
  };
  const auto layout = [](const std::vector<LayoutId>& list, std::size_t k) {
    return k < list.size() ? list[k] : public_layout;
  };
  for (std::size_t k = 0; k < in.size(); ++k) add(in[k], layout(offer.in_layouts, k), inputs);
  for (std::size_t k = 0; k < out.size(); ++k) add(out[k], layout(offer.out_layouts, k), outputs);
  const Memory scratch(offer.scratch + 64);
  Status status;
  return best_seconds(threads, [&] {
    offer.kernel->run({inputs.data(), outputs.data(), scratch.data(), &status});
  });
}

/// Prints a line for each candidate that takes the op, but those with `left_out` in their names.
inline void print_candidates(const AnyOp& op, const std::vector<Type>& in, std::string_view label,
                             double flops, int threads, std::string_view left_out = "reference") {
  Types known;
  for (const Type& type : in) known.push_back(type);
  const Types inferred = op.infer(known);
  const std::vector<Type> out(inferred.begin(), inferred.end());
  const std::vector<LayoutId> layouts(in.size(), any_layout);
  for (const Kernel* kernel : cpu_backend().candidates(op.name())) {
    if (kernel->name().find("reference") != std::string_view::npos) continue;
    if (kernel->name().find(left_out) != std::string_view::npos) continue;
    const Offer offer =
        kernel->offer({op, in, out, layouts, std::vector<bool>(out.size(), true), {}, Math::fast, threads});
    if (!offer.accepted()) continue;
    const double seconds = measure(offer, in, out, threads);
    fmt::print("  {:<8} {:<44} {:>8.1f} GFLOP/s {:>9.3f} ms  expected {:>8.3f}  {}\n", label, kernel->name(),
               flops / seconds * 1e-9, seconds * 1e3, offer.cost * 1e3, offer.note);
  }
  std::fflush(stdout);
}

/// What the arguments of a benchmark say; "isa=avx2" leaves AVX-512 aside.
struct Arguments {
  int threads = 2;
  std::string part;  // of the names of the cases
  Arguments(int count, char** arguments) {
    for (int k = 1; k < count; ++k) {
      const std::string argument = arguments[k];
      if (argument.starts_with("threads=")) {
        threads = std::atoi(argument.c_str() + 8);
      } else if (argument == "isa=avx2") {
        dnnl::set_max_cpu_isa(dnnl::cpu_isa::avx2);
        hwy::DisableTargets(HWY_AVX3 | HWY_AVX3_DL);
      } else {
        part = argument;
      }
    }
    omp_set_num_threads(threads);
  }
};

}  // namespace luge::bench
