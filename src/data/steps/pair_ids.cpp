// text-ids and previous-ids: ids of the tokens of texts, for networks that read one text and write another.
#include <algorithm>
#include <unordered_map>

#include "core/utf8.h"
#include "data/steps/step.h"
#include "luge/data/pairs.h"
#include "luge/error.h"

namespace luge::data {
namespace {

constexpr const char* kSpecial[] = {"<unknown>", "<begin>", "<end>"};  // in the order of their ids

struct TextIdsText : steps::TextIdOptions {
  std::vector<std::string> tokens = {};  // fitted: those after the special ones; empty: not yet
  static void fields(auto& self, auto&& field) {
    field("from", self.from, "the field of text");
    field("to", self.to, "the field of ids");
    field("units", self.units, "what a token is");
    field("lower", self.lower, "capital letters become small ones");
    field("vocabulary", self.vocabulary, "the most ids", options::at_least(4));
    field("least", self.least, "how often a token must be there", options::at_least(1));
    field("length", self.length, "the most ids of a text; 0: any", options::at_least(0));
    field("tokens", self.tokens, "the vocabulary");
  }
};

// Letters, digits and apostrophes of alphabets, which make words.
bool is_of_word(std::uint32_t point) {
  if (point < 0x80)
    return ('0' <= point && point <= '9') || ('a' <= point && point <= 'z') || ('A' <= point && point <= 'Z') ||
           point == '\'';
  return 0xc0 <= point && point < 0x2000 && point != 0xd7 && point != 0xf7;
}

std::string in_small_letters(std::string text) {
  std::ranges::transform(text, text.begin(),
                         [](char c) { return 'A' <= c && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; });
  return text;
}

class PairVocabulary {
 public:
  explicit PairVocabulary(const std::vector<std::string>& tokens) : names_(std::begin(kSpecial), std::end(kSpecial)) {
    names_.insert(names_.end(), tokens.begin(), tokens.end());
    for (std::size_t k = std::size(kSpecial); k < names_.size(); ++k)
      ids_.emplace(names_[k], static_cast<std::int64_t>(k));
  }
  const std::vector<std::string>& names() const { return names_; }
  std::int64_t id(const std::string& token) const {
    const auto found = ids_.find(token);
    return found == ids_.end() ? steps::kUnknownToken : found->second;
  }

 private:
  std::vector<std::string> names_;
  std::unordered_map<std::string, std::int64_t> ids_;
};

class TextIds final : public StepWith<TextIds, TextIdsText> {
 public:
  static constexpr const char* kName = "text-ids";
  explicit TextIds(TextIdsText options) : StepWith(std::move(options)) {
    options::check("step text-ids", options_);
    vocabulary_ = std::make_shared<const PairVocabulary>(options_.tokens);
  }

  StepRef fit(const Dataset& training) const override {
    std::unordered_map<std::string, std::int64_t> counts;
    const Dataset texts = training.fields({options_.from});
    for (std::int64_t i = 0; i < texts.size(); ++i) {
      const Record record = texts.record(i);
      for (std::string& token : tokens_of(record[options_.from], [&] { return texts.where(i); }))
        ++counts[std::move(token)];
    }
    std::vector<std::pair<std::string, std::int64_t>> order(counts.begin(), counts.end());
    std::erase_if(order, [&](const auto& each) { return each.second < options_.least; });
    std::sort(order.begin(), order.end(), [](const auto& a, const auto& b) {
      return a.second != b.second ? a.second > b.second : a.first < b.first;
    });
    order.resize(std::min(order.size(), static_cast<std::size_t>(options_.vocabulary) - std::size(kSpecial)));
    if (order.empty()) {
      throw ValueError(fmt::format("text-ids: no token of the field '{}' of {} is there {} times",
                                   options_.from, training.info().name, options_.least));
    }
    TextIdsText fitted = options_;
    fitted.tokens.clear();
    for (auto& [token, count] : order) fitted.tokens.push_back(token);
    return std::make_shared<TextIds>(std::move(fitted));
  }
  Dataset apply(const Dataset& data) const override {
    data.info().fields.at(options_.from);
    return derive(data, derivation());
  }
  void apply(Record& raw) const override { derive(raw, derivation()); }
  std::vector<std::string> read_tokens(const Record& raw) const {
    const HostArray* text = raw.find(options_.from);
    if (!text || options_.to != kInput) return {};
    std::vector<std::string> tokens = tokens_of(*text, [] { return std::string("the record"); });
    tokens.emplace_back(kSpecial[steps::kEndToken]);
    if (options_.length > 0) tokens.resize(std::min(tokens.size(), static_cast<std::size_t>(options_.length)));
    return tokens;
  }

