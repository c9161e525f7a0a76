// trip_key: the random key of one trip of a loop. It is a word of the generator at the loop's own draw, at
// positions that no tensor reaches, so that it depends on seed, draw and trip only.
#include "core/philox.h"
#include "graph/op_registry.h"
#include "ops/checks.h"
#include "ops/control/loops.h"

namespace luge {
namespace {

struct TripKey : Op<TripKey> {
  static constexpr auto name = "trip_key";
  static constexpr auto no_gradient = "keys are whole numbers";

  Types infer(const Types& in) const {
    check_inputs(name, in, 2);
    for (const Type& type : in) {
      if (type.dtype != i64) check_same_dtype(name, {i64, Shape{}}, type);
    }
    check_rank(name, "key", in[0], 1);
    check_extent(name, "key", in[0], 0, 2);
    check_rank(name, "trip", in[1], 0);
    return {in[0]};
  }
  void reference(const ReferenceCall& call) const {
    const auto* key = call.in[0].as<const std::uint64_t>();
    const std::uint64_t trip = call.in[1].as<const std::uint64_t>()[0];
    const PhiloxBlock words = philox(key[0], key[1], trip | std::uint64_t{1} << 63);
    auto* own = call.out[0].as<std::uint64_t>();
    own[0] = std::uint64_t{words[1]} << 32 | words[0];
    own[1] = std::uint64_t{words[3]} << 32 | words[2];
  }
};
const Registered<TripKey> registered_trip_key;

}  // namespace

Tensor trip_key(const Tensor& key, const Tensor& trip) { return make<TripKey>({}, key, trip); }

}  // namespace luge
