// beam_search: the sequences of the highest scores.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "luge/error.h"
#include "luge/tasks/translation.h"

namespace luge::tasks {
namespace {

struct KeptBeginning {
  std::vector<std::int64_t> ids;
  double log_probability = 0;
};

double scored(double log_probability, std::int64_t length, const SearchOptions& options) {
  const auto n = static_cast<double>(length);
  switch (options.penalty) {
    case LengthPenalty::none: return log_probability;
    case LengthPenalty::average: return log_probability / n;
    case LengthPenalty::wu2016: return log_probability / std::pow((5 + n) / 6, options.alpha);
  }
  return log_probability;
}

// The search of one sequence.
class OneSearch {
 public:
  explicit OneSearch(const SearchOptions& options) : options_(options), kept_{KeptBeginning{}} {}

  const std::vector<KeptBeginning>& kept() const { return kept_; }
  bool done() const { return kept_.empty(); }

  // `rows` has the logarithms [kept,tokens].
  void go_on(std::span<const float> rows, std::size_t tokens, std::int64_t end) {
    struct Next {
      double log_probability;
      std::size_t from, token;
    };
    std::vector<Next> all;
    const auto beam = static_cast<std::size_t>(options_.beam);
    const auto better = [](const Next& a, const Next& b) {
      if (a.log_probability != b.log_probability) return a.log_probability > b.log_probability;
      return a.token != b.token ? a.token < b.token : a.from < b.from;
    };
    for (std::size_t k = 0; k < kept_.size(); ++k) {
      std::vector<Next> own;
      for (std::size_t token = 0; token < tokens; ++token) {
        const double value = rows[k * tokens + token];
        if (std::isnan(value)) throw ValueError("beam_search: the network gives NaN for what comes next");
        if (value > -std::numeric_limits<double>::infinity())
          own.push_back({kept_[k].log_probability + value, k, token});
      }
      // One more than the beam, as one of them may be the end.
      const std::size_t most = std::min(beam + 1, own.size());
      std::partial_sort(own.begin(), own.begin() + static_cast<std::ptrdiff_t>(most), own.end(), better);
      all.insert(all.end(), own.begin(), own.begin() + static_cast<std::ptrdiff_t>(most));
    }
    std::sort(all.begin(), all.end(), better);
    ++length_;
    std::vector<KeptBeginning> next;
    for (std::size_t k = 0; k < all.size() && next.size() < beam; ++k) {
      const KeptBeginning& from = kept_[all[k].from];
      const auto token = static_cast<std::int64_t>(all[k].token);
      if (token == end) {
        if (k < beam) complete(from.ids, all[k].log_probability, true);
        continue;
      }
      if (options_.beam == 1 && k > 0) break;  // greedy: the end was likelier
      next.push_back({from.ids, all[k].log_probability});
      next.back().ids.push_back(token);
    }
    kept_ = std::move(next);
    if (length_ >= options_.longest) {
      for (const KeptBeginning& each : kept_) complete(each.ids, each.log_probability, false);
      kept_.clear();
    }
    if (best_ && best_->ended && !can_be_beaten()) kept_.clear();
  }
  FoundSequence result() const { return best_.value_or(FoundSequence{}); }

 private:
  void complete(const std::vector<std::int64_t>& ids, double log_probability, bool ended) {
    const double score = scored(log_probability, length_, options_);
    if (best_ && (best_->ended > ended || (best_->ended == ended && best_->score >= score))) return;
    best_ = FoundSequence{ids, log_probability, score, ended};
  }
  // A probability only falls, and its logarithm is at most 0: no end can be better than one of the same
  // probability at the length whose penalty is the most favorable, which is the longest.
  bool can_be_beaten() const {
    return std::ranges::any_of(kept_, [&](const KeptBeginning& each) {
      return scored(each.log_probability, options_.longest, options_) > best_->score;
    });
  }

  SearchOptions options_;
  std::vector<KeptBeginning> kept_;
  std::optional<FoundSequence> best_;
  std::int64_t length_ = 0;
};

}  // namespace

std::vector<FoundSequence> beam_search(std::int64_t count, std::int64_t tokens, std::int64_t end,
                                       const NextTokens& next, const SearchOptions& options) {
  if (options.beam < 1 || options.longest < 1 || !(options.alpha >= 0) || !std::isfinite(options.alpha)) {
    throw ValueError(
        fmt::format("beam_search: beam is {}, longest {} and alpha {}; expected a beam and a length of 1 or "
                    "more, and alpha of 0 or more",
                    options.beam, options.longest, options.alpha));
  }
  std::vector<OneSearch> searches(static_cast<std::size_t>(count), OneSearch(options));
  for (;;) {
    std::vector<std::int64_t> of;
    std::vector<std::vector<std::int64_t>> ids;
    for (std::size_t k = 0; k < searches.size(); ++k) {
      for (const KeptBeginning& each : searches[k].kept()) {
        of.push_back(static_cast<std::int64_t>(k));
        ids.push_back(each.ids);
      }
    }
    if (of.empty()) break;
    const std::vector<float> rows = next(of, ids);
    const auto width = static_cast<std::size_t>(tokens);
    if (rows.size() != of.size() * width) {
      throw ShapeError(fmt::format("beam_search: there are {} numbers for {} beginnings; expected {} each",
                                   rows.size(), of.size(), tokens));
    }
    for (std::size_t at = 0; at < of.size();) {
      OneSearch& search = searches[static_cast<std::size_t>(of[at])];
      const std::size_t kept = search.kept().size();
      search.go_on(std::span(rows).subspan(at * width, kept * width), width, end);
      at += kept;
    }
  }
  std::vector<FoundSequence> found;
  for (const OneSearch& each : searches) found.push_back(each.result());
  return found;
}

}  // namespace luge::tasks
