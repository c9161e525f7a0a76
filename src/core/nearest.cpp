#include "core/nearest.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <utility>

namespace luge {
namespace {

char plain(char letter) {
  if (letter >= 'A' && letter <= 'Z') return static_cast<char>(letter - 'A' + 'a');
  return letter == '_' ? '-' : letter;
}

std::string plain(std::string_view word) {
  std::string result(word);
  for (char& letter : result) letter = plain(letter);
  return result;
}

// Lower is nearer. A word that contains the other, or a dotted key that ends in it, counts as one edit away.
std::size_t badness(const std::string& name, const std::string& candidate) {
  const std::size_t distance = edit_distance(name, candidate);
  if (name.size() < 3 || candidate.size() < 3 || distance <= 1) return distance;
  const bool contained =
      candidate.find(name) != std::string::npos || name.find(candidate) != std::string::npos;
  return contained ? 1 : distance;
}

// Whether most of the candidate, its beginning, is part of the name: rotate of RandomRotation.
bool begins_within(const std::string& name, const std::string& candidate) {
  constexpr std::size_t kFewest = 4;
  const std::size_t most = std::max(kFewest, (2 * candidate.size() + 2) / 3);
  return candidate.size() >= kFewest && name.find(candidate.substr(0, most)) != std::string::npos;
}

std::string joined(const std::vector<std::string>& words, std::string_view last) {
  std::string text;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0) text += i + 1 == words.size() ? last : ", ";
    text += words[i];
  }
  return text;
}

}  // namespace

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before_last(b.size() + 1);
  std::vector<std::size_t> last(b.size() + 1);
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::swap(before_last, last);
    std::swap(last, row);
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const bool same = plain(a[i - 1]) == plain(b[j - 1]);
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (same ? 0 : 1)});
      if (i > 1 && j > 1 && plain(a[i - 1]) == plain(b[j - 2]) && plain(a[i - 2]) == plain(b[j - 1])) {
        row[j] = std::min(row[j], before_last[j - 2] + 1);
      }
    }
  }
  return row[b.size()];
}

std::vector<std::string> nearest(std::string_view name, const std::vector<std::string>& candidates,
                                 std::size_t count) {
  constexpr std::size_t kLongest = 200;  // such a name is not a typing error, and the distance is quadratic
  std::vector<std::pair<std::size_t, const std::string*>> found;
  const std::string wanted = plain(name.substr(0, kLongest));
  for (const std::string& candidate : candidates) {
    if (candidate.size() > kLongest) continue;
    const std::size_t allowed = std::max<std::size_t>(1, std::max(wanted.size(), candidate.size()) / 3);
    const std::size_t distance = badness(wanted, plain(candidate));
    if (distance <= allowed) {
      found.emplace_back(distance, &candidate);
    } else if (begins_within(wanted, plain(candidate))) {
      found.emplace_back(std::max(wanted.size(), candidate.size()), &candidate);  // after all others
    }
  }
  std::stable_sort(found.begin(), found.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<std::string> result;
  for (const auto& [distance, candidate] : found) {
    if (result.size() == count) break;
    result.push_back(*candidate);
  }
  return result;
}

std::string suggestion(std::string_view name, const std::vector<std::string>& candidates) {
  constexpr std::size_t kShown = 22;
  if (const auto near = nearest(name, candidates); !near.empty()) {
    return fmt::format("; did you mean {}?", joined(near, " or "));
  }
  if (candidates.empty()) return "";
  if (candidates.size() <= kShown) return fmt::format("; expected {}", joined(candidates, " or "));
  const std::vector<std::string> first(candidates.begin(), candidates.begin() + kShown);
  return fmt::format("; expected one of {} names: {}, …", candidates.size(), joined(first, ", "));
}

}  // namespace luge
