// How fast each candidate for a convolution is, in all three directions: the best of many runs, in GFLOP/s of
// the direct algorithm's arithmetic, beside what the cost model expected and what the compiler would pick.
// Arguments, all optional: part of a case's name; "threads=N"; "isa=avx2" to leave AVX-512 aside.
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
#include <vector>

#include "backend/backend.h"
#include "graph/op_registry.h"
#include "ops/attributes/conv.h"

namespace {

using namespace luge;

struct Case {
  std::string name;
  std::int64_t batch, channels, size, filters, kernel, stride = 1;
  bool same = true;
  std::int64_t groups = 1;
};

std::vector<Case> cases() {
  std::vector<Case> all = {
      {"lenet conv1", 64, 1, 28, 6, 5},
      {"lenet conv2", 64, 6, 14, 16, 5, 1, false},
      {"cnn64 conv1", 550, 1, 28, 64, 3},
      {"cnn64 conv2", 550, 64, 14, 64, 3},
      {"resnet18 stem", 128, 3, 32, 64, 3},
      {"resnet18 64@32", 128, 64, 32, 64, 3},
      {"resnet18 128@16", 128, 128, 16, 128, 3},
      {"resnet18 256@8", 128, 256, 8, 256, 3},
      {"resnet18 512@4", 128, 512, 4, 512, 3},
      {"resnet18 64-128/2", 128, 64, 32, 128, 3, 2},
      {"resnet18 256-512/2", 128, 256, 8, 512, 3, 2},
      {"resnet18 64-128 1x1/2", 128, 64, 32, 128, 1, 2},
      {"yolo 3-16", 4, 3, 416, 16, 3},
      {"yolo 16-32", 4, 16, 208, 32, 3},
      {"yolo 32-64", 4, 32, 104, 64, 3},
      {"yolo 64-128", 4, 64, 52, 128, 3},
      {"yolo 128-256", 4, 128, 26, 256, 3},
      {"yolo 256-512", 4, 256, 13, 512, 3},
      {"yolo 512-1024", 4, 512, 13, 1024, 3},
      {"yolo 1024-256 1x1", 4, 1024, 13, 256, 1},
      {"yolo 512-255 1x1", 4, 512, 13, 255, 1},
      {"resnet50 64@56 b1", 1, 64, 56, 64, 3},
      {"resnet50 128@28 b1", 1, 128, 28, 128, 3},
      {"resnet50 256@14 b1", 1, 256, 14, 256, 3},
      {"resnet50 512@7 b1", 1, 512, 7, 512, 3},
      {"resnet50 128@28 b32", 32, 128, 28, 128, 3},
      {"resnet50 256@14 b32", 32, 256, 14, 256, 3},
      {"resnet50 512@7 b32", 32, 512, 7, 512, 3},
      {"yolo 128-256 b1", 1, 128, 26, 256, 3},
      {"yolo 256-512 b1", 1, 256, 13, 512, 3},
      {"yolo 512-1024 b1", 1, 512, 13, 1024, 3},
      {"resnet50 64-256 1x1 b1", 1, 64, 56, 256, 1},
      {"resnet50 512-2048 1x1 b1", 1, 512, 7, 2048, 1},
      {"mobile 96@112/2 b1", 1, 96, 112, 96, 3, 2, true, 96},
      {"mobile 144@56 b1", 1, 144, 56, 144, 3, 1, true, 144},
      {"mobile 384@14 b1", 1, 384, 14, 384, 3, 1, true, 384},
      {"mobile 384@14 b32", 32, 384, 14, 384, 3, 1, true, 384},
      {"mobile 24-144 1x1 b1", 1, 24, 56, 144, 1},
      {"mobile 576-96 1x1 b1", 1, 576, 14, 96, 1},
      {"mobile 320-1280 1x1 b1", 1, 320, 7, 1280, 1},
  };
  return all;
}

// With one thread processor time, which other work on the machine disturbs less.
double now(int threads) {
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

double measure(const Offer& offer, const std::vector<Type>& in, const std::vector<Type>& out, int threads) {
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

OpRef make(std::string_view name, const Case& c) {
  const ConvAttributes attributes{
      {c.stride, c.stride}, {1, 1}, c.same ? PaddingMode::same : PaddingMode::valid, {}, c.groups};
  return find_op(name)->create(fields_of(attributes));
}

void print_direction(const Case& c, std::string_view name, std::string_view label, int threads) {
  const Type x{f32, {c.batch, c.channels, c.size, c.size}},
      w{f32, {c.filters, c.channels / c.groups, c.kernel, c.kernel}}, b{f32, {c.filters}};
  const Type y = make("conv", c)->infer({x, w})[0];
  const OpRef op = make(name, c);
  const double flops = 2.0 * static_cast<double>(y.shape.elements()) *
                       static_cast<double>(w.shape.elements()) / static_cast<double>(c.filters);
  std::vector<Type> in = {x, w, b};
  if (name == "conv_backward_data") in = {y, w, x};
  if (name == "conv_backward_weights") in = {x, y, w};
  Types known;
  for (const Type& type : in) known.push_back(type);
  const Types inferred = op->infer(known);
  const std::vector<Type> out(inferred.begin(), inferred.end());
  const std::vector<LayoutId> layouts(in.size(), any_layout);
  for (const Kernel* kernel : cpu_backend().candidates(name)) {
    if (kernel->name().find("reference") != std::string_view::npos) continue;
    if (kernel->name().find("plain") != std::string_view::npos && c.channels > 8) continue;
    const Offer offer =
        kernel->offer({*op, in, out, layouts, std::vector<bool>(out.size(), true), {}, Math::fast, threads});
    if (!offer.accepted()) continue;
    const double seconds = measure(offer, in, out, threads);
    fmt::print("  {:<8} {:<44} {:>8.1f} GFLOP/s {:>9.3f} ms  expected {:>8.3f}  {}\n", label, kernel->name(),
               flops / seconds * 1e-9, seconds * 1e3, offer.cost * 1e3, offer.note);
  }
}

}  // namespace

int main(int count, char** arguments) {
  int threads = 2;
  std::string part;
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
  for (const Case& c : cases()) {
    if (c.name.find(part) == std::string::npos) continue;
    fmt::print("{}: {}x{}x{}x{} to {}, {}x{}/{}{}\n", c.name, c.batch, c.channels, c.size, c.size, c.filters,
               c.kernel, c.kernel, c.stride, c.groups > 1 ? " depthwise" : "");
    print_direction(c, "conv", "forward", threads);
    if (c.channels > 3) print_direction(c, "conv_backward_data", "data", threads);
    print_direction(c, "conv_backward_weights", "weights", threads);
    std::fflush(stdout);
  }
}
