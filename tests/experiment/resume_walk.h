// A training that is stopped and resumed, for tests that compare its bytes with those of one that never
// stopped.
#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/registry.h"
#include "experiment/family_keys.h"
#include "io/files/atomic_file.h"
#include "luge/data/sources.h"
#include "luge/experiment/run.h"
#include "luge/ops/random.h"
#include "luge/random.h"
#include "luge/train/callbacks.h"
#include "support/temp_dir.h"

namespace luge::experiment {

using Entries = std::vector<Config::Entry>;

// 30 pictures of noise from 0 to 1, which is white, with three labels: 27 are trained on, in 4 batches of 7.
inline DataSet noise(const Shape& shape) {
  random::seed(3);
  std::vector<std::int64_t> labels;
  for (std::int64_t i = 0; i < 30; ++i) labels.push_back(i * 7 % 3);
  return {"noise", data::tensors(luge::random::uniform(shape), tensor(labels, {30}))};
}
inline DataSet pictures() { return noise({30, 1, 6, 6}); }
inline DataSet sounds() { return noise({30, 1, 36}); }

// Batch norm, dropout, gradients that wait, a validation.
inline Entries tiny(const Entries& more = {}) {
  Entries entries = {{"model", "mlp"},    {"hidden", "6"},         {"normalization", "batch-norm"},
                     {"dropout", "0.3"},  {"batch", "7"},          {"epochs", "2"},
                     {"accumulate", "2"}, {"metrics", "accuracy"}, {"threads", "1"}};
  for (const auto& [key, value] : more) {
    std::erase_if(entries, [&](const auto& entry) { return entry.first == key; });
    if (!value.empty()) entries.emplace_back(key, value);
  }
  return entries;
}

class Walk : public ::testing::Test {
 protected:
  experiment::Run run_of(const Entries& entries) const {
    Config config = base_;
    for (const auto& [key, value] : entries) config.set(key, value);
    return experiment::Run(config, {.data = data_});
  }

  // The bytes at the end of a training that is stopped after each of these steps.
  std::string bytes_of(const Entries& entries, const std::vector<std::int64_t>& stops) const {
    experiment::Run run = run_of(entries);
    for (const std::int64_t stop : stops) {
      run.fit({train::stop_when([&] { return run.position().total_steps >= stop; }, "asked")});
      EXPECT_EQ(run.position().total_steps, stop);
      run.save(dir_.file("part"));
      run = run_of(entries);
      run.restore(dir_.file("part"));
    }
    run.fit();
    steps_ = run.position().total_steps;
    run.save(dir_.file("end"));
    return testing::read_file(dir_.file("end"));
  }

  void expect_resumable(const std::string& name, const Entries& entries,
                        const std::vector<std::int64_t>& stops = {3}) const {
    const std::string straight = bytes_of(entries, {});
    ASSERT_GT(steps_, stops.back()) << name;
    EXPECT_TRUE(bytes_of(entries, stops) == straight) << name << ": other bytes";
  }

  // Every member of a family, chosen by the key of the family.
  void walk(const std::string& family) const {
    const Family& all = *find_family(family);
    EXPECT_GE(all.names().size(), 3u);
    for (const std::string& name : all.names())
      expect_resumable(family + " " + name, tiny({{all.called().key, name}}));
  }

  testing::TempDir dir_;
  const std::filesystem::path file_ = dir_.path() / "checkpoint";
  const io::WithoutSync quick_{file_};
  std::optional<DataSet> data_ = pictures();
  Config base_;  // what entries are added to
  mutable std::int64_t steps_ = 0;
};

}  // namespace luge::experiment
