// The data of a training, as a checkpoint records it: a resumed training must use the same data.
#pragma once

#include <optional>
#include <string>

#include "luge/data/batches.h"

namespace luge::train {

class DataMark {
 public:
  DataMark() = default;
  /// Makes a mark from the text in a checkpoint.
  explicit DataMark(std::string text) : text_(std::move(text)) {}
  /// Makes a mark of data. Every byte is read, once, at the first call of text().
  static DataMark of_training(const data::Batches& batches) { return DataMark(batches, true); }
  static DataMark of_validation(const data::Batches& batches) { return DataMark(batches, false); }

  /// Samples, batch size (which matters in training alone) and fingerprint. Empty without data.
  const std::string& text() const;

 private:
  DataMark(const data::Batches& batches, bool with_batch_size)
      : batches_(batches), with_batch_size_(with_batch_size) {}

  mutable std::optional<data::Batches> batches_;  // until text_ is known
  mutable std::string text_;
  bool with_batch_size_ = false;
};

/// Throws ValueError when `saved` and `now` differ; `role` is "training" or "validation".
void check_same_data(const std::string& role, const DataMark& saved, const DataMark& now);

}  // namespace luge::train
