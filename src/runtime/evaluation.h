// Evaluation: one eager run. Finds what must run, takes its Program from the cache or compiles it, binds,
// runs, and releases the graph. Whatever throws on the way, the graph and the Variables are as they were.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "core/lease.h"
#include "luge/tensor.h"
#include "runtime/falling_references.h"
#include "runtime/program.h"
#include "runtime/subgraph.h"

namespace luge {

/// A step: everything it evaluates is released, whether or not it leads to Variables.
struct StepGraph {
  std::vector<const Node*> replaced;  // versions of Variables that get a successor, held once by the step
  Tensors done;                       // evaluated losses of the step: released with it
};

class Evaluation {
 public:
  /// `step`: null for a reading, which releases only what no gradient can need.
  Evaluation(std::span<const Edge> wanted, const StepGraph* step);

  void run();

 private:
  void request(Edge edge);
  void find_states();
  void find_kept();
  bool history_counts(Node* node);
  void find_needed_by_kept();
  void find_held();
  void retain_all();
  void count_falling_references();
  Node* donor(int leaf) const;
  void run(const Program& program);
  void settle_reads();
  void let_go();

  /// A read whose value the Program computes, with the leaf that it replaces, or -1.
  struct Assigned {
    Node* read;
    int leaf, root;
  };
  /// What the run works on stays alive until it ends.
  struct Retained {
    std::vector<Node*> nodes;
    ~Retained();
  };

  const StepGraph* step_;
  Lease<Subgraph> subgraph_;
  Lease<FallingReferences> falling_;  // what releasing will take away; nothing is released before the run
  Retained retained_;
  std::vector<bool> kept_;    // per node of the subgraph: its inputs stay, for gradients
  std::vector<Node*> spent_;  // leaves of the subgraph whose history leads to nothing any more
  std::vector<Assigned> assigned_;
};

}  // namespace luge