 private:
  std::vector<std::string> tokens_of(const HostArray& value, const Where& where) const {
    const std::string_view text = value.text();
    const std::size_t bad = first_invalid_utf8(text);
    if (bad != std::string_view::npos)
      throw FormatError(fmt::format("{}: the byte at offset {} is not UTF-8; expected UTF-8 text", where(), bad));
    return text_tokens(options_.lower ? in_small_letters(std::string(text)) : std::string(text), options_.units);
  }
  HostArray ids_of(const HostArray& value, const Where& where) const {
    std::vector<std::int64_t> ids;
    for (const std::string& token : tokens_of(value, where)) ids.push_back(vocabulary_->id(token));
    ids.push_back(steps::kEndToken);
    if (options_.length > 0) ids.resize(std::min(ids.size(), static_cast<std::size_t>(options_.length)));
    HostArray made(Field{i64, {static_cast<std::int64_t>(ids.size())}});
    std::ranges::copy(ids, made.as<std::int64_t>().begin());
    return made;
  }
  Derivation derivation() const {
    if (options_.tokens.empty()) {
      throw StateError(
          fmt::format("recipe: the vocabulary of '{}' is not fitted; call Recipe::fit with the training data",
                      options_.from));
    }
    return {.who = kName,
            .mark = options(),
            .from = options_.from,
            .to = options_.to,
            .keep = true,
            .made = {i64, {unknown}},
            .function = [step = *this](const HostArray& value,
                                       const Where& where) { return step.ids_of(value, where); },
            .describe = [known = vocabulary_](Info& info) { info.classes = known->names(); }};
  }
  std::shared_ptr<const PairVocabulary> vocabulary_;
};

struct PreviousText {
  std::string from = "target", to = "previous";
  static void fields(auto& self, auto&& field) {
    field("from", self.from, "the field of ids");
    field("to", self.to, "the field of those before them");
  }
};

class PreviousIds final : public StepWith<PreviousIds, PreviousText> {
 public:
  static constexpr const char* kName = "previous-ids";
  using StepWith::StepWith;
  Dataset apply(const Dataset& data) const override {
    data.info().fields.at(options_.from);
    return derive(data, derivation());
  }
  void apply(Record& raw) const override { derive(raw, derivation()); }

 private:
  Derivation derivation() const {
    return {.who = kName,
            .mark = options_.to,
            .from = options_.from,
            .to = options_.to,
            .keep = true,
            .made = {i64, {unknown}},
            .function = [](HostArray value, const Where&) {
              const auto ids = value.as<std::int64_t>();
              if (ids.empty()) return value;
              std::copy_backward(ids.begin(), ids.end() - 1, ids.end());
              ids[0] = steps::kBeginToken;
              return value;
            }};
  }
};

const bool added_text_ids = TextIds::add();
const bool added_previous_ids = PreviousIds::add();

}  // namespace

std::vector<std::string> text_tokens(std::string_view text, TextUnits units) {
  std::vector<std::string> tokens;
  bool inside = false, space = false;  // of a word; the last token is a space that a word may take
  for (const std::uint32_t point : code_points(text)) {
    const bool word = units == TextUnits::words && is_of_word(point);
    if (!(word && (inside || space))) tokens.emplace_back();
    append_utf8(tokens.back(), point);
    inside = word;
    space = units == TextUnits::words && point == ' ';
  }
  return tokens;
}

StepRef steps::text_ids(const TextIdOptions& options) {
  TextIdsText text;
  static_cast<TextIdOptions&>(text) = options;
  return std::make_shared<TextIds>(std::move(text));
}

std::vector<std::string> steps::read_tokens(const Recipe& recipe, const Record& raw) {
  for (const StepRef& step : recipe.steps()) {
    const auto* ids = dynamic_cast<const TextIds*>(step.get());
    if (!ids) continue;
    if (std::vector<std::string> tokens = ids->read_tokens(raw); !tokens.empty()) return tokens;
  }
  return {};
}

StepRef steps::previous_ids(const std::string& from, const std::string& to) {
  return std::make_shared<PreviousIds>(PreviousText{from, to});
}

}  // namespace luge::data
