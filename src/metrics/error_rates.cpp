// cer and wer: edits of characters and words over the length of what is true.
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

enum : std::size_t { kEdits, kLength, kSums };

struct Seen : WholeSums {
  Seen() : WholeSums(kSums) {}
  explicit Seen(WholeSums sums) : WholeSums(std::move(sums)) {}
  static Seen parse(const std::string& who, const std::string& text, const NoOptions&) {
    return Seen(WholeSums::parse(who, text, kSums));
  }
};

class ErrorRate final : public StreamingRule<ErrorRate, NoOptions, Seen> {
 public:
  using StreamingRule::StreamingRule;
  std::vector<std::string> reads() const override { return {"text", "tokens"}; }

  void update(const data::Record& prediction, const data::Record& truth) override {
    const auto [predicted, actual] =
        tokens_of(name_, prediction, truth, name_ == "wer" ? Split::words : Split::characters);
    seen_[kEdits] += edits_between(predicted, actual);
    seen_[kLength] += static_cast<std::int64_t>(actual.size());
  }

  std::vector<Figure> figures() const override {
    const auto length = static_cast<double>(std::max<std::int64_t>(1, seen_[kLength]));
    return {{name_, static_cast<double>(seen_[kEdits]) / length, Better::lower}};
  }
};

const bool added_error_rates =
    add_host("cer", "the character error rate: edits over the number of true characters",
             [] { return HostMetric(CharacterErrorRate()); });
const bool added_words = add_host("wer", "the word error rate: edits over the number of true words",
                                  [] { return HostMetric(WordErrorRate()); });

}  // namespace

CharacterErrorRate::CharacterErrorRate() : HostMetric(std::make_shared<ErrorRate>("cer", NoOptions{})) {}
WordErrorRate::WordErrorRate() : HostMetric(std::make_shared<ErrorRate>("wer", NoOptions{})) {}

}  // namespace luge::metrics
