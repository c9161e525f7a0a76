// The registry of features: polynomial and one-hot.
#include "luge/data/named_features.h"

#include "core/registry.h"
#include "luge/data/features.h"

namespace luge::data {
namespace {

Registry<StepRef>& known() {
  static auto& registry = *new Registry<StepRef>(
      {.one = "feature", .many = "features", .key = "data.features", .options_of_each = "features"});
  return registry;
}

// The network has a bias, so that a column of ones would do the same again.
struct Polynomial {
  std::int64_t degree = 2;
  bool interaction_only = false;
  static void fields(auto& self, auto&& field) {
    field("degree", self.degree, "the largest number of factors", options::at_least(1),
          options::also({"degree"}));
    field("interaction_only", self.interaction_only, "only products of different columns");
  }
};

struct OneHot {
  std::vector<std::int64_t> columns = {};
  UnknownCategory unknown = UnknownCategory::error;
  static void fields(auto& self, auto&& field) {
    field("columns", self.columns,
          "numbers of the columns of categories, from 0; negative ones count from the last; none: all");
    field("unknown", self.unknown, "what is done with a category that the training data does not have");
  }
};

const bool added_named_features =
    add_feature("polynomial", "the columns and their products, up to a degree",
                [](const Polynomial& o) {
                  return steps::polynomial(
                      {.degree = o.degree, .interaction_only = o.interaction_only, .bias = false});
                }) &&
    add_feature("one-hot", "a column for each category that a column has",
                [](const OneHot& o) { return steps::one_hot({.columns = o.columns, .unknown = o.unknown}); });

}  // namespace

bool add_feature(const std::string& name, const std::string& description, options::Maker<StepRef> make) {
  return known().add(name, description, std::move(make));
}

StepRef feature(const std::string& name, const options::Values& values) { return known().make(name, values); }

std::vector<std::string> feature_names() { return known().names(); }

}  // namespace luge::data
