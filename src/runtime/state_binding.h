// StateBinding: one run of a Program over state, all or nothing. Eager evaluation, compiled functions and
// Sessions all run this way:
//   bind     each leaf gets its content, and random keys are drawn
//   donate   slots release values that nothing else holds, so that the Program overwrites them in place
//   run      when it fails, the slots get back what they released, and no key counts as drawn
//   commit   results and next values go to their owners; nothing can fail any more
#pragma once

#include <cstddef>
#include <vector>

#include "graph/node.h"
#include "runtime/drawn_keys.h"
#include "runtime/program.h"

namespace luge {

/// The slots that a run gives their next values, numbered in the order of StateBinding::replace().
class SlotStore {
 public:
  virtual ~SlotStore() = default;
  /// Releases the present value of a slot, unless something else can still see it. Returns true when it did.
  virtual bool donate(std::size_t slot) noexcept = 0;
  /// Gives a slot back the value that it released.
  virtual void restore(std::size_t slot, const BufferRef& value) noexcept = 0;
  /// Gives a slot its next value.
  virtual void commit(std::size_t slot, const BufferRef& value) noexcept = 0;
};

class StateBinding {
 public:
  /// The Program must outlive the run. The engine mutex must be held until then.
  explicit StateBinding(const Program& program);

  /// Binds the next leaf to a buffer.
  void bind(BufferRef content);
  /// Binds the next leaf to what a node's output holds: a buffer, or the elements of a scalar or key.
  void bind(Edge content);
  /// Binds the next leaf to a random key that is drawn now.
  void bind_key();

  /// The next slot of the store gets the value of a root. `leaf`: its present value, -1 when no leaf is.
  void replace(int leaf, int root);
  /// After the run, `to` holds the value of a root. It must stay at its address until then.
  void deliver(int root, BufferRef& to);
  /// Returns a tensor that has the value of a root after the run.
  Tensor result(int root);

  /// Donates, runs and commits. Throws what the Program throws; then the slots hold what they held before.
  void run(SlotStore& slots);

 private:
  struct Replaced {
    int leaf, root;
    bool donated = false;
  };
  struct Delivery {
    int root;
    BufferRef* to;
  };
  void restore(SlotStore& slots) noexcept;

  const Program& program_;
  std::vector<BoundLeaf> leaves_;
  std::vector<Replaced> replaced_;
  std::vector<Delivery> deliveries_;
  DrawnKeys keys_;
};

}  // namespace luge
