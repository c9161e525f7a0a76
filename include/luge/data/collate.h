// Collate: how the values of one field become a part of a batch.
#pragma once

#include <cstdint>
#include <vector>

#include "luge/named_tensors.h"

namespace luge::data {

/// Options of Collate::pad.
struct PadOptions {
  double value = 0;  ///< what is put after the elements
  /// The extents that are padded to, in ascending order; a larger value throws ShapeError naming the sample.
  /// With few of them few programs are compiled. Empty: `multiple` decides.
  std::vector<std::int64_t> buckets = {};
  /// The extents are padded to the largest of the batch, rounded up to a multiple of this number. 0: rounded
  /// up to a power of two, at least 8, so that a training compiles few programs.
  std::int64_t multiple = 0;
};

/// How the values of one field become a part of a batch.
class Collate {
 public:
  /// The ways.
  enum class How : std::uint8_t {
    stack,  ///< values of one shape, one after the other: [rows,…]
    same,   ///< values whose shapes are equal within each batch: [rows,…]
    pad,    ///< values of different extents, padded to the same; the extents are in the field "<name>.length"
    host    ///< the values stay in host memory, for text and for what only the host reads
  };

  /// Returns How::stack. It is the default of fields of fixed shape.
  static Collate stack() { return Collate(How::stack, {}); }
  /// Returns How::same, for fields whose extents change at the borders of batches only. Values of different
  /// shapes in one batch throw ShapeError naming the sample.
  static Collate same() { return Collate(How::same, {}); }
  /// Returns How::pad with default options. It is the default of fields with an unknown extent.
  static Collate pad() { return Collate(How::pad, {}); }
  /// Returns How::pad. Throws ValueError for buckets that are not ascending and above 0, and for a negative
  /// multiple.
  static Collate pad(const PadOptions& options);
  /// Returns How::host. It is the default of text.
  static Collate host() { return Collate(How::host, {}); }

  /// Returns the way.
  How how() const { return how_; }
  /// Returns the options of How::pad.
  const PadOptions& padding() const { return padding_; }
  /// Returns the extent that a largest extent of `longest` is padded to; 0 when all buckets are smaller.
  std::int64_t padded(std::int64_t longest) const;

 private:
  Collate(How how, const PadOptions& padding) : how_(how), padding_(padding) {}
  How how_;
  PadOptions padding_;
};

/// The end of the name of the field with the extents of a padded field: "tokens.length". For a field with one
/// unknown extent it is i64 [rows], otherwise i64 [rows, unknown extents].
inline constexpr const char* kLength = kLengthEnd;

}  // namespace luge::data
