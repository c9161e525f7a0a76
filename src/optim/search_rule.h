// A rule that searches.
#pragma once

#include "luge/error.h"
#include "luge/optim/optimizer.h"

namespace luge::optim {

class SearchRule : public Rule, public Search {
 public:
  Tensor update(const Tensor&, const Tensor&, Slots&) const final {
    throw StateError("optimizer: " + name() + " has no update of one parameter");
  }
  const Search* search() const final { return this; }
};

}  // namespace luge::optim
