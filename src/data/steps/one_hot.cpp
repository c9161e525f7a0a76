// one-hot: columns of categories as one number for each category.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <variant>

#include "core/dispatch.h"
#include "data/steps/step.h"
#include "luge/data/features.h"
#include "luge/error.h"

namespace luge::data {
namespace {

struct Options : steps::OneHotOptions {
  std::int64_t width = 0;                    // fitted: the number of columns; 0: not yet
  std::vector<std::int64_t> encoded = {};    // fitted: the columns of categories, from the first
  std::vector<std::int64_t> counts = {};     // fitted: how many categories each of them has
  std::vector<std::string> categories = {};  // fitted: those of all of them
  static void fields(auto& self, auto&& field) {
    field("field", self.field, "the field of categories");
    field("columns", self.columns, "the columns of categories; none: all of them");
    field("unknown", self.unknown, "how a category is read that the training data does not have");
    field("width", self.width, "the number of columns", options::at_least(0));
    field("encoded", self.encoded, "the columns of categories, from the first");
    field("counts", self.counts, "the number of categories of each of these");
    field("categories", self.categories, "the categories of all of them");
  }
};

// In the order of categories: whole numbers are not compared as floating ones.
using Key = std::variant<std::int64_t, double, std::string>;

// Calls visit(column, key, text) for each element; no two elements that differ have one text.
template <class Visit>
void each_category(const HostArray& value, const Where& where, const Visit& visit) {
  if (value.field.text)
    return visit(std::int64_t{0}, Key(std::string(value.text())), std::string(value.text()));
  dispatch(value.field.dtype, [&]<class T>() {
    const T* elements = reinterpret_cast<const T*>(value.bytes.data());
    const auto count = static_cast<std::int64_t>(value.bytes.size() / sizeof(T));
    for (std::int64_t k = 0; k < count; ++k) {
      if constexpr (is_half<T> || std::floating_point<T>) {
        using Number = std::conditional_t<std::same_as<T, double>, double, float>;
        const auto number = convert_element<Number>(elements[k]);
        if (!std::isfinite(number)) {
          throw FormatError(fmt::format("{}: column {} holds {}; expected a category, which is finite",
                                        where(), k, number));
        }
        const Number plain = number == 0 ? 0 : number;  // and not -0
        visit(k, Key(static_cast<double>(plain)), fmt::format("{}", plain));
      } else {
        const auto number = static_cast<std::int64_t>(elements[k]);
        visit(k, Key(number), fmt::format("{}", number));
      }
    }
  });
}

// What the step does to one value, once it is fitted.
struct Encoder {
  Options options;
  std::vector<std::int64_t> starts;                     // of each column in the result
  std::vector<std::map<std::string, std::int64_t>> at;  // by column: the number of each category; or none
  std::int64_t total = 0;

  explicit Encoder(const Options& fitted) : options(fitted) {
    const auto sum = std::accumulate(fitted.counts.begin(), fitted.counts.end(), std::int64_t{0});
    bool sound = fitted.encoded.size() == fitted.counts.size() &&
                 sum == static_cast<std::int64_t>(fitted.categories.size());
    for (const std::int64_t column : fitted.encoded) sound &= column >= 0 && column < fitted.width;
    if (!sound)
      throw FormatError("recipe: the step one-hot has columns, counts and categories that do not match");
    at.resize(static_cast<std::size_t>(fitted.width));
    std::size_t next = 0;
    for (std::size_t k = 0; k < fitted.encoded.size(); ++k) {
      auto& numbers = at[static_cast<std::size_t>(fitted.encoded[k])];
      for (std::int64_t n = 0; n < fitted.counts[k]; ++n) numbers.emplace(fitted.categories[next++], n);
    }
    for (const auto& numbers : at) {
      starts.push_back(total);
      total += numbers.empty() ? 1 : static_cast<std::int64_t>(numbers.size());
    }
  }

  HostArray encode(const HostArray& value, const Where& where) const {
    if (!value.field.text && value.field.shape.elements() != options.width) {
      throw ShapeError(fmt::format("{}: the field '{}' is {}; expected {} columns, as in the training data",
                                   where(), options.field, value.field.to_string(), options.width));
    }
    HostArray result(Field{f32, {total}});
    const std::span<float> to = result.as<float>();
    copy_numbers(value, to);
    each_category(value, where, [&](std::int64_t column, const Key&, const std::string& text) {
      const auto& numbers = at[static_cast<std::size_t>(column)];
      if (numbers.empty()) return;
      const auto found = numbers.find(text);
      if (found != numbers.end()) {
        to[static_cast<std::size_t>(starts[static_cast<std::size_t>(column)] + found->second)] = 1;
      } else if (options.unknown == UnknownCategory::error) {
        throw IndexError(
            fmt::format("{}: column {} has the category '{}', which the training data does not "
                        "have; expected one of {} (or choose unknown = ignore)",
                        where(), column, text, numbers.size()));
      }
    });
    return result;
  }

