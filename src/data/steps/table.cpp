// table: numbers of the cells of a table, by the type of each column.
#include <fmt/format.h>

#include <algorithm>

#include "data/steps/step.h"
#include "data/tables/cells.h"
#include "data/tables/column.h"
#include "luge/data/table.h"
#include "luge/error.h"

namespace luge::data {
namespace {

struct Options : steps::TableOptions {
  // Fitted, one for each column: those that are inputs.
  std::vector<std::string> names = {}, kinds = {}, fill_words = {}, raw = {};
  std::vector<double> fills = {}, earliest = {};
  std::vector<std::int64_t> gaps = {}, counts = {};
  std::vector<std::string> words = {};  // the categories of all of them
  static void fields(auto& self, auto&& field) {
    field("types", self.types, "types of columns, each name:type");
    field("missing", self.missing, "what is done with missing cells");
    field("missing_value", self.missing_value, "what they are for missing=value");
    field("indicator", self.indicator, "a column that is 1 where a cell is missing");
    field("categories", self.categories, "what a category becomes");
    field("unknown_is_error", self.unknown_is_error, "whether an unknown category is an error");
    field("dates", self.dates, "what a date becomes");
    field("date_format", self.date_format, "how dates are written");
    field("raw", self.raw, "the columns of raw data");
    field("names", self.names, "the columns that are inputs");
    field("kinds", self.kinds, "their types");
    field("fills", self.fills, "what their missing cells are, as numbers");
    field("fill_words", self.fill_words, "the same as categories");
    field("earliest", self.earliest, "their earliest dates");
    field("gaps", self.gaps, "whether the training data has missing cells in them");
    field("counts", self.counts, "how many categories they have");
    field("words", self.words, "the categories of all of them");
  }
};

class Table final : public StepWith<Table, Options>, public KnowsRawInput {
 public:
  static constexpr const char* kName = "table";
  explicit Table(Options options) : StepWith(std::move(options)), rules_(rules_of(options_)) {
    options::check(kName, options_);
    columns_ = std::make_shared<const std::vector<Column>>(columns_of(options_));
  }

  StepRef fit(const Dataset& training) const override {
    const std::vector<std::string>& names = training.info().features;
    if (training.size() == 0)
      throw ValueError(fmt::format("{}: has no rows to find the types of columns in", training.info().name));
    std::vector<ColumnFitter> fitters;
    for (std::size_t c = 0; c < names.size(); ++c)
      fitters.emplace_back(names[c], wanted_type(options_.types, names, c));
    each_row(training, [&](std::int64_t i, const HostArray& row) {
      const std::vector<std::string_view> cells = checked(row, names.size(), training.where(i));
      for (std::size_t c = 0; c < cells.size(); ++c) fitters[c].add(cells[c], rules_, training.where(i));
    });
    Options fitted = options_;
    for (auto* list : {&fitted.names, &fitted.kinds, &fitted.fill_words, &fitted.words}) list->clear();
    fitted.fills.clear(), fitted.earliest.clear(), fitted.gaps.clear(), fitted.counts.clear();
    fitted.raw = names;
    for (const ColumnFitter& each : fitters) append(fitted, each.fitted(rules_));
    return std::make_shared<Table>(std::move(fitted));
  }
  Dataset apply(const Dataset& data) const override {
    std::vector<std::string> kept;
    for (const std::string& name : data.info().fields.names()) {
      if (name != kInput) kept.push_back(name);
    }
    data.info().fields.index(kCells);
    return derive(data.fields(kept), derivation());
  }
  void apply(Record& raw) const override {
    if (!raw.contains(kCells)) return;
    raw.erase(kInput);
    derive(raw, derivation());
  }
  bool reads_cells() const override { return true; }
  std::vector<std::string> raw_features() const override { return options_.raw; }
  std::vector<std::string> described() const {
    std::vector<std::string> lines;
    for (const Column& column : *columns_) lines.push_back(column.describe(rules_));
    return lines;
  }
  bool drops_rows() const { return options_.missing == Missing::drop; }
  // The first column for which the row is left out.
  std::string drops_for(const Record& record) const {
    const HostArray* row = record.find(kCells);
    if (!row || !drops_rows()) return "";
    const std::vector<std::string_view> cells = cells_of(row->text());
    for (std::size_t c = 0; c < std::min(cells.size(), options_.raw.size()); ++c) {
      if (is_missing(cells[c])) return options_.raw[c];
    }
    return "";
  }

 private:
  using Columns = std::shared_ptr<const std::vector<Column>>;

