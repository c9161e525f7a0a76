// PositionalEncoding: what tells a network where an element of a sequence is.
#pragma once

#include "luge/init/init.h"
#include "luge/nn/dropout.h"
#include "luge/nn/module.h"

namespace luge::nn {

/// Kinds of positional encodings.
enum class PositionKind : std::uint8_t {
  sinusoidal,  ///< sine waves; see luge::sinusoidal_encoding
  learned,     ///< a table "weight" [length,width]
};
/// Options of PositionalEncoding.
struct PositionalEncodingOptions {
  PositionKind kind = PositionKind::sinusoidal;    ///< the kind
  double base = 10000;                             ///< of the sine waves
  init::Initializer init = init::normal(0, 0.02);  ///< initial value of the table
};

/// Adds to each position of x [N,T,width] a vector that tells which position it is. Throws ShapeError for an
/// x that is not [N,T,width], or whose T is above the length or not known. Source: Vaswani et al. 2017; Keras
/// SinePositionEncoding and PositionEmbedding.
class PositionalEncoding : public Layer<PositionalEncoding> {
 public:
  /// Makes the layer for at most `length` positions. Throws OptionError for a length below 1 or a base that
  /// is not above 0.
  explicit PositionalEncoding(std::int64_t length, const PositionalEncodingOptions& options = {});
  Tensor forward(const Tensor& x) const override;
  Padded forward_padded(const Padded& x) const override;
  std::string describe() const override;
  std::optional<LayerText> text() const override;

  Parameter weight;  ///< the table [length,width]; absent for sine waves

 protected:
  void create_parameters(const Tensor& x) const override;

 private:
  void check(const Tensor& x) const;
  std::int64_t length_;
  PositionalEncodingOptions options_;
};

}  // namespace luge::nn
