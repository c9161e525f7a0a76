// What Batches::mix does with a batch: targets that can be mixed, the augmentation, and the labels for
// metrics.
#pragma once

#include "luge/data/batches.h"
#include "luge/data/mix.h"

namespace luge::data {

class Mixer {
 public:
  /// `fields` are those of the batches. Throws as Batches::mix.
  Mixer(BatchAugmentation augmentation, const MixOptions& options, const Schema& fields);
  /// Those of the mixed batches.
  const Schema& fields() const { return fields_; }
  void mix(HostBatch& batch) const;

 private:
  HostArray softened(const HostBatch& batch) const;
  HostArray labels(const HostArray& target, const HostArray& before) const;

  BatchAugmentation augmentation_;
  MixOptions options_;
  Schema fields_;
  bool has_target_ = false;
};

}  // namespace luge::data
