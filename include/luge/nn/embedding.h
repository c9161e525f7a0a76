// Embedding, a table of learned vectors.
#pragma once

#include "luge/init/init.h"
#include "luge/nn/module.h"

namespace luge::nn {

struct EmbeddingOptions {
  init::Initializer init = init::normal(0, 1);
};

/// ids [N,…], of any integer dtype or whole numbers in a floating tensor, which gives the table its dtype →
/// rows of the table [N,…,width]. Parameter weight [count,width], float32 for integer ids. While running, an
/// id outside 0 … count-1 throws IndexError naming it. Throws ValueError for count or width below
/// 1. Source: PyTorch nn.Embedding, Keras Embedding.
class Embedding : public Layer<Embedding> {
 public:
  Embedding(std::int64_t count, std::int64_t width, const EmbeddingOptions& options = {});
  Tensor forward(const Tensor& ids) const override;
  std::string describe() const override;

  Parameter weight;

 protected:
  void create_parameters(const Tensor& ids) const override;

 private:
  std::int64_t count_, width_;
  EmbeddingOptions options_;
};

}  // namespace luge::nn
