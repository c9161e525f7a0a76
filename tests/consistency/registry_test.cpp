// Walks the registered ops: each has a case, a meaning, a gradient or a reason, a file that says what it is,
// fields that survive being written down; each function with a case has a docstring.
#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "backend/backend.h"
#include "compile/graph.h"
#include "graph/op_registry.h"
#include "luge/autodiff.h"
#include "luge/ops/math.h"
#include "luge/ops/reduce.h"
#include "ops/attributes/control.h"
#include "support/op_run.h"
#include "support/paths.h"

namespace luge::testing {
namespace {

std::string text_of(const std::filesystem::path& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

// An op, and those in the functions that it runs.
void meet(const OpRef& op, std::map<std::string, OpRef>& met) {
  met.emplace(std::string(op->name()), op);
  for (const Body* body : functions_of(*op)) {
    for (const auto& step : body->steps) {
      if (const auto* call = std::get_if<Body::Call>(&step)) meet(call->op, met);
    }
  }
}

// Ops met in the cases: in the function, its gradient, the gradient's gradient, and their decompositions.
std::map<std::string, OpRef> ops_in_cases() {
  std::map<std::string, OpRef> met;
  const auto collect = [&](const Tensors& roots) {
    for (Node* node : topological(roots)) {
      if (node->leaf == Leaf::none) meet(node->op, met);
    }
  };
  for (const OpCase& row : op_cases()) {
    std::vector<Value> values;
    for (const Tensor& element : elements(row.inputs[0], row.name)) values.push_back(value_of(element));
    const Traced once = trace(row, values, row.gradient);
    collect(once.roots);
    for (Node* node : topological(once.roots)) {
      if (node->leaf != Leaf::none || !node->op->decomposes()) continue;
      Tensors inputs;
      for (std::size_t k = 0; k < node->inputs.size(); ++k) inputs.push_back(input_of(*node, k));
      Tensors parts = node->op->decompose(inputs);
      std::erase_if(parts, [](const Tensor& part) { return !part.defined(); });
      collect(parts);
    }
    if (!row.gradient || !row.second) continue;
    Tensor total = scalar(0, f64);
    for (std::size_t k = row.build(once.leaves).size(); k < once.roots.size(); ++k)
      total = total + sum(square(once.roots[k]));
    for (const Tensor& leaf : once.leaves) {
      if (leaf.dtype() == f64) collect({grad(total, leaf, {.seed = {}, .allow_unused = true})});
    }
  }
  return met;
}

// By op: the opening comment of the file that defines it.
std::map<std::string, std::string> opening_comments(const std::filesystem::path& folder) {
  std::map<std::string, std::string> openings;
  const std::string marker = "static constexpr auto name = \"";
  for (const auto& file : std::filesystem::recursive_directory_iterator(folder)) {
    if (file.path().extension() != ".cpp") continue;
    const std::string text = text_of(file.path());
    for (std::size_t at = text.find(marker); at != std::string::npos; at = text.find(marker, at + 1)) {
      const std::size_t start = at + marker.size();
      openings[text.substr(start, text.find('"', start) - start)] = text.substr(0, text.find("\n#"));
    }
  }
  return openings;
}

TEST(Registry, EveryOpIsMetInACase) {
  const auto met = ops_in_cases();
  const auto public_ops = opening_comments(source_dir() / "src/ops");  // the rest are the engine's own
  for (const OpEntry& entry : registered_ops()) {
    const std::string name(entry.name);
    EXPECT_TRUE(met.contains(name) || !public_ops.contains(name))
        << name << " is reached by no row of tests/ops/cases";
  }
  EXPECT_GT(public_ops.size(), 90u);
}

TEST(Registry, EveryOpHasAMeaningAndAGradientOrAReason) {
  for (const auto& [name, op] : ops_in_cases()) {
    EXPECT_TRUE(op->has_reference() || op->decomposes() || op->instruction() != Instruction::none ||
                op->traits().alias || !functions_of(*op).empty())
        << name;
    const bool says_why = !op->no_gradient_reason().empty();
    EXPECT_TRUE(op->has_gradient() || op->decomposes() || says_why)
        << name << " has no gradient and says no reason";
    EXPECT_FALSE(op->has_gradient() && says_why) << name << " has a gradient and a reason for having none";
  }
}

TEST(Registry, FieldsComeBackAsTheyWere) {
  for (const auto& [name, op] : ops_in_cases()) {
    const OpEntry* entry = find_op(name);
    if (!entry) continue;  // made on the fly, as custom gradients are
    EXPECT_EQ(entry->version, op->version()) << name;
    EXPECT_TRUE(entry->create(op->fields())->equal(*op))
        << name << ": " << entry->create(op->fields())->to_string();
    EXPECT_THROW(entry->create({{"no such field", std::int64_t{1}}}), FormatError) << name;
  }
}

// src/ops/<op>.cpp, or the file of the op it belongs to, begins with a comment that names it.
TEST(Registry, EveryOpsFileSaysWhatItIs) {
  const auto openings = opening_comments(source_dir() / "src");
  for (const OpEntry& entry : registered_ops()) {
    const std::string name(entry.name);
    ASSERT_TRUE(openings.contains(name)) << name << " is defined in no file of src";
    EXPECT_TRUE(openings.at(name).starts_with("// ")) << name << ": its file begins without a comment";
    EXPECT_NE(openings.at(name).find(name), std::string::npos)
        << name << ": the opening comment does not name it";
  }
}

// The functions declared under a docstring in include/luge/ops, with the header of each.
std::map<std::string, std::string> documented_functions() {
  std::map<std::string, std::string> documented;
  for (const auto& file : std::filesystem::directory_iterator(source_dir() / "include/luge/ops")) {
    std::istringstream lines(text_of(file.path()));
    bool described = false;  // the line before is a comment
    for (std::string line; std::getline(lines, line);) {
      if (line.starts_with("///")) {
        described = true;
      } else if (line.empty()) {
        described = false;
      } else if (const std::size_t open = line.find('('); described && open != std::string::npos) {
        const std::size_t space = line.rfind(' ', open);
        const std::string name = line.substr(space + 1, open - space - 1);
        const bool function = line.find('=') > open && !name.starts_with("operator");
        if (function && line[0] != ' ' && !line.starts_with("struct"))
          documented.emplace(name, file.path().filename().string());
        described = false;
      }
    }
  }
  return documented;
}

// Every function that has a case is declared in a public header, under a docstring.
TEST(Registry, EveryFunctionHasADocstring) {
  const auto documented = documented_functions();
  for (const OpCase& row : op_cases()) {
    const std::string function = row.name.substr(0, row.name.find('/'));
    EXPECT_TRUE(documented.contains(function)) << function << " has no docstring in include/luge/ops";
  }
  EXPECT_GT(documented.size(), 150u);
}

// Every declared function has a case, but for a few that no case can call.
TEST(Registry, EveryFunctionHasACase) {
  const std::map<std::string, std::string> others = {
      {"from", "gives axes"},
      {"guard_step", "a guard of several groups: tests/optim/guard_test.cpp"},
      {"unique_consecutive", "its sizes depend on values: tests/ops/convention_test.cpp"},
      {"nonzero", "its sizes depend on values: tests/ops/scatter_test.cpp"},
      {"receptive_fields", "tells of a graph what it reads: tests/nn/receptive_field_test.cpp"},
      {"masked_select", "its sizes depend on values: tests/ops/scatter_test.cpp"},
  };
  std::set<std::string> cases;
  for (const OpCase& row : op_cases()) cases.insert(row.name.substr(0, row.name.find('/')));
  const auto documented = documented_functions();
  for (const auto& [function, header] : documented) {
    // Draws are compared by their distributions (tests/ops/random_test.cpp), filters by their numbers.
    if (header == "random.h" || header == "noise.h" || header == "filters.h" || header == "named_filters.h")
      continue;
    EXPECT_NE(cases.contains(function), others.contains(function)) << function << " of " << header;
  }
  for (const auto& [function, why] : others) EXPECT_TRUE(documented.contains(function)) << function;
}

}  // namespace
}  // namespace luge::testing
