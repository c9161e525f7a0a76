// Where the right values come from: PyTorch in float64 beside this process, or the reference loops within it.
#pragma once

#include <sys/types.h>

#include <memory>
#include <string>
#include <vector>

#include "fuzz/compare.h"
#include "support/temp_dir.h"

namespace luge::fuzz {

class Oracle {
 public:
  virtual ~Oracle() = default;
  /// Begins to compute; the answer must be fetched before the next question. `runs`: how often the
  /// computation is disturbed.
  virtual void ask(const std::vector<Case>& cases, int runs) = 0;
  virtual std::vector<Expected> answer() = 0;
  /// The answer as it was written, for parse_expected.
  virtual std::string written() = 0;
  Expected expect(const Case& c, int runs) {
    ask({c}, runs);
    return answer().at(0);
  }
  /// After a process that shared this oracle ended in the middle of a question.
  virtual void restart() {}
};

/// Starts `python` with tests/fuzz/oracle.py. Throws StateError telling what to install when that fails.
std::unique_ptr<Oracle> torch_oracle(const std::string& python);
/// The reference loops in float64 without any pass. Only for processes that may compute.
std::unique_ptr<Oracle> reference_oracle();

/// Expected values in the form in which oracle.py writes them.
std::vector<Expected> parse_expected(const std::string& bytes, std::size_t cases);

}  // namespace luge::fuzz
