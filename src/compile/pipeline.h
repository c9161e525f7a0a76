// From a specialized graph to a Program, pass by pass.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "backend/backend.h"
#include "compile/graph.h"
#include "runtime/program.h"

namespace luge::compiler {

struct Options {
  const Backend* backend = nullptr;  // of the device; null: cpu_backend()
  Math math = Math::fast;
  Precision precision = Precision::f32;
  int threads = 1;
  std::size_t memory = 0;                   // bytes a run may take, leaves and roots included; 0: any
  bool always_bf16 = false;                 // products in bfloat16 even where float32 is quicker, for tests
  std::set<std::string> disabled;           // names of passes to leave out
  std::vector<LayoutId> root_layouts = {};  // per root that is no state; empty: all public
};

struct Pass {
  std::string_view name;
  std::function<Graph(const Graph&, const Options&)> run;
  std::string_view purpose;
};
/// The Graph → Graph passes in order, patterns among them; what follows (lower) turns the result into a
/// Program.
const std::vector<Pass>& passes();
/// Runs the pass of that name alone. Throws ValueError when there is none.
Graph run_pass(std::string_view name, const Graph& graph, const Options& options);

/// Told what compilations do, for tools that count what they reached.
class Observer {
 public:
  virtual ~Observer() = default;
  virtual void passed(std::string_view pass, const Graph& before, const Graph& after) = 0;
  virtual void compiled(const Program& program) = 0;
  /// The same, to keep it.
  virtual void made(const std::shared_ptr<const Program>&) {}
};
/// Null, the default: none. Not while another thread compiles.
void observe(std::shared_ptr<Observer> observer);

/// Runs the passes (the verifier after each in debug builds) and lowers. The graph must be specialized.
std::shared_ptr<const Program> compile(const Graph& graph, const Options& options);

}  // namespace luge::compiler
