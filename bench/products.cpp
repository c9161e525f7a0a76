// How fast each candidate for a product of matrices is: the best of many runs, in GFLOP/s. Arguments, all
// optional: part of a case's name; "threads=N"; "isa=avx2" to leave AVX-512 aside.
#include <fmt/format.h>

#include <string>
#include <vector>

#include "candidates.h"
#include "graph/op_registry.h"
#include "ops/attributes/matmul.h"

namespace {

using namespace luge;

struct Case {
  std::string name;
  std::int64_t rows, depth, columns;
};

const std::vector<Case> cases = {
    {"mlp first", 64, 784, 128},
    {"mlp last", 64, 128, 10},
    {"mlp first, weights", 784, 64, 128},
    {"lenet dense 1", 64, 400, 120},
    {"cnn64 dense", 550, 3136, 1024},
    {"cnn64 dense, weights", 3136, 550, 1024},
    {"lstm inputs", 4096, 128, 1024},
    {"lstm inputs, data", 4096, 1024, 128},
    {"lstm inputs, weights", 1024, 4096, 128},
    {"lstm last", 4096, 256, 65},
    {"lstm last, data", 4096, 65, 256},
    {"lstm last, weights", 65, 4096, 256},
    {"gpt_4x128 qkv", 768, 128, 384},
    {"gpt_4x128 projection", 768, 128, 128},
    {"gpt_4x128 up", 768, 128, 512},
    {"gpt_4x128 down", 768, 512, 128},
    {"gpt_4x128 qkv, weights", 384, 768, 128},
    {"gpt_4x128 up, weights", 512, 768, 128},
    {"gpt_4x128 b1 qkv", 64, 128, 384},
    {"gpt_4x128 b1 down", 64, 512, 128},
    {"gpt_6x384 up", 2048, 384, 1536},
    {"gpt_6x384 down", 2048, 1536, 384},
    {"gpt_6x384 up, weights", 1536, 2048, 384},
    {"mobile last b1", 1, 1280, 1000},
    {"square", 1024, 1024, 1024},
};

void print(const Case& c, bool across_a, bool across_b, int threads) {
  const Shape a = across_a ? Shape{c.depth, c.rows} : Shape{c.rows, c.depth},
              b = across_b ? Shape{c.columns, c.depth} : Shape{c.depth, c.columns};
  const OpRef op = find_op("matmul")->create(fields_of(MatmulAttributes{across_a, across_b}));
  const double flops =
      2.0 * static_cast<double>(c.rows) * static_cast<double>(c.depth) * static_cast<double>(c.columns);
  const std::string label = fmt::format("{}{}", across_a ? "A'B" : "AB", across_b ? "'" : "");
  bench::print_candidates(*op, {{f32, a}, {f32, b}}, label, flops, threads);
}

}  // namespace

int main(int count, char** arguments) {
  const luge::bench::Arguments wanted(count, arguments);
  for (const Case& c : cases) {
    if (c.name.find(wanted.part) == std::string::npos) continue;
    fmt::print("{}: {}x{}x{}\n", c.name, c.rows, c.depth, c.columns);
    const int threads = wanted.threads;
    if (c.name.find("weights") != std::string::npos) {
      print(c, true, false, threads);
      continue;
    }
    print(c, false, false, threads);
    print(c, false, true, threads);
  }
}
