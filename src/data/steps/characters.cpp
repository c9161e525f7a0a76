// characters: text as ids, one for each character.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>
#include <unordered_map>

#include "core/utf8.h"
#include "data/steps/step.h"
#include "luge/data/unknown_text.h"
#include "luge/error.h"

namespace luge::data {
namespace {

struct CharacterOptions {
  std::string from = "text", to = "ids";
  std::string characters = {};  // fitted: those of the vocabulary in the order of their ids; empty: not yet
  static void fields(auto& self, auto&& field) {
    field("from", self.from, "the field of text");
    field("to", self.to, "the field of ids");
    field("characters", self.characters, "the vocabulary");
  }
};

constexpr const char* kUnknown = "<unknown>";  // what id 0 is called; a character is shorter

std::string text_of(std::uint32_t point) {
  std::string text;
  append_utf8(text, point);
  return text;
}

std::string_view checked(const HostArray& value, const Where& where) {
  const std::string_view text = value.text();
  const std::size_t bad = first_invalid_utf8(text);
  if (bad == std::string_view::npos) return text;
  throw FormatError(fmt::format("{}: the byte at offset {} is not UTF-8; expected UTF-8 text", where(), bad));
}

// Ids of characters; 0 for one that is not known.
class Vocabulary {
 public:
  explicit Vocabulary(std::string_view characters) {
    for (const std::uint32_t point : code_points(characters)) {
      names_.push_back(text_of(point));
      ids_.emplace(point, static_cast<std::int64_t>(names_.size() - 1));
    }
  }
  const std::vector<std::string>& names() const { return names_; }
  bool has(std::uint32_t point) const { return ids_.contains(point); }
  HostArray encode(std::string_view text) const {
    const std::vector<std::uint32_t> points = code_points(text);
    HostArray ids(Field{i64, {static_cast<std::int64_t>(points.size())}});
    const std::span<std::int64_t> to = ids.as<std::int64_t>();
    for (std::size_t k = 0; k < points.size(); ++k) {
      const auto found = ids_.find(points[k]);
      to[k] = found == ids_.end() ? 0 : found->second;
    }
    return ids;
  }

 private:
  std::vector<std::string> names_ = {kUnknown};
  std::unordered_map<std::uint32_t, std::int64_t> ids_;
};

class Characters final : public StepWith<Characters, CharacterOptions> {
 public:
  static constexpr const char* kName = "characters";
  explicit Characters(CharacterOptions options) : StepWith(std::move(options)) {
    if (first_invalid_utf8(options_.characters) != std::string_view::npos)
      throw FormatError("recipe: the vocabulary of the step characters is not UTF-8");
    vocabulary_ = std::make_shared<const Vocabulary>(options_.characters);
  }

  StepRef fit(const Dataset& training) const override {
    check(training.info());
    std::set<std::uint32_t> seen;
    const Dataset texts = training.fields({options_.from});
    for (std::int64_t i = 0; i < texts.size(); ++i) {
      const Record record = texts.record(i);
      const std::string_view text = checked(record[options_.from], [&] { return texts.where(i); });
      for (const std::uint32_t point : code_points(text)) seen.insert(point);
    }
    if (seen.empty())
      throw ValueError(
          fmt::format("characters: {} has no characters to make a vocabulary of", training.info().name));
    CharacterOptions fitted = options_;
    fitted.characters.clear();
    for (const std::uint32_t point : seen) append_utf8(fitted.characters, point);
    return std::make_shared<Characters>(std::move(fitted));
  }
  Dataset apply(const Dataset& data) const override {
    check(data.info());
    return derive(data, derivation());
  }
  void apply(Record& raw) const override { derive(raw, derivation()); }
  void add_unknown(const Record& raw, UnknownText& to) const {
    const HostArray* value = raw.find(options_.from);
    if (!value || !value->field.text || first_invalid_utf8(value->text()) != std::string_view::npos) return;
    for (const std::uint32_t point : code_points(value->text())) {
      ++to.characters;
      if (vocabulary_->has(point)) continue;
      ++to.unknown;
      const std::string text = text_of(point);
      if (std::find(to.different.begin(), to.different.end(), text) == to.different.end())
        to.different.push_back(text);
    }
  }

 private:
  void check(const Info& info) const {
    const Field& field = info.fields.at(options_.from);
    if (field.text) return;
    throw DTypeError(fmt::format("characters: the field '{}' of {} is {}; expected text", options_.from,
                                 info.name, field.to_string()));
  }
  Derivation derivation() const {
    if (options_.characters.empty()) {
      throw StateError(
          fmt::format("recipe: the vocabulary of '{}' is not fitted; call Recipe::fit with the training data",
                      options_.from));
    }
    return {.who = kName,
            .mark = options_.characters,
            .from = options_.from,
            .to = options_.to,
            .made = {i64, {unknown}},
            .function = [known = vocabulary_](
                            const HostArray& value,
                            const Where& where) { return known->encode(checked(value, where)); },
            .describe = [known = vocabulary_](Info& info) { info.classes = known->names(); }};
  }
  std::shared_ptr<const Vocabulary> vocabulary_;
};

const bool added_characters = Characters::add();

}  // namespace

std::string UnknownText::to_string() const {
  constexpr std::size_t kShown = 8;
  if (unknown == 0) return "";
  std::vector<std::string> shown;
  for (std::size_t k = 0; k < std::min(kShown, different.size()); ++k)
    shown.push_back(different[k] == "\n" ? "newline" : fmt::format("'{}'", different[k]));
  return fmt::format("{} of {} characters are not in the vocabulary and are read as {}: {}{}", unknown,
                     characters, kUnknown, fmt::join(shown, ", "), different.size() > kShown ? ", …" : "");
}

void add_unknown(const Recipe& recipe, const Record& raw, UnknownText& to) {
  for (const StepRef& step : recipe.steps()) {
    if (const auto* characters = dynamic_cast<const Characters*>(step.get()))
      characters->add_unknown(raw, to);
  }
}

StepRef steps::characters(const std::string& from, const std::string& to) {
  return std::make_shared<Characters>(CharacterOptions{.from = from, .to = to});
}

}  // namespace luge::data