  static ColumnRules rules_of(const Options& o) {
    return {o.missing,          o.missing_value, o.indicator,  o.categories,
            o.unknown_is_error, o.dates,         o.date_format};
  }
  static std::vector<Column> columns_of(const Options& o) {
    const std::size_t count = o.names.size();
    std::int64_t words = 0;
    for (const std::int64_t each : o.counts) words += std::max<std::int64_t>(each, 0);
    if (o.kinds.size() != count || o.fill_words.size() != count || o.fills.size() != count ||
        o.earliest.size() != count || o.gaps.size() != count || o.counts.size() != count ||
        words != static_cast<std::int64_t>(o.words.size()))
      throw FormatError("recipe: the step table has lists that do not match");
    std::vector<Column> columns;
    auto word = o.words.begin();
    for (std::size_t c = 0; c < count; ++c) {
      Column column{.name = o.names[c],
                    .earliest = o.earliest[c],
                    .fill = o.fills[c],
                    .fill_word = o.fill_words[c],
                    .gaps = o.gaps[c] != 0};
      options::Type<CellType>::set(column.type, o.kinds[c]);
      column.categories.assign(word, word + o.counts[c]);
      word += o.counts[c];
      columns.push_back(std::move(column));
    }
    return columns;
  }
  static void append(Options& fitted, const Column& column) {
    if (column.type == CellType::skip) return;
    fitted.names.push_back(column.name);
    fitted.kinds.push_back(std::get<std::string>(options::Type<CellType>::get(column.type)));
    fitted.fill_words.push_back(column.fill_word);
    fitted.fills.push_back(column.fill);
    fitted.earliest.push_back(column.earliest);
    fitted.gaps.push_back(column.gaps);
    fitted.counts.push_back(static_cast<std::int64_t>(column.categories.size()));
    fitted.words.insert(fitted.words.end(), column.categories.begin(), column.categories.end());
  }
  static std::vector<std::string_view> checked(const HostArray& row, std::size_t count,
                                               const std::string& where) {
    std::vector<std::string_view> cells = cells_of(row.text());
    if (cells.size() == count) return cells;
    throw FormatError(fmt::format("{}: has {} cells; expected {}", where, cells.size(), count));
  }
  Derivation derivation() const {
    if (options_.names.empty())
      throw StateError(
          "recipe: the types of the columns are not known; call Recipe::fit with the training data");
    std::size_t width = 0;
    for (const Column& column : *columns_) width += column.width(rules_);
    // Where the inputs are among the cells of a row.
    std::vector<std::size_t> at;
    for (const std::string& name : options_.names)
      at.push_back(static_cast<std::size_t>(std::find(options_.raw.begin(), options_.raw.end(), name) -
                                            options_.raw.begin()));
    return {.who = kName,
            .mark = options(),
            .from = kCells,
            .to = std::string(kInput),
            .made = {f32, {static_cast<std::int64_t>(width)}},
            .function =
                [columns = columns_, rules = rules_, at, width, raw = options_.raw.size()](
                    const HostArray& row, const Where& where) {
                  const std::vector<std::string_view> cells = cells_of(row.text());
                  if (cells.size() != raw) checked(row, raw, where());
                  HostArray made(Field{f32, {static_cast<std::int64_t>(width)}});
                  std::span<float> to = made.as<float>();
                  // The name of the row is made only when it is needed.
                  for (std::size_t c = 0; c < columns->size(); ++c) {
                    const Column& column = (*columns)[c];
                    const std::size_t count = column.width(rules);
                    try {
                      column.write(cells[at[c]], rules, "", to.first(count));
                    } catch (const FormatError&) {
                      column.write(cells[at[c]], rules, where(), to.first(count));
                    }
                    to = to.subspan(count);
                  }
                  return made;
                },
            .describe =
                [columns = columns_, rules = rules_](Info& info) {
                  info.features.clear();
                  for (const Column& column : *columns) {
                    for (std::string& name : column.features(rules)) info.features.push_back(std::move(name));
                  }
                }};
  }

  ColumnRules rules_;
  Columns columns_;
};

const bool added_table = Table::add();

}  // namespace

StepRef steps::table(const TableOptions& options) {
  Options own;
  static_cast<steps::TableOptions&>(own) = options;
  return std::make_shared<Table>(std::move(own));
}

std::vector<std::string> table_columns(const Recipe& recipe) {
  for (const StepRef& step : recipe.steps()) {
    if (const auto* table = dynamic_cast<const Table*>(step.get())) return table->described();
  }
  return {};
}

bool drops_rows(const Recipe& recipe) {
  for (const StepRef& step : recipe.steps()) {
    if (const auto* table = dynamic_cast<const Table*>(step.get())) return table->drops_rows();
  }
  return false;
}

std::string drops_for(const Recipe& recipe, const Record& record) {
  for (const StepRef& step : recipe.steps()) {
    if (const auto* table = dynamic_cast<const Table*>(step.get())) return table->drops_for(record);
  }
  return "";
}

}  // namespace luge::data
