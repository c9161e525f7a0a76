// How near fused steps come to the machine's memory: the best of many runs, in GB/s of the bytes a step must
// move, beside plain copying loops that move as many bytes from as many places.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "backend/backend.h"
#include "ops/attributes/fused.h"

namespace {

using namespace luge;
using enum Instruction;

TileLine map(Instruction instruction, int a, int b = -1) {
  return {.instruction = instruction, .dtype = f32, .source = {a, b, -1}};
}
TileLine reduce(TileReduction reduction, int a) {
  return {.kind = TileLine::Kind::reduce, .reduction = reduction, .dtype = f32, .source = {a, -1, -1}};
}

struct Case {
  std::string name;
  TileProgram program;
  int streams;  // arrays read or written once
};

std::vector<Case> cases(std::int64_t n) {
  const auto flat = [n](std::vector<std::vector<std::int64_t>> operands, std::vector<TileLine> lines,
                        std::vector<int> outputs) {
    TileProgram program;
    program.extents = {n};
    program.operands = std::move(operands);
    program.lines = std::move(lines);
    for (int value : outputs) program.outputs.push_back({value, {f32, {n}}, {1}});
    return program;
  };
  const std::int64_t columns = 128, rows = n / columns;
  TileProgram softmax;
  softmax.extents = {rows, columns};
  softmax.reduced = 2;
  softmax.operands = {{columns, 1}};
  softmax.lines = {reduce(TileReduction::max, 0), map(sub, 0, 1), map(exp, 2), reduce(TileReduction::sum, 3),
                   map(div, 3, 4)};
  softmax.outputs = {{5, {f32, {rows, columns}}, {columns, 1}}};
  TileProgram columns_sum = softmax;
  columns_sum.reduced = 1;
  columns_sum.lines = {reduce(TileReduction::sum, 0)};
  columns_sum.outputs = {{1, {f32, {columns}}, {0, 1}}};
  TileProgram rows_sum = columns_sum;
  rows_sum.reduced = 2;
  rows_sum.outputs = {{1, {f32, {rows}}, {1, 0}}};
  return {
      {"add", flat({{1}, {1}}, {map(add, 0, 1)}, {2}), 3},
      {"relu_mask", flat({{1}, {1}}, {map(relu_mask, 0, 1)}, {2}), 3},
      {"exp", flat({{1}}, {map(exp, 0)}, {1}), 2},
      {"tanh", flat({{1}}, {map(tanh, 0)}, {1}), 2},
      {"adam",
       flat({{1}, {1}, {1}, {1}, {0}, {0}, {0}, {0}, {0}},
            {map(sub, 1, 3), map(mul, 9, 5), map(add, 3, 10), map(square, 3), map(sub, 2, 12),
             map(mul, 13, 6), map(add, 12, 14), map(sqrt, 15), map(mul, 16, 8), map(add, 17, 7),
             map(div, 11, 18), map(mul, 19, 4), map(sub, 0, 20)},
            {21, 11, 15}),
       7},
      {"softmax rows", softmax, 2},
      {"sum of rows", rows_sum, 1},
      {"sum of columns", columns_sum, 1},
  };
}

template <class F>
double best_seconds(F&& run) {
  double best = 1e9;
  const auto start = std::chrono::steady_clock::now();
  for (int k = 0; k < 20000; ++k) {
    const auto before = std::chrono::steady_clock::now();
    run();
    const auto after = std::chrono::steady_clock::now();
    best = std::min(best, std::chrono::duration<double>(after - before).count());
    if (k > 20 && std::chrono::duration<double>(after - start).count() > 0.25) break;
  }
  return best;
}

// As many arrays, one third of them (at least one) written: what memory gives.
double copy_seconds(std::vector<std::vector<float>>& arrays, int streams) {
  const std::size_t n = arrays[0].size();
  return best_seconds([&] {
    for (int k = 0; k + 1 < streams; k += 2) {
      std::memcpy(arrays[static_cast<std::size_t>(k)].data(), arrays[static_cast<std::size_t>(k) + 1].data(),
                  n * 4);
    }
  });
}

void measure(const Case& c, std::int64_t n, int threads, double limit) {
  const OpRef op = fused_op(c.program);
  std::vector<Type> in, out;
  std::vector<std::vector<float>> memory;
  std::vector<void*> inputs, outputs;
  const auto array = [&] {
    memory.emplace_back(static_cast<std::size_t>(n) + 16, 0.5f);
    const auto address = reinterpret_cast<std::uintptr_t>(memory.back().data());
    return static_cast<void*>(memory.back().data() + (64 - address % 64) % 64 / 4);
  };
  memory.reserve(32);
  for (const auto& strides : c.program.operands) {
    const bool single =
        std::all_of(strides.begin(), strides.end(), [](std::int64_t stride) { return stride == 0; });
    in.push_back({f32, single ? Shape{} : Shape{n}});
    inputs.push_back(array());
  }
  for (std::size_t k = 0; k < c.program.outputs.size(); ++k) {
    out.push_back(c.program.outputs[k].type);
    outputs.push_back(c.name == "adam" ? inputs[k] : array());
  }
  const std::vector<LayoutId> layouts(in.size(), public_layout);
  const Offer offer = cpu_backend().candidates("fused").back()->offer(
      {*op, in, out, layouts, std::vector<bool>(out.size(), true), {}, Math::fast, threads});
  std::vector<char> scratch(offer.scratch + 64);
  char* aligned = scratch.data() + (64 - reinterpret_cast<std::uintptr_t>(scratch.data()) % 64) % 64;
  Status status;
  const double seconds = best_seconds([&] {
    offer.kernel->run({inputs.data(), outputs.data(), aligned, &status});
  });
  const double rate = static_cast<double>(n) * 4 * c.streams / seconds * 1e-9;
  fmt::print("  {:<15} {:>10.2f} us {:>7.1f} GB/s   {:.2f} of copying   {}\n", c.name, seconds * 1e6, rate,
             rate / limit, offer.note);
}

}  // namespace

int main(int count, char** arguments) {
  const int most = count > 1 ? std::atoi(arguments[1]) : 1;
  for (int threads = 1; threads <= most; ++threads) {
    for (std::int64_t n : {4096, 65536, 4 << 20}) {
      std::vector<std::vector<float>> arrays(2, std::vector<float>(static_cast<std::size_t>(n), 1.0f));
      const double limit = static_cast<double>(n) * 8 / copy_seconds(arrays, 2) * 1e-9;
      fmt::print("{} elements, {} thread(s); one thread copies {:.1f} GB/s\n", n, threads, limit);
      for (const Case& c : cases(n)) measure(c, n, threads, limit);
    }
  }
}
