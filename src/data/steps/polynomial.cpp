// polynomial: products of columns as further columns.
#include <fmt/format.h>

#include "core/dispatch.h"
#include "data/steps/step.h"
#include "luge/data/features.h"
#include "luge/error.h"

namespace luge::data {
namespace {

constexpr std::size_t kMostFeatures = 1000000;

struct Options : steps::PolynomialOptions {
  std::int64_t columns = 0;  // fitted: how many columns the field has; 0: not yet
  static void fields(auto& self, auto&& field) {
    field("degree", self.degree, "the largest number of factors", options::at_least(1));
    field("interaction_only", self.interaction_only, "only products of different columns");
    field("bias", self.bias, "a first column of ones");
    field("field", self.field, "the field of columns");
    field("columns", self.columns, "the number of columns", options::at_least(0));
  }
};

/// A product: one made before times a column. Those of one column have the factor 1, number -1.
struct Monomial {
  std::int64_t factor, column;
};

// By degree, and within one degree in the order of their columns, as scikit-learn lists them.
std::vector<Monomial> monomials(const Options& options) {
  std::vector<Monomial> made;
  std::size_t start = 0;  // of the products of one degree less
  for (std::int64_t degree = 1; degree <= options.degree; ++degree) {
    const std::size_t end = made.size();
    const auto add = [&](std::int64_t factor, std::int64_t first) {
      for (std::int64_t column = first; column < options.columns; ++column) made.push_back({factor, column});
      if (made.size() <= kMostFeatures) return;
      throw ValueError(
          fmt::format("polynomial: {} columns have more than {} products of up to {} factors; "
                      "choose a smaller degree",
                      options.columns, kMostFeatures, options.degree));
    };
    if (degree == 1) add(-1, 0);
    for (std::size_t k = start; degree > 1 && k < end; ++k)
      add(static_cast<std::int64_t>(k), made[k].column + (options.interaction_only ? 1 : 0));
    if (made.size() == end) break;  // no columns are left to multiply with
    start = end;
  }
  return made;
}

class Polynomial final : public StepWith<Polynomial, Options> {
 public:
  static constexpr const char* kName = "polynomial";
  explicit Polynomial(Options options) : StepWith(std::move(options)) {
    options::check(kName, options_);
    if (options_.columns > 0) monomials_ = std::make_shared<std::vector<Monomial>>(monomials(options_));
  }

  StepRef fit(const Dataset& training) const override {
    const Field& field = training.info().fields.at(options_.field);
    if (field.text || field.shape.rank() != 1 || field.shape[0] < 1) {
      throw ShapeError(fmt::format("polynomial: the field '{}' of {} is {}; expected numbers in columns",
                                   options_.field, training.info().name, field.to_string()));
    }
    Options fitted = options_;
    fitted.columns = field.shape[0];
    return std::make_shared<Polynomial>(std::move(fitted));
  }
  Dataset apply(const Dataset& data) const override { return derive(data, derivation()); }
  void apply(Record& raw) const override {
    if (raw.contains(options_.field)) derive(raw, derivation());
  }

 private:
  Derivation derivation() const {
    if (!monomials_) {
      throw StateError(fmt::format(
          "recipe: the number of columns of '{}' is not known; call Recipe::fit with the training data",
          options_.field));
    }
    const auto count = static_cast<std::int64_t>(monomials_->size()) + (options_.bias ? 1 : 0);
    return {.who = kName,
            .mark = options(),
            .from = options_.field,
            .to = options_.field,
            .made = {f32, {count}},
            .function = [list = monomials_, count, o = options_](
                            const HostArray& value,
                            const Where& where) { return products(value, *list, count, o, where); },
            .describe = [list = monomials_, o = options_](Info& info) { name_features(info, *list, o); }};
  }

  // In float64, each rounded once.
  static HostArray products(const HostArray& value, const std::vector<Monomial>& list, std::int64_t count,
                            const Options& o, const Where& where) {
    const Shape& shape = value.field.shape;
    if (value.field.text || shape.rank() != 1 || shape[0] != o.columns) {
      throw ShapeError(fmt::format("{}: the field '{}' is {}; expected {} columns, as in the training data",
                                   where(), o.field, value.field.to_string(), o.columns));
    }
    std::vector<double> made(list.size());
    dispatch(value.field.dtype, [&]<class T>() {
      const T* columns = reinterpret_cast<const T*>(value.bytes.data());
      for (std::size_t k = 0; k < list.size(); ++k) {
        const double column = convert_element<double>(columns[list[k].column]);
        made[k] = list[k].factor < 0 ? column : made[static_cast<std::size_t>(list[k].factor)] * column;
      }
    });
    HostArray result(Field{f32, {count}});
    const std::span<float> to = result.as<float>();
    if (o.bias) to[0] = 1;
    for (std::size_t k = 0; k < made.size(); ++k) to[k + (o.bias ? 1 : 0)] = static_cast<float>(made[k]);
    return result;
  }

  // Names such as "a b" and "a a" of the columns' names, where these are known.
  static void name_features(Info& info, const std::vector<Monomial>& list, const Options& o) {
    if (o.field != kInput || static_cast<std::int64_t>(info.features.size()) != o.columns) return;
    std::vector<std::string> names;
    for (const Monomial& each : list) {
      const std::string& column = info.features[static_cast<std::size_t>(each.column)];
      names.push_back(each.factor < 0 ? column : names[static_cast<std::size_t>(each.factor)] + " " + column);
    }
    if (o.bias) names.insert(names.begin(), "1");
    info.features = std::move(names);
  }

  std::shared_ptr<const std::vector<Monomial>> monomials_;
};

const bool added_polynomial = Polynomial::add();

}  // namespace

StepRef steps::polynomial(const PolynomialOptions& options) {
  Options own;
  static_cast<steps::PolynomialOptions&>(own) = options;
  return std::make_shared<Polynomial>(std::move(own));
}

}  // namespace luge::data
