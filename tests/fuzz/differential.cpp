#include "fuzz/differential.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <iostream>
#include <optional>
#include <sstream>

#include "backend/cpu/hold.h"
#include "fuzz/draft.h"
#include "fuzz/minimize.h"
#include "support/temp_dir.h"

namespace luge::fuzz {
namespace {

constexpr std::uint64_t kBatch = 32;        // cases the oracle computes at a time
constexpr std::uint64_t kPerProcess = 600;  // a process keeps every program it has compiled
constexpr int kDoubleChecks = 12;

// "wrong", "threw", "shape", "crashed", "hung".
std::string manner(const std::string& what) { return what.substr(0, what.find_first_of(": ")); }

class Searcher {
 public:
  Searcher(const Search& search, Oracle& oracle) : search_(search), oracle_(oracle) {
    if (!search.file.empty()) given_ = parse_cases(testing::read_file(search.file));
  }

  Report run() {
    const std::uint64_t total = search_.file.empty() ? search_.cases : given_.size();
    std::uint64_t chunk = 0;
    for (std::uint64_t from = 0; from < total; ++chunk) {
      // Most cases on the best instruction set, a quarter each on the others.
      const std::size_t others = search_.sets.size() - 1;
      const std::string& set =
          chunk % 4 == 3 && others > 0 ? search_.sets[1 + chunk / 4 % others] : search_.sets[0];
      const std::uint64_t to = std::min(
          total, from + (total < 4 * kPerProcess ? std::max<std::uint64_t>(total / 4, 1) : kPerProcess));
      while (from < to) from = part(from, to, set);
      std::cerr << fmt::format("{} of {} cases, {} failures\n", from, total, failures_) << std::flush;
    }
    return std::move(report_);
  }

 private:
  Case drawn(std::uint64_t at) const {
    return search_.file.empty() ? draw_case(search_.seed, search_.first + at) : given_[at];
  }

  // Cases from … to in one process, or up to the one at which it died; gives the next.
  std::uint64_t part(std::uint64_t from, std::uint64_t to, const std::string& set) {
    std::optional<std::uint64_t> now;
    std::vector<std::pair<std::uint64_t, std::string>> failed;
    const ProcessEnd end = in_child([&](const auto& write) { work(from, to, set, write); },
                                    [&](const std::string& line) { heard(line, set, now, failed); }, 60);
    std::uint64_t next = now ? *now + 1 : to;
    if (!end.failure.empty()) {
      oracle_.restart();
      if (!now) throw StateError("the fuzzer's process died before its first case: " + end.failure);
      failed.emplace_back(*now, end.failure);
    }
    for (const auto& [at, what] : failed) examine(at, what, set);
    return next;
  }

  void heard(const std::string& line, const std::string& set, std::optional<std::uint64_t>& now,
             std::vector<std::pair<std::uint64_t, std::string>>& failed) {
    std::istringstream words(line);
    std::string word;
    words >> word;
    std::uint64_t number = 0;
    if (word == "at") {
      words >> number;
      now = number;
      ++report_.cases;
    } else if (word == "fail") {
      std::string what;
      words >> number;
      std::getline(words >> std::ws, what);
      failed.emplace_back(number, what);
    } else if (word == "refused") {
      std::string why;
      std::getline(words >> std::ws, why);
      ++report_.refused;
      ++report_.refusals[why];
    } else if (word == "check") {
      std::string mode;
      std::getline(words >> std::ws, mode);
      ++report_.checks;
      ++report_.modes[mode];
    } else if (word == "count") {
      std::string key;
      words >> number;
      std::getline(words >> std::ws, key);
      report_.reached[set][key] += number;
    }
  }

