#include "fuzz/coverage.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "backend/backend.h"
#include "compile/pipeline.h"
#include "graph/op_registry.h"

namespace luge::fuzz {
namespace {

// A kernel's note without its numbers, which are shapes and times.
std::string kind_of(const std::string& note) {
  std::string kind;
  for (const char c : note.substr(0, 60)) {
    if (c >= '0' && c <= '9') {
      if (kind.empty() || kind.back() != '#') kind += '#';
    } else {
      kind += c;
    }
  }
  return kind;
}

class Counter final : public compiler::Observer {
 public:
  explicit Counter(Counts& counts) : counts_(counts) {}

  void passed(std::string_view pass, const compiler::Graph& before, const compiler::Graph& after) override {
    if (first_) count_ops(before);
    first_ = false;
    if (compiler::to_text(before) != compiler::to_text(after)) ++counts_[fmt::format("pass {}", pass)];
  }

  void compiled(const Program& program) override {
    first_ = true;
    ++counts_["programs"];
    for (const ProgramStep& step : program.steps) {
      const std::string kernel = step.note.substr(0, step.note.find(':'));
      ++counts_[fmt::format("kernel {}/{}", step.name, kernel)];
      ++counts_[fmt::format("choice {} {}", step.name, kind_of(step.note))];
      if (step.again) ++counts_["pass rematerialize"];
    }
    if (program.prepack.program) ++counts_["pass prepack"];
  }

 private:
  void count_ops(const compiler::Graph& graph) {
    for (const Node* node : topological(graph.roots)) {
      if (node->leaf == Leaf::none) ++counts_[fmt::format("op {}", node->op->name())];
    }
  }

  Counts& counts_;
  bool first_ = true;
};

}  // namespace

void start_counting(Counts& counts) { compiler::observe(std::make_shared<Counter>(counts)); }

std::vector<std::string> countable() {
  std::vector<std::string> keys = {"pass prepack", "pass rematerialize"};
  for (const compiler::Pass& pass : compiler::passes()) keys.push_back(fmt::format("pass {}", pass.name));
  std::set<std::string> kernels;
  for (const OpEntry& op : registered_ops()) {
    keys.push_back(fmt::format("op {}", op.name));
    for (const Kernel* kernel : cpu_backend().candidates(op.name))
      kernels.insert(fmt::format("kernel {}/{}", op.name, kernel->name()));
  }
  keys.insert(keys.end(), kernels.begin(), kernels.end());
  return keys;
}

std::string summary(const std::map<std::string, Counts>& by_instruction_set) {
  std::set<std::string> keys;
  for (const auto& [set, counts] : by_instruction_set) {
    for (const auto& [key, count] : counts) keys.insert(key);
  }
  const std::vector<std::string> known = countable();
  keys.insert(known.begin(), known.end());
  std::string reached, missing;
  for (const std::string_view kind : {"pass ", "kernel ", "choice ", "op "}) {
    reached += fmt::format("\n{:<70}", fmt::format("{}(times reached)", kind));
    for (const auto& [set, counts] : by_instruction_set) reached += fmt::format(" {:>9}", set);
    reached += '\n';
    for (const std::string& key : keys) {
      if (!key.starts_with(kind)) continue;
      std::string row;
      std::uint64_t total = 0;
      for (const auto& [set, counts] : by_instruction_set) {
        const auto found = counts.find(key);
        const std::uint64_t count = found == counts.end() ? 0 : found->second;
        total += count;
        row += fmt::format(" {:>9}", count);
      }
      if (total == 0)
        missing += "  " + key + "\n";
      else
        reached += fmt::format("  {:<68}{}\n", key.substr(kind.size()), row);
    }
  }
  return reached + (missing.empty() ? "\nEverything that can be counted was reached.\n"
                                    : "\nNever reached:\n" + missing);
}

}  // namespace luge::fuzz
