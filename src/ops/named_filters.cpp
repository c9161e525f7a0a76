// The registry of image filters.
#include "luge/ops/named_filters.h"

#include <fmt/format.h>

#include "core/registry.h"
#include "luge/ops/filters.h"
#include "luge/ops/shape.h"

namespace luge::filters {
namespace {

Registry<Tensor>& known() {
  static auto& registry = *new Registry<Tensor>({.one = "filter", .many = "filters"});
  return registry;
}

constexpr double kLargest = 1001;  // extents of windows

struct BlurOptions {
  std::int64_t size = 5;
  double sigma = 1;
  static void fields(auto& self, auto&& field) {
    field("size", self.size, "extent of the window", options::within(1, kLargest));
    field("sigma", self.sigma, "how wide the bell is, in pixels", options::above(0));
  }
};

struct BoxOptions {
  std::int64_t size = 5;
  static void fields(auto& self, auto&& field) {
    field("size", self.size, "extent of the window", options::within(1, kLargest));
  }
};

struct SobelOptions {
  std::string direction = "both";
  static void fields(auto& self, auto&& field) {
    field("direction", self.direction, "along which axis slopes are taken; both: the length of the two",
          options::one_of({"both", "horizontal", "vertical"}));
  }
};

struct LaplacianOptions {
  bool diagonals = false;
  static void fields(auto& self, auto&& field) {
    field("diagonals", self.diagonals, "count all eight neighbors");
  }
};

struct SharpenOptions {
  double amount = 1;
  static void fields(auto& self, auto&& field) {
    field("amount", self.amount, "how much of the second differences is subtracted", options::at_least(0));
  }
};

Tensor slopes(const SobelOptions& o) {
  if (o.direction == "both") return concat({sobel_kernel(1), sobel_kernel(1, true)}, 0);
  return sobel_kernel(1, o.direction == "vertical");
}

const bool added_named_filters =
    add("blur", "the mean of the neighbors, near ones more: a Gaussian bell",
        [](const BlurOptions& o) { return gaussian_kernel(1, o.size, o.sigma); }) &&
    add("box", "the mean of a square", [](const BoxOptions& o) { return box_kernel(1, o.size); }) &&
    add("emboss", "light from the upper left", [] { return emboss_kernel(1); }) &&
    add("laplacian", "the second differences: edges and dots",
        [](const LaplacianOptions& o) { return laplacian_kernel(1, o.diagonals); }) &&
    add("sharpen", "the picture with its edges raised",
        [](const SharpenOptions& o) { return sharpen_kernel(1, o.amount); }) &&
    add("sobel", "the slope: edges", slopes);

}  // namespace

bool add(const std::string& name, const std::string& description, options::Maker<Tensor> make) {
  return known().add(name, description, std::move(make));
}

Tensor kernel(const std::string& text, const options::Values& values) {
  const Tensor made = known().make(text, values);
  if (made.dtype() != f32 || made.rank() != 4 || made.extent(1) != 1 || made.shape().elements() == 0) {
    throw ShapeError(fmt::format("filter {}: its kernels are {} {}; expected f32 [n,1,height,width]", text,
                                 luge::name(made.dtype()), made.shape().to_string()));
  }
  return made;
}

std::vector<std::string> names() { return known().names(); }

}  // namespace luge::filters
