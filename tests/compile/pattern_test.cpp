// The list of passes: each pattern once, where its stage and order put it.
#include "compile/pattern.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "luge/ops/math.h"
#include "support/errors.h"
#include "support/toy_ops.h"

namespace luge::testing {
namespace {

using compiler::Pattern;
using compiler::Stage;

std::ptrdiff_t position_of(std::string_view name) {
  const auto& list = compiler::passes();
  return std::find_if(list.begin(), list.end(), [&](const auto& pass) { return pass.name == name; }) -
         list.begin();
}

TEST(Pattern, StandsOnceInTheListOfPassesWithinItsStage) {
  const std::pair<Stage, std::string_view> ends[] = {{Stage::before_autocast, "autocast"},
                                                     {Stage::before_decompose, "decompose"},
                                                     {Stage::after_decompose, "fuse_post_ops"}};
  std::ptrdiff_t begin = position_of("simplify");
  for (const auto& [stage, end] : ends) {
    int last = -1;
    for (const Pattern& pattern : compiler::patterns_at(stage)) {
      EXPECT_GT(pattern.order, last) << pattern.name << ": two patterns of a stage have the same order";
      last = pattern.order;
      EXPECT_GT(position_of(pattern.name), begin) << pattern.name;
      EXPECT_LT(position_of(pattern.name), position_of(end)) << pattern.name;
      begin = position_of(pattern.name);
    }
    EXPECT_FALSE(compiler::patterns_at(stage).empty())
        << end << ": the linker dropped the patterns before it";
    begin = position_of(end);
  }
  std::set<std::string_view> names;
  for (const compiler::Pass& pass : compiler::passes())
    EXPECT_TRUE(names.insert(pass.name).second) << pass.name;
}

TEST(Pattern, RunsAfterThoseOfALowerOrder) {
  EXPECT_LT(position_of("norm_relu_backward"), position_of("norm_relu"))
      << "which takes away what it looks for";
}

TEST(Pattern, IsNotRunWhereItIsNotEnabled) {
  int runs = 0;
  static int* count = nullptr;
  count = &runs;
  Pattern pattern{
      .name = "toy",
      .purpose = "counts",
      .stage = Stage::before_autocast,
      .order = 0,
      .enabled = [](const compiler::Graph&, const compiler::Options& options) { return options.threads > 1; },
      .rewrite = [](const compiler::Graph& graph, const compiler::Options&) { return ++*count, graph; }};
  const compiler::Graph graph = graph_of({}, {});
  compiler::pass_of(pattern).run(graph, {.threads = 1, .disabled = {}});
  EXPECT_EQ(runs, 0);
  compiler::pass_of(pattern).run(graph, {.threads = 2, .disabled = {}});
  EXPECT_EQ(runs, 1);
}

TEST(Passes, ASwitchThatNamesNoneIsAnError) {
  const Tensor x = argument({3});
  expect_error<ValueError>(
      [&] { compiler::compile(graph_of({x}, {relu(x)}), {.disabled = {"no_such_pass"}}); }, {"no_such_pass"});
  expect_error<ValueError>([&] { compiler::run_pass("no_such_pass", graph_of({x}, {x}), {}); },
                           {"no_such_pass"});
  EXPECT_TRUE(compiler::compile(graph_of({x}, {relu(x)}), {.disabled = {"prepack", "fuse_elementwise"}}));
}

}  // namespace
}  // namespace luge::testing
