// Histograms of an event file, as a page shows them: the counts of each moment in the same buckets.
#pragma once

#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>

#include "luge/io/tensorboard.h"

namespace luge::board {

/// Every n-th of `count` moments, so that `most` are left at most and the last one is among them.
class Thinned {
 public:
  Thinned(std::size_t count, std::size_t most) : left_(count), every_((count + most - 1) / most) {}
  bool keeps_next() { return --left_ % every_ == 0; }

 private:
  std::size_t left_, every_;
};

/// edges, and steps: [{step, min, max, count, counts}].
nlohmann::ordered_json histograms_json(const std::map<std::int64_t, io::Histogram>& moments);

}  // namespace luge::board