  void work(std::uint64_t from, std::uint64_t to, const std::string& set,
            const std::function<void(const std::string&)>& write) {
    cpu::hold_to(set);
    Counts counts;
    start_counting(counts);
    bool thrown = false;  // what comes behind an exception starts in a new process, and is not blamed for it
    for (std::uint64_t at = from; at < to && !thrown; at += kBatch) {
      std::vector<Case> cases;
      for (std::uint64_t k = at; k < std::min(to, at + kBatch); ++k) cases.push_back(drawn(k));
      oracle_.ask(cases, 1);
      std::vector<std::vector<Outcome>> outcomes;
      for (std::size_t k = 0; k < cases.size(); ++k) {
        write(fmt::format("at {}\n", at + k));
        auto& list = outcomes.emplace_back();
        for (const Mode& mode : cases[k].modes) list.push_back(fuzz::run(cases[k], mode));
        thrown = std::any_of(list.begin(), list.end(), [](const Outcome& o) { return !o.error.empty(); });
        if (thrown) break;
      }
      const std::vector<Expected> expected = oracle_.answer();
      for (std::size_t k = 0; k < outcomes.size(); ++k) {
        if (!expected[k].error.empty()) {
          write(fmt::format("refused {}\n", one_line(expected[k].error)));
          continue;
        }
        std::string what;
        for (std::size_t m = 0; m < cases[k].modes.size(); ++m) {
          write(fmt::format("check {}\n", to_text(cases[k].modes[m])));
          if (what.empty()) what = difference(cases[k], cases[k].modes[m], outcomes[k][m], expected[k]);
        }
        if (!what.empty()) write(fmt::format("fail {} {}\n", at + k, one_line(what)));
      }
    }
    for (const auto& [key, count] : counts) write(fmt::format("count {} {}\n", count, one_line(key)));
    write(fmt::format("count 1 processes\n"));
  }

  static std::string one_line(std::string text) {
    std::replace(text.begin(), text.end(), '\n', ' ');
    return text.substr(0, 300);
  }

  // Checks a failure again against a computation that was disturbed more often, and makes it small.
  void examine(std::uint64_t at, const std::string& first, const std::string& set) {
    const Case original = drawn(at);
    Failure failure;
    if (!fails(original, set, {}, &failure)) {
      ++report_.kinds[manner(first) == "wrong" ? "(rounding only)"
                                               : fmt::format("(not again: {})", manner(first))];
      if (manner(first) == "wrong") return;
      failure = {original.modes.at(0), first + " (not when run alone)"};
    }
    ++failures_;
    ++report_.kinds[manner(failure.what)];
    Found found{original, original, set, failure.what};
    if (minimized_ < search_.minimize) {
      ++minimized_;
      const std::string how = manner(failure.what);
      std::string last = failure.what;
      const Fails again = [&](const Case& c) {
        Failure now;
        if (!fails(c, set, how, &now)) return false;
        last = now.what;
        return true;
      };
      Case start = original;
      start.modes = {failure.mode};
      found.small = minimized(start, again, search_.tries);
      found.what = last;
    } else {
      found.small.modes = {failure.mode};
    }
    tell(found);
    report_.found.push_back(std::move(found));
  }

  bool fails(const Case& c, const std::string& set, const std::string& how, Failure* failure) {
    const Expected expected = oracle_.expect(c, kDoubleChecks);
    if (!expected.error.empty()) return false;
    *failure = try_case(c, expected, set);
    return !failure->what.empty() && (how.empty() || manner(failure->what) == how);
  }

  void tell(const Found& found) const {
    const std::string text =
        fmt::format("# {}\n# {} on {}\n{}\n", family(found), found.what, found.set, to_text(found.small));
    std::cout << text << std::flush;
    if (!search_.out.empty()) std::ofstream(search_.out, std::ios::app) << text;
  }

  const Search& search_;
  Oracle& oracle_;
  std::vector<Case> given_;
  Report report_;
  int minimized_ = 0;
  std::uint64_t failures_ = 0;
};

}  // namespace

std::string family(const Found& found) {
  std::string text = manner(found.what) + ":";
  for (const Line& line : found.small.lines) {
    if (!line.leaf()) text += " " + line.op;
  }
  return text;
}

Report search(const Search& search, Oracle& oracle) { return Searcher(search, oracle).run(); }

}  // namespace luge::fuzz
