// luge_fuzz: the program behind tools/fuzz.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <map>

#include "core/instruction_sets.h"
#include "fuzz/differential.h"
#include "fuzz/draft.h"
#include "luge/error.h"
#include "support/paths.h"

namespace luge::fuzz {
namespace {

constexpr std::string_view kHelp =
    R"(luge_fuzz differential [key=value ...]   random graphs against PyTorch in float64
luge_fuzz print        [key=value ...]   only writes the cases down
luge_fuzz golden       [key=value ...]   writes tests/golden/fuzz_cases.txt and fuzz_values.bin: small cases, and
                                         those of file=FILE before them

  cases=N        how many (1000)
  seed=S         which ones (1): the same cases for the same seed on every machine
  first=K        the number of the first (0)
  file=FILE      runs the cases of a file instead, such as a reproducer that was printed
  python=PATH    a Python with torch and numpy (python3)
  against=torch  or reference: the reference loops in float64, for machines without PyTorch
  isa=all        or one of the machine's: amx, avx512_bf16, avx512, avx2, portable
  minimize=N     failures that are made small (20), the others are printed as they are
  out=FILE       failing cases are also added to this file
  coverage=FILE  what was reached how often goes there, and only what was never reached is printed
)";

class Keys {
 public:
  Keys(int count, char** words) {
    for (int k = 2; k < count; ++k) {
      const std::string word = words[k];
      const std::size_t equals = word.find('=');
      static constexpr std::string_view known[] = {"cases",   "seed", "first",    "file", "python",
                                                   "against", "isa",  "minimize", "out",  "coverage"};
      const std::string key = word.substr(0, equals);
      if (equals == std::string::npos || std::count(std::begin(known), std::end(known), key) == 0)
        throw ValueError(
            fmt::format("{} is none of luge_fuzz's keys; expected {}=…", word, fmt::join(known, "=…, ")));
      values_[key] = word.substr(equals + 1);
    }
  }
  std::string text(const std::string& key, const std::string& fallback) const {
    const auto found = values_.find(key);
    return found == values_.end() ? fallback : found->second;
  }
  std::uint64_t number(const std::string& key, std::uint64_t fallback) const {
    const std::string given = text(key, std::to_string(fallback));
    if (given.empty() || given.find_first_not_of("0123456789") != std::string::npos)
      throw ValueError(fmt::format("{}={}: expected a whole number", key, given));
    return std::stoull(given);
  }

 private:
  std::map<std::string, std::string> values_;
};

void print_report(const Report& report, const std::string& coverage) {
  const auto list = [](std::string_view title, const std::map<std::string, std::uint64_t>& counts) {
    if (!counts.empty()) fmt::print("\n{}\n", title);
    for (const auto& [key, count] : counts) fmt::print("  {:>8}  {}\n", count, key);
  };
  list("Checks by mode:", report.modes);
  list("Cases the oracle could not compute:", report.refusals);
  list("Failures by manner:", report.kinds);
  std::map<std::string, std::uint64_t> families;
  for (const Found& found : report.found) ++families[family(found)];
  list("Failures by family:", families);
  const std::string table = summary(report.reached);
  if (!coverage.empty()) std::ofstream(coverage) << table;
  const std::size_t missing = table.find("\nNever reached:");
  fmt::print("{}", coverage.empty() || missing == std::string::npos ? table : table.substr(missing));
  fmt::print("\n{} cases, {} checks, {} failures\n", report.cases, report.checks, report.found.size());
}

// Few results, and what rounding can do to them is little: not near a kink or a pole.
bool suits(const Expected& expected) {
  std::size_t elements = 0;
  for (const Wanted& wanted : expected.results) {
    elements += wanted.values.size();
    double largest = 1e-3;
    for (double value : wanted.values) {
      if (!std::isfinite(value)) return false;
      largest = std::max(largest, std::abs(value));
    }
    if (!(wanted.fine < 1e-3 * largest)) return false;
  }
  return expected.error.empty() && elements > 0 && elements <= 260;
}

void write_golden(const Search& wanted, Oracle& oracle) {
  std::vector<Case> cases;
  if (!wanted.file.empty()) cases = parse_cases(testing::read_file(wanted.file));
  for (std::uint64_t k = 0; cases.size() < wanted.cases; ++k) {
    const Case c = draw_case(wanted.seed, wanted.first + k);
    std::size_t elements = 0;
    for (const Line& line : c.lines) {
      if (line.leaf()) elements += static_cast<std::size_t>(line.shape().elements());
    }
    if (elements <= 4000 && !c.gradients.empty() && suits(oracle.expect(c, 12))) cases.push_back(c);
  }
  for (Case& c : cases) c.modes = {Mode{.narrow = true}};  // so that both distances are asked for
  const auto folder = testing::source_dir() / "tests/golden";
  std::ofstream text(folder / "fuzz_cases.txt");
  for (const Case& c : cases) text << to_text(c);
  oracle.ask(cases, 12);
  std::ofstream(folder / "fuzz_values.bin", std::ios::binary) << oracle.written();
}

int obey(int count, char** words) {
  const std::string command = count > 1 ? words[1] : "";
  if (command != "differential" && command != "print" && command != "golden") {
    fmt::print(stderr, "{}", kHelp);
    return 2;
  }
  const Keys keys(count, words);
  Search wanted{.cases = keys.number("cases", 1000),
                .seed = keys.number("seed", 1),
                .first = keys.number("first", 0),
                .file = keys.text("file", ""),
                .sets = {},
                .minimize = static_cast<int>(keys.number("minimize", 20)),
                .out = keys.text("out", "")};
  if (command == "print") {
    for (std::uint64_t k = 0; k < wanted.cases; ++k)
      std::cout << to_text(draw_case(wanted.seed, wanted.first + k));
    return 0;
  }
  for (const std::string_view set : instruction_sets()) wanted.sets.emplace_back(set);
  const std::string isa = keys.text("isa", "all");
  if (isa != "all") {
    if (std::count(wanted.sets.begin(), wanted.sets.end(), isa) == 0)
      throw ValueError(fmt::format("isa={}: this machine offers all, {}", isa, fmt::join(wanted.sets, ", ")));
    wanted.sets = {isa};
  }
  const bool reference = keys.text("against", "torch") == "reference";
  const auto oracle = reference ? reference_oracle() : torch_oracle(keys.text("python", "python3"));
  wanted.reference = reference;
  if (command == "golden") return write_golden(wanted, *oracle), 0;
  const Report report = search(wanted, *oracle);
  print_report(report, keys.text("coverage", ""));
  return report.found.empty() ? 0 : 1;
}

}  // namespace
}  // namespace luge::fuzz

int main(int count, char** words) {
  try {
    return luge::fuzz::obey(count, words);
  } catch (const luge::ValueError& error) {
    std::fprintf(stderr, "luge_fuzz: %s\n", error.what());
    return 2;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "luge_fuzz: %s\n", error.what());
    return 1;
  }
}
