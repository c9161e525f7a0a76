// Embedding, a table of learned vectors.
#pragma once

#include <optional>

#include "luge/init/init.h"
#include "luge/nn/module.h"

namespace luge::nn {

/// Options of Embedding.
struct EmbeddingOptions {
  init::Initializer init = init::normal(0, 1);  ///< initial value of weight
  /// The id of padding: its row begins as 0 and gets no gradient. None: there is no such id.
  std::optional<std::int64_t> padding_index = {};
  /// The result is multiplied by √width, so that small rows can also serve as the weights of an output layer
  /// (Vaswani et al. 2017, section 3.4).
  bool scale = false;
};

/// Looks up rows of a table: ids [N,…] → [N,…,width]. ids have an integer dtype, or are whole numbers in a
/// floating tensor. The table has the dtype of floating ids, and float32 for integer ids. An id outside
/// 0 … count-1 throws IndexError naming it when the program runs. Source: PyTorch nn.Embedding, Keras
/// Embedding.
class Embedding : public Layer<Embedding> {
 public:
  /// Makes a table of `count` rows. Throws OptionError for a count or a width below 1, and for a
  /// padding_index outside 0 … count-1.
  Embedding(std::int64_t count, std::int64_t width, const EmbeddingOptions& options = {});
  Tensor forward(const Tensor& ids) const override;
  Padded forward_padded(const Padded& ids) const override;
  std::string describe() const override;
  Work work() const override;
  std::optional<LayerText> text() const override;

  Parameter weight;  ///< the table [count,width]

 protected:
  void create_parameters(const Tensor& ids) const override;

 private:
  std::int64_t count_, width_;
  EmbeddingOptions options_;
};

}  // namespace luge::nn
