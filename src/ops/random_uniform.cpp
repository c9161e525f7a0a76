// random_uniform: numbers in [0,1) as a function of a key {seed, draw} and the element's position. The one
// source of randomness; everything else is composed from it.
#include "ops/random_uniform.h"

#include <fmt/format.h>

#include "graph/op_registry.h"
#include "ops/checks.h"

namespace luge {
namespace {

struct RandomUniform : Op<RandomUniform> {
  static constexpr auto name = "random_uniform";
  static constexpr auto instruction = Instruction::random_uniform;
  static constexpr Traits traits{.type_only = 1u << 1, .random = true, .cost = 12};
  static constexpr auto no_gradient = "its only input is a random key";

  Types infer(const Types& in) const {
    check_inputs(name, in, 2);
    check_key(name, in[0]);
    check_float(name, in[1]);
    return {in[1]};
  }
};
const Registered<RandomUniform> registered_random_uniform;

}  // namespace

void check_key(std::string_view op, const Type& key) {
  if (key != Type{i64, Shape{2}})
    throw ShapeError(fmt::format("{}: the key is {}, expected i64[2]", op, key.to_string()));
}

Tensor random_uniform(const Tensor& key, const Tensor& like) { return make<RandomUniform>({}, key, like); }

}  // namespace luge
