// The second moments of patches, and filters from them.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "data/whitening/symmetric_eigen.h"
#include "luge/data/patch_whitening.h"
#include "luge/error.h"
#include "luge/ops/linalg.h"
#include "luge/ops/math.h"
#include "luge/ops/shape.h"

namespace luge::data {
namespace {

constexpr std::int64_t kMostNumbers = 4096;  // of a patch: 128 MiB of moments

// [N,C,H,W] as [numbers of a patch, patches].
Tensor patches_of(const Tensor& pictures, const Shape& patch) {
  const std::int64_t rows = pictures.extent(2) - patch[1] + 1, columns = pictures.extent(3) - patch[2] + 1;
  Tensors moved;
  for (std::int64_t y = 0; y < patch[1]; ++y) {
    for (std::int64_t x = 0; x < patch[2]; ++x)
      moved.push_back(slice(slice(pictures, 2, y, y + rows), 3, x, x + columns));
  }
  const Tensor stacked = stack(moved, 2);  // [N,C,taps,rows,columns]
  return reshape(permute(stacked, {1, 2, 0, 3, 4}), {patch.elements(), -1});
}

}  // namespace

PatchWhitening::PatchWhitening(const Shape& patch) : patch_(patch) {
  const bool fits = patch.rank() == 3 && patch.known() && std::ranges::all_of(patch, [](std::int64_t extent) {
                      return extent >= 1 && extent <= kMostNumbers;
                    });
  if (!fits || patch.elements() > kMostNumbers) {
    throw ShapeError(fmt::format(
        "PatchWhitening: the patch is {}; expected [channels,height,width] with at most {} numbers",
        patch.to_string(), kMostNumbers));
  }
  moments_.resize(static_cast<std::size_t>(patch.elements() * patch.elements()));
}

void PatchWhitening::add(const Tensor& pictures) {
  if (pictures.rank() != 4 || pictures.extent(1) != patch_[0] || pictures.extent(2) < patch_[1] ||
      pictures.extent(3) < patch_[2]) {
    throw ShapeError(
        fmt::format("PatchWhitening: the pictures are {}; expected [N,{},H,W] with at least {}x{}",
                    pictures.shape().to_string(), patch_[0], patch_[1], patch_[2]));
  }
  if (pictures.extent(0) == 0) return;
  const Tensor patches = patches_of(pictures, patch_);
  const std::vector<double> products = cast(matmul(patches, transpose(patches)), f64).to_vector<double>();
  if (!std::ranges::all_of(products, [](double each) { return std::isfinite(each); }))
    throw ValueError("PatchWhitening: the pictures hold a number that is not finite");
  for (std::size_t k = 0; k < products.size(); ++k) moments_[k] += products[k];
  count_ += patches.extent(1);
}

Tensor PatchWhitening::filters(std::int64_t count, double epsilon) const {
  const std::int64_t numbers = patch_.elements();
  if (count < 1 || count > 2 * numbers) {
    throw ValueError(fmt::format(
        "PatchWhitening: {} filters for patches of {} numbers; expected 1 to {}, each axis and its opposite",
        count, numbers, 2 * numbers));
  }
  if (!(epsilon > 0))
    throw ValueError(fmt::format("PatchWhitening: epsilon is {}; expected above 0", epsilon));
  if (count_ == 0) throw ValueError("PatchWhitening: there are no patches; add() takes pictures");
  std::vector<double> moments = moments_;
  for (double& each : moments) each /= static_cast<double>(count_);
  const Eigen eigen = symmetric_eigen(std::move(moments), static_cast<std::size_t>(numbers));
  const std::int64_t half = (count + 1) / 2;
  std::vector<float> values;
  for (std::int64_t k = 0; k < count; ++k) {
    const auto axis = static_cast<std::size_t>(k % half);
    const double sign = k < half ? 1 : -1;
    // Rounding can leave a variance of 0 a little below it.
    const double factor = sign / std::sqrt(std::max(eigen.values[axis], 0.0) + epsilon);
    const double* vector = eigen.vectors.data() + axis * static_cast<std::size_t>(numbers);
    for (std::int64_t i = 0; i < numbers; ++i) values.push_back(static_cast<float>(factor * vector[i]));
  }
  return tensor(values, patch_.inserted(0, count));
}

}  // namespace luge::data
