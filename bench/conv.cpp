// How fast each candidate for a convolution is, in all three directions: the best of many runs, in GFLOP/s of
// the direct algorithm's arithmetic, beside what the cost model expected and what the compiler would pick.
// Arguments, all optional: part of a case's name; "threads=N"; "isa=avx2" to leave AVX-512 aside.
#include <fmt/format.h>

#include <string>
#include <vector>

#include "candidates.h"
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
      {"resnet50 256-64 1x1 b1", 1, 256, 56, 64, 1},
      {"resnet50 256-512 1x1/2 b1", 1, 256, 56, 512, 1, 2},
      {"resnet50 128-512 1x1 b1", 1, 128, 28, 512, 1},
      {"resnet50 1024-256 1x1 b1", 1, 1024, 14, 256, 1},
      {"resnet50 256-1024 1x1 b1", 1, 256, 14, 1024, 1},
      {"resnet50 512-2048 1x1 b1", 1, 512, 7, 2048, 1},
      {"resnet50 2048-512 1x1 b1", 1, 2048, 7, 512, 1},
      {"resnet50 1024-256 1x1 b8", 8, 1024, 14, 256, 1},
      {"resnet50 512-2048 1x1 b8", 8, 512, 7, 2048, 1},
      {"mobile 32@112 b1", 1, 32, 112, 32, 3, 1, true, 32},
      {"mobile 96@112/2 b1", 1, 96, 112, 96, 3, 2, true, 96},
      {"mobile 144@56 b1", 1, 144, 56, 144, 3, 1, true, 144},
      {"mobile 192@28 b1", 1, 192, 28, 192, 3, 1, true, 192},
      {"mobile 192@28/2 b1", 1, 192, 28, 192, 3, 2, true, 192},
      {"mobile 960@7 b1", 1, 960, 7, 960, 3, 1, true, 960},
      {"mobile 240@28 5x5 b1", 1, 240, 28, 240, 5, 1, true, 240},
      {"mobile 384@14 b1", 1, 384, 14, 384, 3, 1, true, 384},
      {"mobile 384@14 b32", 32, 384, 14, 384, 3, 1, true, 384},
      {"mobile 16-96 1x1 b1", 1, 16, 112, 96, 1},
      {"mobile 96-24 1x1 b1", 1, 96, 56, 24, 1},
      {"mobile 24-144 1x1 b1", 1, 24, 56, 144, 1},
      {"mobile 32-192 1x1 b1", 1, 32, 28, 192, 1},
      {"mobile 192-32 1x1 b1", 1, 192, 28, 32, 1},
      {"mobile 64-384 1x1 b1", 1, 64, 14, 384, 1},
      {"mobile 384-64 1x1 b1", 1, 384, 14, 64, 1},
      {"mobile 576-96 1x1 b1", 1, 576, 14, 96, 1},
      {"mobile 160-960 1x1 b1", 1, 160, 7, 960, 1},
      {"mobile 960-320 1x1 b1", 1, 960, 7, 320, 1},
      {"mobile 320-1280 1x1 b1", 1, 320, 7, 1280, 1},
  };
  return all;
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
  // Many channels take oneDNN's plain kernels too long.
  bench::print_candidates(*op, in, label, flops, threads, c.channels > 8 ? "plain" : "reference");
}

}  // namespace

int main(int count, char** arguments) {
  const luge::bench::Arguments wanted(count, arguments);
  for (const Case& c : cases()) {
    if (c.name.find(wanted.part) == std::string::npos) continue;
    fmt::print("{}: {}x{}x{}x{} to {}, {}x{}/{}{}\n", c.name, c.batch, c.channels, c.size, c.size, c.filters,
               c.kernel, c.kernel, c.stride, c.groups > 1 ? " depthwise" : "");
    print_direction(c, "conv", "forward", wanted.threads);
    if (c.channels > 3) print_direction(c, "conv_backward_data", "data", wanted.threads);
    print_direction(c, "conv_backward_weights", "weights", wanted.threads);
  }
}
