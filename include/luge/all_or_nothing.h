// AllOrNothing: assignments to Variables that hold together or not at all.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "luge/variable.h"

namespace luge {

/// While it lives, what this thread assigns to Variables is remembered. It is taken back at the end, the last
/// first, unless keep() was called: code that assigns several Variables and may fail between them changes all
/// or none. Scopes nest: what an inner one keeps, the one around it may still take back. Inside a function
/// that is being compiled it does nothing; there all assignments happen together anyway.
///
///   AllOrNothing assigned;
///   for (auto& [variable, value] : read(path)) variable.assign(value);
///   assigned.keep();
class AllOrNothing {
 public:
  AllOrNothing();
  ~AllOrNothing();
  AllOrNothing(const AllOrNothing&) = delete;
  AllOrNothing& operator=(const AllOrNothing&) = delete;

  /// Keeps what was assigned so far: the end of the scope takes nothing back.
  void keep() { kept_ = true; }
  /// Whether there is another one around it.
  bool is_inner() const { return outer_ != nullptr; }
  /// A Variable that may change otherwise, in a compiled function say, comes back to its present value, too.
  /// Does nothing where there is no scope.
  static void remember(const Variable& variable);

  /// Internal: the slot is about to get another version.
  static void note(const std::shared_ptr<Slot>& slot);

 private:
  struct Before;
  using List = std::vector<Before>;

  AllOrNothing* outer_;
  std::unique_ptr<List> own_;  // of the outermost alone
  List* before_;               // of the outermost
  std::size_t first_;          // of what was assigned within this one
  bool kept_ = false;
};

}  // namespace luge