  // Columns of numbers stay numbers.
  void copy_numbers(const HostArray& value, std::span<float> to) const {
    if (value.field.text) return;
    dispatch(value.field.dtype, [&]<class T>() {
      const T* elements = reinterpret_cast<const T*>(value.bytes.data());
      for (std::size_t k = 0; k < at.size(); ++k) {
        if (at[k].empty()) to[static_cast<std::size_t>(starts[k])] = convert_element<float>(elements[k]);
      }
    });
  }

  // "color=red" for the columns of categories, where the columns have names.
  std::vector<std::string> names(const std::vector<std::string>& columns) const {
    std::vector<std::string> result;
    for (std::size_t k = 0; k < at.size(); ++k) {
      const std::string& column = columns[k];
      if (at[k].empty()) result.push_back(column);
      const std::size_t start = result.size();
      result.resize(start + at[k].size());
      for (const auto& [text, number] : at[k])
        result[start + static_cast<std::size_t>(number)] = column + "=" + text;
    }
    return result;
  }
};

class OneHot final : public StepWith<OneHot, Options> {
 public:
  static constexpr const char* kName = "one-hot";
  explicit OneHot(Options options) : StepWith(std::move(options)) {
    options::check(kName, options_);
    if (options_.width > 0) encoder_ = std::make_shared<Encoder>(options_);
  }

  StepRef fit(const Dataset& training) const override {
    const Field& field = training.info().fields.at(options_.field);
    Options fitted = options_;
    fitted.width = width_of(field, training.info().name);
    fitted.encoded = columns_of(fitted.width);
    fitted.counts.clear(), fitted.categories.clear();
    std::vector<std::map<Key, std::string>> seen(static_cast<std::size_t>(fitted.width));
    const Dataset only = training.fields({options_.field});
    for (std::int64_t i = 0; i < only.size(); ++i) {
      const Record record = only.record(i);
      each_category(
          record[options_.field], [&] { return only.where(i); },
          [&](std::int64_t column, const Key& key, const std::string& text) {
            seen[static_cast<std::size_t>(column)].emplace(key, text);
          });
    }
    for (const std::int64_t column : fitted.encoded) {
      const auto& categories = seen[static_cast<std::size_t>(column)];
      if (categories.empty())
        throw ValueError(
            fmt::format("one-hot: {} has no samples to find categories in", training.info().name));
      fitted.counts.push_back(static_cast<std::int64_t>(categories.size()));
      for (const auto& [key, text] : categories) fitted.categories.push_back(text);
    }
    return std::make_shared<OneHot>(std::move(fitted));
  }
  Dataset apply(const Dataset& data) const override { return derive(data, derivation()); }
  void apply(Record& raw) const override {
    if (raw.contains(options_.field)) derive(raw, derivation());
  }

 private:
  std::int64_t width_of(const Field& field, const std::string& data) const {
    if (field.text) return 1;
    const bool columns = field.shape.rank() <= 1 && field.shape.known() && field.shape.elements() > 0;
    if (columns) return field.shape.elements();
    throw ShapeError(
        fmt::format("one-hot: the field '{}' of {} is {}; expected a text, a number, or numbers in "
                    "columns",
                    options_.field, data, field.to_string()));
  }
  std::vector<std::int64_t> columns_of(std::int64_t width) const {
    std::vector<std::int64_t> result;
    for (const std::int64_t column : options_.columns) {
      const std::int64_t from_first = column < 0 ? column + width : column;
      if (from_first < 0 || from_first >= width)
        throw ValueError(fmt::format("one-hot: column {} does not exist; there are {}", column, width));
      if (std::find(result.begin(), result.end(), from_first) != result.end())
        throw ValueError(fmt::format("one-hot: column {} is listed twice", from_first));
      result.push_back(from_first);
    }
    if (!result.empty()) return result;
    result.resize(static_cast<std::size_t>(width));
    std::iota(result.begin(), result.end(), std::int64_t{0});
    return result;
  }
  Derivation derivation() const {
    if (!encoder_) {
      throw StateError(
          fmt::format("recipe: the categories of '{}' are not known; call Recipe::fit with the training data",
                      options_.field));
    }
    return {.who = kName,
            .mark = options(),
            .from = options_.field,
            .to = options_.field,
            .made = {f32, {encoder_->total}},
            .function = [encoder = encoder_](const HostArray& value,
                                             const Where& where) { return encoder->encode(value, where); },
            .describe =
                [encoder = encoder_](Info& info) {
                  const bool named =
                      encoder->options.field == kInput && info.features.size() == encoder->at.size();
                  if (named) info.features = encoder->names(info.features);
                }};
  }

  std::shared_ptr<const Encoder> encoder_;
};

const bool added_one_hot = OneHot::add();

}  // namespace

StepRef steps::one_hot(const OneHotOptions& options) {
  Options own;
  static_cast<steps::OneHotOptions&>(own) = options;
  return std::make_shared<OneHot>(std::move(own));
}

}  // namespace luge::data
