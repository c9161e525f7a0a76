// Pictures that are looked at in several ways when they are judged: views.mirror, views.shift.
#pragma once

#include "experiment/option_keys.h"
#include "luge/nn/views.h"

namespace luge::experiment {

struct ViewsKeys {
  static constexpr const char* table = "views";
  bool mirror = false;
  std::int64_t shift = 0;
  static void fields(auto& self, auto&& field) {
    using namespace options;
    field("mirror", self.mirror,
          "validation and prediction also look at pictures mirrored left to right; the mean is the answer",
          elsewhere({"tta", "test_time_augmentation"}));
    field("shift", self.shift, "they also look at pictures moved by this number of pixels both ways; 0: not",
          at_least(0).at_most(1000));
  }
};

/// The network, or one that looks at views of its pictures in eval mode.
inline nn::Model with_views(const Config& config, const nn::Model& net) {
  if (!config.knows("views.mirror")) return net;
  const auto keys = read<ViewsKeys>(config);
  if (!keys.mirror && keys.shift == 0) return net;
  return nn::Views(net, {.mirror = keys.mirror, .shift = keys.shift});
}

}  // namespace luge::experiment
