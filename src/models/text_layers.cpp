#include "models/text_layers.h"

namespace luge::models {

void add_normalized_convolution(nn::Sequential& net, std::int64_t filters, const std::string& activation) {
  net.add(nn::Conv2d(filters, {.kernel = 3, .padding = nn::same, .bias = false}));
  net.add(nn::BatchNorm());
  add_activation(net, activation);
}

Defaults text_training(const std::string& loss) {
  return {.data = "captcha",
          .task = "text-recognition",
          .loss = loss,
          .optimizer = "adam",
          .learning_rate = 2e-3,
          .batch = 64,
          .epochs = 20,
          .metrics = {"exact-match", "cer"}};
}

}  // namespace luge::models
