// A case of the fuzzer: a small graph as text that a person reads and two programs run.
//
//   case 17 of seed 3
//     v0 = leaf dtype=real shape=2,3,9,9 low=-1 high=1 seed=5
//     v1 = leaf dtype=real shape=4,3,3,3 low=-0.3 high=0.3 seed=6
//     v2 = conv(v0, v1) stride=1,1 padding=1,1,1,1
//     v3 = relu(v2)
//     outputs v3
//     gradients v0
//     mode f32 compiled fast threads=2
//
// Every line makes one value. `real` is the element type of the mode. The gradients are those of the sum of
// all floating outputs, each weighted by loss_weight.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "luge/compile.h"
#include "luge/tensor.h"

namespace luge::fuzz {

using Numbers = std::vector<double>;

struct Line {
  std::string op;            // "leaf", else the name of a row of the table of ops
  std::vector<int> in = {};  // earlier lines
  std::map<std::string, Numbers> with = {};
  std::string dtype = {};  // of leaves and casts: "real" or a dtype's name

  bool leaf() const { return op == "leaf"; }
  bool has(const std::string& key) const { return with.contains(key); }
  double number(const std::string& key, double fallback = 0) const;
  std::int64_t whole(const std::string& key, std::int64_t fallback = 0) const;
  std::vector<std::int64_t> wholes(const std::string& key) const;
  Shape shape() const { return Shape(wholes("shape")); }
};

enum class Way : std::uint8_t {
  eager,     // outputs and gradients in one evaluation
  parts,     // outputs are read before gradients are asked for
  compiled,  // one compiled function, called twice
  step       // gradients applied to Variables by an optimizer inside a compiled function, twice
};

/// How a step moves its Variables. From each, the gradient behind one update can be found again.
enum class Update : std::uint8_t {
  descent,
  guarded,  // descent that refuses a gradient that is not finite
  momentum,
  adam
};

struct Mode {
  DType real = f32;
  bool narrow = false;  // precision = bf16
  Way way = Way::eager;
  Math math = Math::fast;
  int threads = 1;
  bool tight = false;  // with a memory limit below what it would take
  Update update = Update::descent;
};

struct Case {
  std::uint64_t seed = 0, number = 0;
  std::vector<Line> lines;
  std::vector<int> outputs, gradients;
  std::vector<Mode> modes;

  bool has_halves() const;  // 16-bit elements anywhere
};

std::string to_text(const Mode& mode);
std::string to_text(const Line& line, std::size_t number);
std::string to_text(const Case& c);
/// Reads what to_text wrote; several cases one behind the other. Throws FormatError naming the line.
std::vector<Case> parse_cases(const std::string& text);

/// "real" as the mode has it, else the dtype of that name. Throws FormatError.
DType dtype_named(const std::string& name, DType real);

/// A number in [0, 1) that depends on both arguments only, with 24 bits: the oracle has the same function.
double noise(std::uint64_t seed, std::uint64_t index);
/// Elements of a leaf, exact in float32 and in its own dtype.
Tensor leaf_value(const Line& line, DType real);
/// What output number k is multiplied with in the loss.
Tensor loss_weight(std::size_t k, const Shape& shape, DType dtype);

}  // namespace luge::fuzz
