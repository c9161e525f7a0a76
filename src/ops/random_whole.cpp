// random_whole: whole numbers in a range as a function of a key {seed, draw} and the element's position,
// without a floating number in between.
#include "ops/random_whole.h"

#include "core/philox.h"
#include "graph/op_registry.h"
#include "ops/checks.h"
#include "ops/random_uniform.h"

namespace luge {
namespace {

struct RandomWholeAttributes {
  std::int64_t low = 0;
  std::int64_t range = 1;  // the bits of a number of 64 bits without a sign
  static void fields(auto& self, auto&& field) {
    field("low", self.low);
    field("range", self.range);
  }
};

__extension__ using Uint128 = unsigned __int128;

// floor(u · range / 2^128) for u of 128 random bits: each number has the same probability to within 2^-64.
std::uint64_t scaled(const PhiloxBlock& words, std::uint64_t range) {
  const std::uint64_t high = std::uint64_t{words[0]} << 32 | words[1];
  const std::uint64_t low = std::uint64_t{words[2]} << 32 | words[3];
  const Uint128 carry = Uint128{low} * range >> 64;
  return static_cast<std::uint64_t>((Uint128{high} * range + carry) >> 64);
}

struct RandomWhole : Op<RandomWhole, RandomWholeAttributes> {  // inputs: key, like
  static constexpr auto name = "random_whole";
  static constexpr Traits traits{.type_only = 1u << 1, .random = true, .cost = 20};
  static constexpr auto no_gradient = "its only input is a random key";

  Types infer(const Types& in) const {
    check_inputs(name, in, 2);
    check_key(name, in[0]);
    return {Type{i64, in[1].shape}};
  }
  void reference(const ReferenceCall& call) const {
    const auto* key = call.in[0].as<const std::int64_t>();
    auto* y = call.out[0].as<std::int64_t>();
    const auto seed = static_cast<std::uint64_t>(key[0]), draw = static_cast<std::uint64_t>(key[1]);
    for (std::int64_t i = 0, count = call.out[0].type.shape.elements(); i < count; ++i) {
      const std::uint64_t above =
          scaled(philox(seed, draw, static_cast<std::uint64_t>(i)), static_cast<std::uint64_t>(range));
      y[i] = static_cast<std::int64_t>(static_cast<std::uint64_t>(low) + above);
    }
  }
};
const Registered<RandomWhole> registered_random_whole;

}  // namespace

Tensor random_whole(const Tensor& key, const Tensor& like, std::int64_t low, std::uint64_t range) {
  return make<RandomWhole>({low, static_cast<std::int64_t>(range)}, key, like);
}

}  // namespace luge
