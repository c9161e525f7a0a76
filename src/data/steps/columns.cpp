// columns: what raw data is, before features are made of it.
#include <fmt/format.h>

#include "data/steps/step.h"
#include "data/tables/cells.h"
#include "luge/data/named_features.h"
#include "luge/error.h"

namespace luge::data {
namespace {

struct Options {
  std::vector<std::int64_t> shape = {};    // fitted
  std::vector<std::string> features = {};  // fitted
  bool fitted = false;
  static void fields(auto& self, auto&& field) {
    field("shape", self.shape, "the extents of the input", options::at_least(0));
    field("features", self.features, "the names of its columns");
    field("fitted", self.fitted, "whether these are known");
  }
};

class Columns final : public StepWith<Columns, Options> {
 public:
  static constexpr const char* kName = "columns";
  explicit Columns(Options options) : StepWith(std::move(options)) { options::check(kName, options_); }

  StepRef fit(const Dataset& training) const override {
    const Info& info = training.info();
    const Field& input = info.input();
    if (!input.fixed()) {
      throw ShapeError(
          fmt::format("features: the input of {} is {}; expected the same extents in all samples", info.name,
                      input.to_string()));
    }
    return std::make_shared<Columns>(Options{{input.shape.begin(), input.shape.end()}, info.features, true});
  }
  Dataset apply(const Dataset& data) const override {
    check(data.info().input(), data.info().name);
    return data;
  }
  void apply(Record& raw) const override {
    if (const HostArray* input = raw.find(kInput)) check(input->field, "the record");
  }
  std::optional<RawInput> input() const {
    if (!options_.fitted) return std::nullopt;
    return RawInput{Shape(std::span<const std::int64_t>(options_.shape)), options_.features, false};
  }

 private:
  void check(const Field& input, const std::string& where) const {
    const std::optional<RawInput> wanted = this->input();
    if (!wanted)
      throw StateError(
          "recipe: the columns of the data are not known; call Recipe::fit with the training data");
    if (input.shape == wanted->shape) return;
    throw ShapeError(fmt::format("{}: the input is {}; expected {}, as in the training data", where,
                                 input.to_string(), wanted->shape.to_string()));
  }
};

const bool added_columns = Columns::add();

}  // namespace

StepRef steps::columns() { return std::make_shared<Columns>(Options{}); }

std::optional<RawInput> raw_input(const Recipe& recipe) {
  for (const StepRef& step : recipe.steps()) {
    if (const auto* table = dynamic_cast<const KnowsRawInput*>(step.get())) {
      const std::vector<std::string> names = table->raw_features();
      if (names.empty()) return std::nullopt;
      return RawInput{{static_cast<std::int64_t>(names.size())}, names, table->reads_cells()};
    }
    if (const auto* columns = dynamic_cast<const Columns*>(step.get())) return columns->input();
  }
  return std::nullopt;
}

}  // namespace luge::data
