// Collector: reads the records of a batch, each field in its own way (collate.h).
#pragma once

#include <map>
#include <string>
#include <vector>

#include "luge/data/batches.h"

namespace luge::data {

class Collector {
 public:
  /// Throws ValueError for a field in `collate` that does not exist or whose shape does not allow it.
  Collector(const Schema& records, const std::map<std::string, Collate>& collate);

  /// The fields of a batch that become tensors.
  const Schema& fields() const { return batch_; }
  /// Reads `batch.rows` records of `batch.source` from `batch.first` on and fills in the values. Throws what
  /// the source throws, ValueError naming the sample for a value that is not finite, and ShapeError naming
  /// the sample that fits into no bucket.
  void collect(HostBatch& batch) const;

 private:
  HostArray padded(const HostBatch& batch, std::size_t field, const std::vector<HostArray>& values) const;
  HostArray joined(const HostBatch& batch, std::size_t field, const std::vector<HostArray>& values) const;
  HostArray lengths(std::size_t field, const std::vector<HostArray>& values) const;

  Schema records_, batch_;
  std::vector<Collate> how_;  // of each field of a record
};

}  // namespace luge::data
