// contrast: shades nearer to or farther from their mean.
#include <numeric>

#include "data/augment/color.h"

namespace luge::data {
namespace {

struct ContrastOptions {
  double amount = 0.2, p = 1;
  WhiteOptions white;
  static void fields(auto& self, auto&& field) {
    field("amount", self.amount, "largest change of the factor: 0.2 is from 0.8 to 1.2",
          options::within(0, 1), options::elsewhere({"contrast", "contrast_range"}));
    color_fields(self, field);
  }
};

const bool added_contrast =
    add_color<ContrastOptions>("contrast", "makes the contrast of pictures lower or higher",
                               [](const ContrastOptions& options, const Shades& shades, Draws& draws) {
                                 change_contrast(shades, factor_around_one(draws, options.amount));
                               });

}  // namespace

void change_contrast(const Shades& shades, double factor) {
  const std::vector<float> gray = gray_of(shades);
  if (gray.empty()) return;
  const double mean = std::accumulate(gray.begin(), gray.end(), 0.0) / static_cast<double>(gray.size());
  if (shades.bytes.empty()) return scale_numbers(shades.numbers, factor, (1 - factor) * mean);
  const double middle = mean / 255;
  change_each(shades, [&](double shade) { return factor * shade + (1 - factor) * middle; });
}

}  // namespace luge::data
