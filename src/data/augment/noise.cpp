// noise: normal random numbers added to pictures.
#include "data/augment/draws.h"
#include "data/augment/picture.h"
#include "luge/data/augment.h"

namespace luge::data {
namespace {

struct NoiseOptions {
  double deviation = 0.1;
  static void fields(auto& self, auto&& field) {
    field("deviation", self.deviation, "standard deviation, in the units of the picture",
          options::at_least(0), options::elsewhere({"std", "stddev", "sigma"}));
  }
};

const bool added_noise =
    add_augmentation("noise", "adds normal random numbers to pictures", [](const NoiseOptions& options) {
      return Augmentation(
          "noise",
          [options](Record record, std::uint64_t key) {
            const Planes picture = picture_of("noise", record);
            Draws draws(key);
            picture.change([&](double number) { return number + options.deviation * draws.normal(); });
            return record;
          },
          [](const Schema& before) { return before; });
    });

}  // namespace
}  // namespace luge::data
