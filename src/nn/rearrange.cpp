#include "luge/nn/rearrange.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "luge/error.h"
#include "luge/facts.h"
#include "luge/ops/shape.h"
#include "nn/registered_layer.h"

namespace luge::nn {
namespace {

struct ReshapeText {
  std::vector<std::int64_t> shape;
  static void fields(auto& self, auto&& field) {
    field("shape", self.shape, "extents of a sample; one may be -1, which follows from the others",
          options::at_least(-1), options::required, options::elsewhere({"target_shape"}));
  }
};
struct PermuteText {
  std::vector<std::int64_t> order;
  static void fields(auto& self, auto&& field) {
    field("order", self.order, "the axes of a sample, counted from 1, in their new order", options::required,
          options::elsewhere({"dims", "perm"}));
  }
};

const RegisteredLayer<ReshapeText> kReshape("reshape", "each sample under another shape",
                                            [](const ReshapeText& text) { return Reshape(text.shape); });
const RegisteredLayer<PermuteText> kPermute("permute", "the axes of each sample in another order",
                                            [](const PermuteText& text) { return Permute(text.order); });

[[noreturn]] void refuse(std::string_view layer, const char* option, const std::string& problem) {
  throw options::OptionError(layer, options::OptionError(option, problem));
}

const bool told_rearrange =
    facts::add("layer", {{"reshape",
                          {.formula = "y = the elements of each sample in order, under another shape",
                           .parameters = "none",
                           .output = "[N,shape]",
                           .use = "between layers that see the same numbers differently."}},
                         {"permute",
                          {.formula = "y = x with its axes in another order",
                           .parameters = "none",
                           .output = "the extents of x in that order",
                           .use = "between layers that expect channels first and last."}}});

}  // namespace

Reshape::Reshape(std::vector<std::int64_t> shape) : shape_(std::move(shape)) {
  options::check("Reshape", ReshapeText{shape_});
  if (shape_.empty()) refuse("Reshape", "shape", "shape is empty; expected at least one extent");
  if (std::ranges::count(shape_, -1) > 1)
    refuse("Reshape", "shape", fmt::format("shape is {} with -1 twice; expected it once at most", shape_));
}

std::optional<LayerText> Reshape::text() const { return kReshape.text({shape_}); }
std::string Reshape::describe() const { return fmt::format("Reshape {}", fmt::join(shape_, "x")); }

Tensor Reshape::forward(const Tensor& x) const {
  if (x.rank() == 0) throw ShapeError("input [] has no batch axis; expected [N,…]");
  const Tensor rows = x.rank() == 1 ? unsqueeze(x, 1) : flatten(x, 1);
  return unflatten(rows, 1, Shape(shape_));
}

Permute::Permute(std::vector<std::int64_t> order) : order_(std::move(order)) {
  options::check("Permute", PermuteText{order_});
  std::vector<std::int64_t> sorted = order_;
  std::ranges::sort(sorted);
  for (std::size_t k = 0; k < sorted.size(); ++k) {
    if (sorted[k] == static_cast<std::int64_t>(k) + 1) continue;
    refuse("Permute", "order",
           fmt::format("order is {}; expected each number from 1 to {} once", order_, order_.size()));
  }
  if (order_.empty()) refuse("Permute", "order", "order is empty; expected at least one axis");
}

std::optional<LayerText> Permute::text() const { return kPermute.text({order_}); }
std::string Permute::describe() const { return fmt::format("Permute {}", fmt::join(order_, ",")); }

Tensor Permute::forward(const Tensor& x) const {
  if (x.rank() != static_cast<int>(order_.size()) + 1) {
    throw ShapeError(fmt::format("input {} has {} axes of a sample; expected {}", x.shape().to_string(),
                                 x.rank() - 1, order_.size()));
  }
  std::vector<int> axes = {0};
  for (const std::int64_t axis : order_) axes.push_back(static_cast<int>(axis));
  return permute(x, axes);
}

Padded Permute::forward_padded(const Padded& x) const {
  const auto at = std::ranges::find(order_, x.axis) - order_.begin();
  return {forward(x.values), x.length, static_cast<int>(at) + 1};
}

}  // namespace luge::nn
