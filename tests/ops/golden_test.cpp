// Values against PyTorch's, which tests/golden/make_ops.py wrote down.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "luge/io/safetensors.h"
#include "support/op_run.h"
#include "support/paths.h"

namespace luge::testing {
namespace {

struct Golden {
  std::vector<Value> in, out;
};

// By row name; a row may have several.
std::map<std::string, std::vector<Golden>> read_goldens() {
  const io::SafetensorsFile file((source_dir() / "tests/golden/ops.safetensors").string());
  std::map<std::string, std::map<std::string, Golden>> found;
  for (const io::StoredTensor& stored : file.tensors()) {  // "row|k.in0"
    const std::size_t bar = stored.name.rfind('|'), dot = stored.name.rfind('.');
    Golden& golden = found[stored.name.substr(0, bar)][stored.name.substr(bar + 1, dot - bar - 1)];
    const bool in = stored.name[dot + 1] == 'i';
    const auto place = static_cast<std::size_t>(std::stoi(stored.name.substr(dot + (in ? 3 : 4))));
    std::vector<Value>& values = in ? golden.in : golden.out;
    if (values.size() <= place) values.resize(place + 1);
    values[place] = {{stored.dtype, stored.shape}, file.read(stored.name)};
  }
  std::map<std::string, std::vector<Golden>> result;
  for (auto& [name, entries] : found) {
    for (auto& [k, golden] : entries) result[name].push_back(std::move(golden));
  }
  return result;
}

const OpCase* row_named(const std::string& name) {
  const auto found =
      std::find_if(op_cases().begin(), op_cases().end(), [&](const OpCase& row) { return row.name == name; });
  return found == op_cases().end() ? nullptr : &*found;
}

TEST(Golden, EveryRowHasValuesOrSaysThatNobodyElseDefinesThem) {
  const auto goldens = read_goldens();
  for (const OpCase& row : op_cases()) EXPECT_EQ(goldens.contains(row.name), row.golden) << row.name;
  for (const auto& [name, unused] : goldens) EXPECT_TRUE(row_named(name)) << name << " has no op case";
}

TEST(Golden, ValuesArePyTorchs) {
  std::size_t compared = 0;
  for (const auto& [name, entries] : read_goldens()) {
    const OpCase* row = row_named(name);
    ASSERT_TRUE(row) << name;
    for (const Golden& golden : entries) {
      const Traced traced = trace(*row, golden.in);
      ASSERT_EQ(traced.roots.size(), golden.out.size()) << name;
      for (const Backend* backend : {&reference_backend(), &cpu_backend()}) {
        const auto results = run_graph(traced.roots, traced.leaves, traced.values, {.backend = backend});
        for (std::size_t k = 0; k < results.size(); ++k, ++compared) {
          EXPECT_EQ(results[k].type.shape, golden.out[k].type.shape) << name;
          EXPECT_LE(distance(numbers(results[k]), numbers(golden.out[k])), row->tolerance)
              << name << " on " << backend->name() << ": " << ::testing::PrintToString(numbers(results[k]))
              << "\n  expected " << ::testing::PrintToString(numbers(golden.out[k]));
        }
      }
    }
  }
  EXPECT_GT(compared, 400u);
}

}  // namespace
}  // namespace luge::testing
