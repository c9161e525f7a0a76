// gamma: dark shades brighter or darker, while black and white stay.
#include <cmath>

#include "data/augment/color.h"

namespace luge::data {
namespace {

struct GammaOptions {
  double amount = 0.2, p = 1;
  WhiteOptions white;
  static void fields(auto& self, auto&& field) {
    field("amount", self.amount, "largest change of gamma: 0.2 is from 0.8 to 1.2",
          options::at_least(0).below(1), options::elsewhere({"gamma", "gamma_range"}));
    color_fields(self, field);
  }
};

const bool added_gamma =
    add_color<GammaOptions>("gamma", "makes dark shades of pictures brighter or darker",
                            [](const GammaOptions& options, const Shades& shades, Draws& draws) {
                              change_gamma(shades, factor_around_one(draws, options.amount));
                            });

}  // namespace

void change_gamma(const Shades& shades, double gamma) {
  change_each(shades, [gamma](double shade) { return std::pow(std::max(0.0, shade), gamma); });
}

}  // namespace luge::data
