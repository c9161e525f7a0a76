// What calls of networks outside of compiled functions assigned: running statistics. A step of an optimizer
// that is refused takes back what the calls that led to its gradients assigned.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "luge/tensor.h"

namespace luge {

struct Node;
struct Slot;

/// A call of a network on this thread, while it lives. What it assigns is remembered when it is kept.
class CallThatMoves {
 public:
  CallThatMoves();
  ~CallThatMoves();
  CallThatMoves(const CallThatMoves&) = delete;
  CallThatMoves& operator=(const CallThatMoves&) = delete;
  /// The call succeeded, and this is the last that it does. Throws std::bad_alloc, and remembers nothing
  /// then.
  void keep();

 private:
  CallThatMoves* outer_;
  std::uint64_t begin_;
  std::size_t first_;  // of what was moved within this call
};

/// A Variable got another version, outside of traces; `before` is the one it had.
void note_move(const std::shared_ptr<Slot>& slot, const Tensor& before);

/// What the calls of this thread that led to gradients assigned, outside of traces, for the length of a step
/// along these gradients. They are not remembered any longer.
class MovesOfStep {
 public:
  explicit MovesOfStep(std::span<const Tensor> gradients);
  ~MovesOfStep();
  MovesOfStep(const MovesOfStep&) = delete;
  MovesOfStep& operator=(const MovesOfStep&) = delete;
  /// That of the innermost step of this thread, or null.
  static const MovesOfStep* now();
  /// Each Variable that was assigned by them and not again since has the value that it had before them.
  void take_back();

  struct Move {
    std::weak_ptr<Slot> slot;  // a network that is gone is not kept
    Tensor before;
    const Node* after;         // no handle: its memory may be given away
    std::uint64_t number = 0;  // of `after`
  };
  const std::vector<Move>& moves() const { return moves_; }

 private:
  MovesOfStep* outer_;
  std::vector<Move> moves_;
};

}  // namespace luge
