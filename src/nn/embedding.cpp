#include "luge/nn/embedding.h"

#include <fmt/format.h>

#include "luge/error.h"
#include "luge/ops/index.h"
#include "luge/ops/labels.h"
#include "luge/ops/math.h"

namespace luge::nn {

Embedding::Embedding(std::int64_t count, std::int64_t width, const EmbeddingOptions& options)
    : count_(count), width_(width), options_(options) {
  if (count < 1 || width < 1) {
    throw ValueError(
        fmt::format("Embedding: {} rows of width {}; expected at least 1 of each", count, width));
  }
  weight = parameter("weight");
}

void Embedding::create_parameters(const Tensor& ids) const {
  create(weight, options_.init(Shape{count_, width_}, is_floating(ids.dtype()) ? ids.dtype() : f32));
}

Tensor Embedding::forward(const Tensor& ids) const {
  return embedding(weight, is_floating(ids.dtype()) ? to_index(ids, "Embedding: id") : ids);
}

Padded Embedding::forward_padded(const Padded& ids) const { return ids.with(forward(ids.values)); }

std::string Embedding::describe() const { return fmt::format("Embedding {}x{}", count_, width_); }

}  // namespace luge::nn
