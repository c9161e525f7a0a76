// tokens: text as ids of a tokenizer.
#include "luge/data/tokens.h"

#include <fmt/format.h>

#include "data/steps/step.h"
#include "luge/error.h"

namespace luge::data {
namespace {

struct TokensState : steps::TokensOptions {
  std::string learned = {};  // what Tokenizer::to_json returned; empty: not fitted
  static void fields(auto& self, auto&& field) {
    field("from", self.from, "the field of text");
    field("to", self.to, "the field of ids");
    field("tokenizer", self.tokenizer, "how the text is cut");
    field("longest", self.longest, "later ids are left out; 0: none are",
          options::at_least(0));
    field("learned", self.learned, "the tokenizer with its pieces");
  }
};

class Tokens final : public StepWith<Tokens, TokensState> {
 public:
  static constexpr const char* kName = "tokens";
  explicit Tokens(TokensState state) : StepWith(std::move(state)) {
    options::check(kName, options_);
    tokenizer_ = options_.learned.empty() ? tokenizer(options_.tokenizer)
                                          : Tokenizer::from_json(options_.learned);
  }

  StepRef fit(const Dataset& training) const override {
    check(training.info());
    const Dataset texts = training.fields({options_.from});
    TokensState fitted = options_;
    fitted.learned = tokenizer(options_.tokenizer)
                         ->fit([&](const auto& each) {
                           for (std::int64_t i = 0; i < texts.size(); ++i)
                             each(texts.record(i)[options_.from].text());
                         })
                         ->to_json();
    return std::make_shared<Tokens>(std::move(fitted));
  }
  Dataset apply(const Dataset& data) const override {
    check(data.info());
    return derive(data, derivation());
  }
  void apply(Record& raw) const override { derive(raw, derivation()); }
  const TokenizerRef& learned() const { return tokenizer_; }

 private:
  void check(const Info& info) const {
    const Field& field = info.fields.at(options_.from);
    if (field.text) return;
    throw DTypeError(fmt::format("tokens: the field '{}' of {} is {}; expected text", options_.from, info.name,
                                 field.to_string()));
  }
  Derivation derivation() const {
    if (!tokenizer_->fitted())
      throw StateError(
          fmt::format("recipe: the tokenizer of '{}' is not fitted; call Recipe::fit with the training data",
                      options_.from));
    return {.who = kName,
            .mark = options_.learned,
            .from = options_.from,
            .to = options_.to,
            .keep = false,
            .made = {i64, {unknown}},
            .function = [known = tokenizer_, longest = static_cast<std::size_t>(options_.longest)](
                            const HostArray& value, const Where& where) {
              std::vector<std::int64_t> ids = ids_of(*known, value.text(), where);
              if (longest > 0 && ids.size() > longest) ids.resize(longest);
              HostArray made(Field{i64, {static_cast<std::int64_t>(ids.size())}});
              std::copy(ids.begin(), ids.end(), made.as<std::int64_t>().begin());
              return made;
            }};
  }
  static std::vector<std::int64_t> ids_of(const Tokenizer& known, std::string_view text, const Where& where) {
    std::vector<std::int64_t> ids;
    try {
      ids = known.encode(text);
    } catch (const FormatError& error) {
      throw FormatError(fmt::format("{}: {}", where(), error.what()));
    }
    if (!ids.empty()) return ids;
    if (known.special().unknown) return {*known.special().unknown};
    throw ValueError(fmt::format("{}: the text is empty; expected text", where()));
  }
  TokenizerRef tokenizer_;
};

const bool added_tokens = Tokens::add();

}  // namespace

TokenizerRef tokenizer_of(const Recipe& recipe) {
  for (const StepRef& step : recipe.steps()) {
    if (const auto* tokens = dynamic_cast<const Tokens*>(step.get())) return tokens->learned();
  }
  return nullptr;
}

StepRef steps::tokens(const TokensOptions& options) {
  return std::make_shared<Tokens>(TokensState{options});
}

}  // namespace luge::data
