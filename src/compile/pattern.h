// Patterns: a few ops whose work one kernel does better, or fewer elements do. Each is data in a file of its
// own in compile/patterns/, registers itself there, and runs as a pass; nothing else knows of it.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "compile/op_kind.h"
#include "compile/pipeline.h"
#include "compile/readers.h"

namespace luge::compiler {

/// Between which passes a pattern runs.
enum class Stage : std::uint8_t {
  before_autocast,   // on ops as they were written
  before_decompose,  // on ops whose dtypes are final
  after_decompose,   // on what the backend has kernels for
};

/// One step back along a chain of ops: to the op that makes an input of the one before.
struct Link {
  std::size_t input;      // of the op before
  OpKind op;              // what makes it
  int output = 0;         // which output of that op it is
  bool shared = false;    // may others read that op too?
  bool optional = false;  // may it be missing? The next link then begins where this one does.
};
/// A chain from its last op back to its first. All ops belong to the same computation: a
/// checkpoint's barrier is set on all of them, or on none.
struct Chain {
  OpKind last;
  std::vector<Link> links;
};

/// A chain that was found.
struct ChainMatch {
  const Node& last;        // in the graph as it was
  const Tensors& inputs;   // of the last op, rewritten
  std::vector<Node*> ops;  // the op of each link, rewritten; null for an optional one that is missing
  const Readers& readers;  // of the graph as it was
  const Options& options;
};

struct Pattern {
  std::string_view name;     // of its pass: in switches and logs
  std::string_view purpose;  // half a sentence, for logs
  Stage stage;
  int order;  // within the stage, its own
  /// Is it worth looking for: does the backend offer what it becomes? Null: always.
  bool (*enabled)(const Graph& graph, const Options& options) = nullptr;
  /// What is looked for, and what replaces the chain's last op: one tensor for each of its outputs,
  /// or none where that op stays.
  Chain chain = {};
  Tensors (*replacement)(const ChainMatch& match) = nullptr;
  /// Instead of these two, for what is no chain.
  Graph (*rewrite)(const Graph& graph, const Options& options) = nullptr;
};

/// One in each pattern's file: `const RegisteredPattern registered({...});`
struct RegisteredPattern {
  explicit RegisteredPattern(const Pattern& pattern);
};

/// The patterns of a stage, by their order, whatever order the linker put their files in.
std::vector<Pattern> patterns_at(Stage stage);
/// A pattern as a pass.
Pass pass_of(const Pattern& pattern);

}  // namespace luge::compiler
