// bleu: n-grams of predictions that are in the true text too.
#include <algorithm>
#include <cmath>
#include <map>

#include "luge/metrics/sequences.h"
#include "metrics/streaming_rule.h"
#include "metrics/tokens.h"

template <>
struct luge::options::Names<luge::metrics::Smoothing> {
  static constexpr std::pair<luge::metrics::Smoothing, const char*> all[] = {
      {luge::metrics::Smoothing::none, "none"},
      {luge::metrics::Smoothing::floor, "floor"},
      {luge::metrics::Smoothing::add_one, "add-one"}};
};
template <>
struct luge::options::Listing<luge::metrics::BLEUOptions> {
  static void fields(auto& self, auto&& field) {
    field("n", self.n, "words of the longest n-grams", at_least(1).at_most(16));
    field("smoothing", self.smoothing, "what is done where no n-gram of a length is found");
  }
};

namespace luge::metrics {
namespace {

constexpr double kFloor = 0.1;

std::size_t lengths(const BLEUOptions& options) { return static_cast<std::size_t>(options.n); }

// Lengths of predictions and truths, then for each n how many n-grams are found and how many there are.
enum : std::size_t { kPredicted, kActual, kFirst };

struct Seen : WholeSums {
  Seen() : WholeSums(kFirst + 2 * 16) {}
  explicit Seen(WholeSums sums) : WholeSums(std::move(sums)) {}
  static Seen parse(const std::string& who, const std::string& text, const BLEUOptions&) {
    return Seen(WholeSums::parse(who, text, kFirst + 2 * 16));
  }
};

using NGrams = std::map<std::vector<std::string>, std::int64_t>;

NGrams n_grams(const Tokens& tokens, std::size_t n) {
  NGrams counts;
  for (std::size_t k = 0; k + n <= tokens.size(); ++k) {
    const auto from = tokens.begin() + static_cast<std::ptrdiff_t>(k);
    ++counts[Tokens(from, from + static_cast<std::ptrdiff_t>(n))];
  }
  return counts;
}

class Bleu final : public StreamingRule<Bleu, BLEUOptions, Seen> {
 public:
  using StreamingRule::StreamingRule;
  std::vector<std::string> reads() const override { return {"text", "tokens"}; }

  void update(const data::Record& prediction, const data::Record& truth) override {
    const auto [predicted, actual] = tokens_of(name_, prediction, truth, Split::words);
    seen_[kPredicted] += static_cast<std::int64_t>(predicted.size());
    seen_[kActual] += static_cast<std::int64_t>(actual.size());
    for (std::size_t n = 1; n <= lengths(options_); ++n) {
      const NGrams there = n_grams(actual, n);
      for (const auto& [words, count] : n_grams(predicted, n)) {
        const auto found = there.find(words);
        seen_[of(n)] += found == there.end() ? 0 : std::min(count, found->second);
        seen_[of(n) + 1] += count;
      }
    }
  }

  std::vector<Figure> figures() const override { return {{name_, score()}}; }

 private:
  static std::size_t of(std::size_t n) { return kFirst + 2 * (n - 1); }

  double score() const {
    if (seen_[of(1)] == 0) return 0;
    double logarithms = 0;
    for (std::size_t n = 1; n <= lengths(options_); ++n) {
      auto found = static_cast<double>(seen_[of(n)]), all = static_cast<double>(seen_[of(n) + 1]);
      if (options_.smoothing == Smoothing::add_one && n > 1) found += 1, all += 1;
      if (options_.smoothing == Smoothing::floor && found == 0) found = kFloor, all = std::max(all, 1.0);
      if (found == 0) return 0;
      logarithms += std::log(found / all);
    }
    const auto predicted = static_cast<double>(seen_[kPredicted]),
               actual = static_cast<double>(seen_[kActual]);
    const double brevity = predicted < actual ? 1 - actual / predicted : 0;
    return std::exp(logarithms / static_cast<double>(options_.n) + brevity);
  }
};

const bool added_bleu = add_host("bleu", "the BLEU score of texts: n-grams that are in the true text too",
                                 [](const BLEUOptions& options) { return HostMetric(BLEU(options)); });

}  // namespace

BLEU::BLEU(const BLEUOptions& options) : HostMetric(std::make_shared<Bleu>("bleu", options)) {}

}  // namespace luge::metrics
