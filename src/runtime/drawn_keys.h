// DrawnKeys: the random keys of one run. A run that fails has drawn nothing.
#pragma once

#include <optional>

#include "core/draws.h"
#include "runtime/program.h"

namespace luge {

class DrawnKeys {
 public:
  DrawnKeys() = default;
  ~DrawnKeys() {
    if (before_) before_->take_back();
  }
  DrawnKeys(const DrawnKeys&) = delete;
  DrawnKeys& operator=(const DrawnKeys&) = delete;

  BoundLeaf next() {
    if (!before_) before_.emplace();
    const random::State drawn = random::next();
    BoundLeaf leaf;
    leaf.words[0] = drawn.seed;
    leaf.words[1] = drawn.draw;
    return leaf;
  }
  /// The run succeeded.
  void keep() { before_.reset(); }

 private:
  std::optional<random::Mark> before_;
};

}  // namespace luge
