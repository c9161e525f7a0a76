// Program: a flat list of kernel calls over one arena with fixed offsets. Nothing is allocated while it runs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "backend/backend.h"
#include "core/buffer.h"
#include "graph/op.h"

namespace luge {

/// One value of a Program: where it lives and for how long.
struct ProgramValue {
  enum class Kind : std::uint8_t { input, output, temporary, constant };
  Kind kind = Kind::temporary;
  Type type;
  LayoutId layout = public_layout;
  std::size_t bytes = 0;
  std::size_t offset = 0;   // temporaries: into the arena
  int index = -1;           // input: leaf position; output: root position; constant: position among constants
  int first = 0, last = 0;  // steps during which it must be kept
  int alias = -1;           // shares the memory of this value
  bool on_host = false;     // in host memory for a fallback, though the device has a memory of its own
};

class Program;

struct ProgramStep {
  std::string name;  // op name, or "reorder"
  std::string note;  // kernel and its remarks
  std::shared_ptr<const PreparedKernel> kernel;
  OpRef op;                  // for errors; null for a reorder
  std::vector<int> in, out;  // values; -1: type-only input, unused output
  std::size_t scratch_offset = 0;
  std::size_t scratch = 0;  // bytes
  bool on_host = false;     // a fallback: the kernel of a backend of the host
  bool can_fail = false;
  int scope = -1;      // of the ScopeRecorder under which it was compiled
  bool again = false;  // computes what an earlier step computed and memory was too dear to keep
  std::vector<std::string> refusals;  // what the better-ranked candidates said
  /// What its kernel runs in turn, with what it is called ("step"): control flow. Its arena is in the
  /// scratch.
  std::vector<std::pair<std::string, std::shared_ptr<const Program>>> parts;
};

/// What a leaf holds at one run: a buffer, or (scalars, keys) the element bytes themselves.
struct BoundLeaf {
  BufferRef buffer;
  std::int64_t words[2] = {0, 0};
  void* data() { return buffer ? static_cast<void*>(buffer->data()) : words; }
};

struct StepTime {
  std::uint64_t calls = 0;
  double seconds = 0;
};

class Program {
 public:
  std::vector<ProgramValue> values;
  std::vector<ProgramStep> steps;
  std::vector<int> inputs;    // per leaf: its value, or -1 when unused
  std::vector<int> roots;     // per root: its value (may be an input's, when a root is a leaf)
  std::vector<int> replaces;  // per root: leaf whose buffer it takes over when uniquely owned, or -1
  std::vector<BufferRef> constants;
  std::size_t arena_bytes = 0;       // exact peak of temporaries, workspaces included
  std::size_t host_arena_bytes = 0;  // the same of what fallbacks hold in host memory
  std::size_t workspace_bytes = 0;   // the largest kernel workspace in it
  struct {
    std::size_t steps = 0;
    double seconds = 0;  // estimated
  } again;               // what a memory limit made run twice
  /// What depends on Variables alone: its roots are the leaves after those that callers bind. Run again only
  /// when one of its leaves holds something else.
  struct Prepack {
    std::shared_ptr<const Program> program;  // null: nothing is prepacked
    std::vector<int> leaves;                 // its leaves among those that callers bind
    std::string computation;                 // equal text, equal values from equal leaves
  } prepack;
  int commit_at = 0;  // steps before it may fail and write no state
  const Backend* backend = nullptr;

  Program();
  ~Program();
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  /// Runs once. `leaves[k]` holds leaf k in the layout values[inputs[k]].layout; a leaf that a root replaces
  /// is taken over in place when `leaves` holds the only reference. Gives one buffer per root, in
  /// values[roots[r]].layout. Throws what the failing op's contract says; then no state was written and
  /// `leaves` holds what came in.
  std::vector<BufferRef> run(std::vector<BoundLeaf>& leaves) const;

  /// Makes what the first run would make, so that run_part allocates nothing.
  void prepare() const;
  /// Runs once as a part of a step of another Program, on the host. Leaves and roots are at these addresses,
  /// in the layouts of their values; nothing that is written is also read. `arena` has arena_bytes. Throws as
  /// run does. What is prepacked is for the caller to run, and its roots are the last leaves.
  void run_part(std::span<void* const> leaves, std::span<void* const> results, std::byte* arena) const;

  /// Copies a value between the device and the host.
  bool crosses(const ProgramStep& step) const;
  /// Per-step times since LUGE_LOG=kernels or set_profiling(true).
  std::vector<StepTime> times() const;
  /// Steps with kernels, metadata, refusals and layouts, the bytes moved by reorders, and who lives at the
  /// peak.
  std::string explain() const;

 private:
  struct Arenas;
  struct RunTable;
  std::unique_ptr<RunTable> make_table() const;
  void bind_leaves(std::vector<BoundLeaf>& leaves) const;
  std::vector<BufferRef> allocate_roots(const std::vector<BoundLeaf>& leaves) const;
  void execute(const Arenas& arenas) const;
  mutable std::unique_ptr<RunTable> table_;  // pointers of every step, made at the first run
};

}  // namespace luge
