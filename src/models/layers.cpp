#include "models/layers.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>
#include <string_view>

#include "core/number.h"
#include "luge/error.h"
#include "luge/nn/sample_norm.h"

namespace luge::models {
namespace {

constexpr const char *kNone = "none", *kBatchNorm = "batch-norm", *kGroupNorm = "group-norm",
                     *kInstanceNorm = "instance-norm";

}  // namespace

options::OneOf activations() { return options::one_of(nn::activation_names); }

std::int64_t scaled(std::int64_t width, double factor) {
  return std::max<std::int64_t>(std::llround(static_cast<double>(width) * factor), 1);
}

std::int64_t in_eights(std::int64_t filters, double factor) {
  const double wanted = static_cast<double>(filters) * factor;
  const auto rounded = std::max<std::int64_t>(8, static_cast<std::int64_t>(wanted + 4) / 8 * 8);
  return static_cast<double>(rounded) < 0.9 * wanted ? rounded + 8 : rounded;
}

void add_activation(nn::Sequential& net, const std::string& name) { net.add(nn::layer(name)); }

options::OneOf normalizations() { return options::one_of({kNone, kBatchNorm, kGroupNorm, kInstanceNorm}); }

bool is_none(const std::string& normalization) { return normalization == kNone; }

void add_normalization(nn::Sequential& net, const std::string& name, std::int64_t channels) {
  constexpr std::int64_t kGroups = 8;
  if (name == kBatchNorm) net.add(nn::BatchNorm());
  if (name == kGroupNorm) net.add(nn::GroupNorm(std::gcd(channels, kGroups)));
  if (name == kInstanceNorm) net.add(nn::InstanceNorm({.affine = true}));
}

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

Defaults published_training(const std::string& optimizer, double learning_rate, std::int64_t batch,
                            std::int64_t epochs) {
  return {.data = "",
          .task = "classification",
          .loss = "softmax-cross-entropy",
          .optimizer = optimizer,
          .learning_rate = learning_rate,
          .batch = batch,
          .epochs = epochs,
          .metrics = {"accuracy"}};
}

Defaults mask_training(double learning_rate) {
  return {.data = "",
          .task = "segmentation",
          .loss = "softmax-cross-entropy",
          .optimizer = "adam",
          .learning_rate = learning_rate,
          .batch = 4,
          .epochs = 20,
          .metrics = {"accuracy", "mean-iou", "dice"}};
}

}  // namespace luge::models

namespace luge::options {
namespace {

constexpr std::int64_t kMostLayers = 10000;

std::int64_t whole(std::string_view text) {
  const std::optional<double> number = parse_number(text);
  if (!number || *number != std::floor(*number) || !(*number >= 1) || !(*number < 0x1p53))
    throw ValueError("expected whole numbers from 1 with commas between them, or none");
  return static_cast<std::int64_t>(*number);
}

// "128,64x20"
std::vector<std::int64_t> repeated(std::string_view text) {
  std::vector<std::int64_t> all;
  while (!text.empty()) {
    const std::size_t comma = std::min(text.find(','), text.size());
    const std::string_view part = text.substr(0, comma);
    text.remove_prefix(std::min(comma + 1, text.size()));
    const std::size_t times = part.find('x');
    const std::int64_t width = whole(part.substr(0, times));
    const std::int64_t count = times == part.npos ? 1 : whole(part.substr(times + 1));
    if (count > kMostLayers - static_cast<std::int64_t>(all.size()))
      throw ValueError(fmt::format("expected at most {} layers", kMostLayers));
    all.insert(all.end(), static_cast<std::size_t>(count), width);
  }
  return all;
}

}  // namespace

void Type<models::Widths>::set(models::Widths& member, const Value& value) {
  const auto* text = std::get_if<std::string>(&value);
  if (text && *text != "none" && !text->empty()) {
    member.each = repeated(*text);
  } else {
    member.each = text ? std::vector<std::int64_t>() : std::get<std::vector<std::int64_t>>(value);
  }
}

}  // namespace luge::options
