// DrawnKeys: the random keys of one run. A run that fails has drawn nothing.
#pragma once

#include "core/random_state.h"
#include "runtime/program.h"

namespace luge {

class DrawnKeys {
 public:
  DrawnKeys() = default;
  ~DrawnKeys() {
    if (count_ > 0) random::take_back(first_, count_);
  }
  DrawnKeys(const DrawnKeys&) = delete;
  DrawnKeys& operator=(const DrawnKeys&) = delete;

  BoundLeaf next() {
    const random::State drawn = random::next();
    if (count_++ == 0) first_ = drawn;
    BoundLeaf leaf;
    leaf.words[0] = drawn.seed;
    leaf.words[1] = drawn.draw;
    return leaf;
  }
  /// The run succeeded.
  void keep() { count_ = 0; }

 private:
  random::State first_;
  std::int64_t count_ = 0;
};

}  // namespace luge
