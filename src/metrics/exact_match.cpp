// exact-match: the share of texts that are right as a whole.
#include <algorithm>

#include "luge/metrics/sequences.h"
#include "metrics/streaming_rule.h"
#include "metrics/tokens.h"

namespace luge::metrics {
namespace {

struct NoOptions {
  static void fields(auto&, auto&&) {}
  bool operator==(const NoOptions&) const = default;
};

enum : std::size_t { kRight, kSamples, kSums };

struct Seen : WholeSums {
  Seen() : WholeSums(kSums) {}
  explicit Seen(WholeSums sums) : WholeSums(std::move(sums)) {}
  static Seen parse(const std::string& who, const std::string& text, const NoOptions&) {
    return Seen(WholeSums::parse(who, text, kSums));
  }
};

class Exact final : public StreamingRule<Exact, NoOptions, Seen> {
 public:
  using StreamingRule::StreamingRule;
  std::vector<std::string> reads() const override { return {"text", "tokens"}; }

  void update(const data::Record& prediction, const data::Record& truth) override {
    const auto [predicted, actual] = tokens_of(name_, prediction, truth, Split::characters);
    seen_[kRight] += predicted == actual;
    ++seen_[kSamples];
  }

  std::vector<Figure> figures() const override {
    const auto samples = static_cast<double>(std::max<std::int64_t>(1, seen_[kSamples]));
    return {{name_, static_cast<double>(seen_[kRight]) / samples, Better::higher}};
  }
};

const bool added_exact_match = add_host("exact-match", "the share of texts that are right as a whole",
                                        [] { return HostMetric(ExactMatch()); });

}  // namespace

ExactMatch::ExactMatch() : HostMetric(std::make_shared<Exact>("exact-match", NoOptions{})) {}

}  // namespace luge::metrics
