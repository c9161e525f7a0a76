// The search: draws cases, runs them in Luge, compares with the oracle, minimizes what fails, counts.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "fuzz/coverage.h"
#include "fuzz/oracle.h"
#include "fuzz/trial.h"

namespace luge::fuzz {

struct Search {
  std::uint64_t cases = 1000, seed = 1, first = 0;
  std::string file = {};               // cases from a file instead of drawn ones
  std::vector<std::string> sets = {};  // instruction sets; the cases are shared out among them
  int minimize = 20;                   // failures to make small, at most
  int tries = 150;                     // for each of them
  std::string out = {};                // file that failing cases are added to
  bool reference = false;              // the oracle computes in the child itself
};

struct Found {
  Case original, small;
  std::string set, what;
};

struct Report {
  std::uint64_t cases = 0, checks = 0, refused = 0;
  std::map<std::string, std::uint64_t> modes, refusals, kinds;
  std::map<std::string, Counts> reached;  // by instruction set
  std::vector<Found> found;
};

Report search(const Search& search, Oracle& oracle);

/// Failures that look alike: what happens, and the ops of the minimized case.
std::string family(const Found& found);

}  // namespace luge::fuzz
