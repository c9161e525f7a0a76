// A short training of each registered task, for tests of what commands do with its run.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "support/in_process.h"
#include "support/task_files.h"
#include "support/temp_dir.h"

namespace luge::testing {

/// Trains a small network of this task for one epoch, into the folder "run" of `dir`.
inline void train_task(const TempDir& dir, const std::string& task) {
  std::vector<std::string> words = as_arguments(words_for_task(dir, task));
  words.insert(words.begin(), "train");
  words.insert(words.end(), {"epochs=1", "run.dir=" + dir.file("run")});
  const auto ran = in_process(words);
  ASSERT_EQ(ran.code, 0) << ran.err;
}

}  // namespace luge::testing
