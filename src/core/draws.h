// Random draws from a copy of the generator, and draws that are taken back.
#pragma once

#include <cstdint>

#include "luge/random.h"

namespace luge::random {

/// While it lives, this thread draws from a copy of the generator, and the generator stays as it is.
class Scratch {
 public:
  Scratch();
  ~Scratch();
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

 private:
  State own_;
  State* outer_;
};

/// While it lives, a Scratch around it has no effect: draws are not taken back.
class ForGood {
 public:
  ForGood();
  ~ForGood();
  ForGood(const ForGood&) = delete;
  ForGood& operator=(const ForGood&) = delete;

 private:
  State* suspended_;
};

/// A position in the sequence of draws, for work that may fail.
class Mark {
 public:
  Mark();
  /// Back to that position, unless another thread has drawn since: its numbers must not be drawn twice.
  void take_back() const;

 private:
  State state_;
  std::uint64_t drawn_;
};

}  // namespace luge::random
