// What the steps of recipes share.
#pragma once

#include <fmt/format.h>

#include <memory>
#include <string>
#include <utility>

#include "core/options_file.h"
#include "data/views/views.h"
#include "luge/data/recipe.h"

namespace luge::data {

/// A step with an options struct that has a listing (luge/options.h); Self has a constant kName.
template <class Self, class Options>
class StepWith : public Step {
 public:
  explicit StepWith(Options options) : options_(std::move(options)) {}
  std::string name() const override { return Self::kName; }
  std::string options() const override { return options::to_json(options::get(options_)); }

  /// Registers the step; its file calls it once.
  static bool add() {
    return add_step(Self::kName, [](const std::string& text) {
      return std::make_shared<Self>(
          options_from_file<Options>(fmt::format("recipe: the step {}", Self::kName), text));
    });
  }

 protected:
  Options options_;
};

/// `data` with one field made from another one, and the same for a raw record.
Dataset derive(const Dataset& data, const Derivation& derivation);
void derive(Record& raw, const Derivation& derivation);

}  // namespace luge::data
