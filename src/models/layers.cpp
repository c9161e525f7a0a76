#include "models/layers.h"

#include <algorithm>
#include <cmath>

#include "luge/error.h"

namespace luge::models {

options::OneOf activations() { return options::one_of(nn::activation_names); }

std::int64_t scaled(std::int64_t width, double factor) {
  return std::max<std::int64_t>(std::llround(static_cast<double>(width) * factor), 1);
}

void add_activation(nn::Sequential& net, const std::string& name) { net.add(nn::layer(name)); }

void add_dropout(nn::Sequential& net, double rate) {
  if (rate > 0) net.add(nn::Dropout(rate));
}

void add_hidden(nn::Sequential& net, const Widths& widths, const std::string& activation, double dropout) {
  for (const std::int64_t width : widths.each) {
    net.add(nn::Linear(width));
    add_activation(net, activation);
    add_dropout(net, dropout);
  }
}

Defaults picture_training() {
  return {.data = "fashion-mnist",
          .task = "classification",
          .loss = "softmax-cross-entropy",
          .optimizer = "adam",
          .learning_rate = 1e-3,
          .batch = 64,
          .epochs = 5,
          .metrics = {"accuracy"}};
}

}  // namespace luge::models

namespace luge::options {

void Type<models::Widths>::set(models::Widths& member, const Value& value) {
  const auto* text = std::get_if<std::string>(&value);
  if (text && *text != "none" && !text->empty())
    throw ValueError("expected whole numbers from 1 with commas between them, or none");
  member.each = text ? std::vector<std::int64_t>() : std::get<std::vector<std::int64_t>>(value);
}

}  // namespace luge::options
