// Scopes: for which part of a network nodes are made, where someone wants to know. A profile asks; without
// one nothing is recorded.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace luge {

struct Node;

/// What nodes are for.
enum class Phase : std::uint8_t { forward, backward, update };

/// While one lives, the nodes that its thread makes are known by the scope in which they were made, and
/// Programs that are compiled say it of their steps. Nodes that passes make are in the scope of what they
/// replace.
class ScopeRecorder {
 public:
  ScopeRecorder();
  ~ScopeRecorder();
  ScopeRecorder(const ScopeRecorder&) = delete;
  ScopeRecorder& operator=(const ScopeRecorder&) = delete;

  struct Label {
    std::string part;  // the path of a layer, "loss" …
    Phase phase;
  };
  /// The number of a label.
  int label(std::string_view part, Phase phase);
  const Label& label(int number) const { return labels_[static_cast<std::size_t>(number)]; }
  /// The number of the first label of a part, which is larger for parts that are met later.
  int first_of(std::string_view part) const;
  /// The number of the label of a node; -1: it was made in no scope.
  int of(const Node& node) const;
  /// Distinct for all recorders of the process, from 1.
  std::uint64_t number() const { return number_; }

 private:
  friend class InScope;
  void mark(int label);
  int now_ = -1;
  std::uint64_t number_;
  std::vector<Label> labels_;
  std::map<std::pair<std::string, Phase>, int> numbers_;
  std::vector<std::pair<std::uint64_t, int>> marks_;  // from this node on: the label
  ScopeRecorder* outer_;
};

/// That of this thread, or null.
ScopeRecorder* scope_recorder();
/// The number of the label of a node; -1 without a recorder.
int scope_of(const Node& node);

/// The nodes that this thread makes while it lives are in this scope. Without a recorder it does nothing.
class InScope {
 public:
  InScope(std::string_view part, Phase phase);
  /// In the scope of a node; a node that has none changes nothing.
  explicit InScope(const Node& node);
  /// What computes the gradient of a node.
  static InScope backward_of(const Node& node);
  ~InScope();
  InScope(const InScope&) = delete;
  InScope& operator=(const InScope&) = delete;

 private:
  explicit InScope(int label);
  ScopeRecorder* recorder_ = nullptr;
  int before_ = -1;
};

}  // namespace luge
