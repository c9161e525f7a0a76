// bleu: n-grams of predictions that are in the true text too.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <map>

#include "luge/metrics/sequences.h"
#include "metrics/streaming_rule.h"
#include "metrics/tokens.h"

template <>
struct luge::options::Names<luge::metrics::Smoothing> {
  static constexpr std::pair<luge::metrics::Smoothing, const char*> all[] = {
      {luge::metrics::Smoothing::none, "none"},
      {luge::metrics::Smoothing::floor, "floor"},
      {luge::metrics::Smoothing::add_one, "add-one"},
      {luge::metrics::Smoothing::exp, "exp"}};
};
template <>
struct luge::options::Names<luge::metrics::BleuTokens> {
  static constexpr std::pair<luge::metrics::BleuTokens, const char*> all[] = {
      {luge::metrics::BleuTokens::none, "none"},
      {luge::metrics::BleuTokens::mteval13a, "13a"},
      {luge::metrics::BleuTokens::zh, "zh"},
      {luge::metrics::BleuTokens::characters, "char"}};
};
template <>
struct luge::options::Listing<luge::metrics::BLEUOptions> {
  static void fields(auto& self, auto&& field) {
    field("n", self.n, "words of the longest n-grams", at_least(1).at_most(16));
    field("smoothing", self.smoothing, "what is done where no n-gram of a length is found");
    field("tokenize", self.tokenize, "how texts are cut into tokens, as sacrebleu calls it",
          elsewhere({"tok", "tokenizer"}));
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
    const auto [predicted, actual] = tokens_in(prediction, truth);
    seen_[kPredicted] += static_cast<std::int64_t>(predicted.size());
    seen_[kActual] += closest_length(predicted.size(), actual);
    for (std::size_t n = 1; n <= lengths(options_); ++n) {
      NGrams there;
      for (const Tokens& each : actual) {
        for (const auto& [words, count] : n_grams(each, n)) {
          std::int64_t& most = there[words];
          most = std::max(most, count);
        }
      }
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

  // What was predicted, and all that would be right.
  std::pair<Tokens, std::vector<Tokens>> tokens_in(const data::Record& prediction,
                                                   const data::Record& truth) const {
    const data::HostArray* text = prediction.contains("tokens") ? nullptr : prediction.find("text");
    const data::HostArray* all = truth.find("references");
    const data::HostArray* one = truth.find(data::kTarget);
    if (!text || !text->field.text || !(all ? all->field.text : one && one->field.text)) {
      auto [predicted, actual] = tokens_of(name_, prediction, truth, Split::words);
      return {std::move(predicted), {std::move(actual)}};
    }
    std::vector<Tokens> actual;
    if (!all) {
      actual.push_back(bleu_tokens(one->text(), options_.tokenize));
    } else {
      for (std::string_view rest = all->text();; rest.remove_prefix(rest.find('\n') + 1)) {
        actual.push_back(bleu_tokens(rest.substr(0, rest.find('\n')), options_.tokenize));
        if (rest.find('\n') == rest.npos) break;
      }
    }
    return {bleu_tokens(text->text(), options_.tokenize), std::move(actual)};
  }
  static std::int64_t closest_length(std::size_t predicted, const std::vector<Tokens>& actual) {
    const auto length = static_cast<std::int64_t>(predicted);
    const auto of = [](const Tokens& tokens) { return static_cast<std::int64_t>(tokens.size()); };
    std::int64_t best = of(actual.front());
    for (const Tokens& each : actual) {
      const std::int64_t now = std::abs(of(each) - length), before = std::abs(best - length);
      if (now < before || (now == before && of(each) < best)) best = of(each);
    }
    return best;
  }

  double score() const {
    if (seen_[of(1)] == 0) return 0;  // no longer one is found either
    double logarithms = 0, halves = 1;
    for (std::size_t n = 1; n <= lengths(options_); ++n) {
      auto found = static_cast<double>(seen_[of(n)]), all = static_cast<double>(seen_[of(n) + 1]);
      if (options_.smoothing == Smoothing::add_one && n > 1) found += 1, all += 1;
      if (options_.smoothing == Smoothing::exp && found == 0 && all > 0) found = halves /= 2;
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

namespace {

template <class E>
std::string name_of(E member) {
  return std::get<std::string>(options::Type<E>::get(member));
}

}  // namespace

std::string bleu_tokens_name(BleuTokens how) { return name_of(how); }

std::string bleu_signature(const BLEUOptions& options, std::int64_t references) {
  // sacrebleu calls what adds one add-k, and says the numbers of floor and add-k.
  const std::string smooth = options.smoothing == Smoothing::floor     ? fmt::format("floor[{:.2f}]", kFloor)
                             : options.smoothing == Smoothing::add_one ? "add-k[1.00]"
                                                                       : name_of(options.smoothing);
  return fmt::format("nrefs:{}|case:mixed|eff:no|tok:{}|smooth:{}",
                     references > 0 ? std::to_string(references) : "var",
                     name_of(options.tokenize), smooth);
}

BLEU::BLEU(const BLEUOptions& options) : HostMetric(std::make_shared<Bleu>("bleu", options)) {}

}  // namespace luge::metrics
