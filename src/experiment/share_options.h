// Trainings with shares of the data: what more labels would be worth.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "experiment/option_keys.h"
#include "luge/options.h"

namespace luge::experiment {

/// A learning curve over the number of samples.
struct ShareOptions {
  static constexpr const char* table = "curve";
  std::vector<double> shares = {};
  std::int64_t seeds = 1;
  bool scratch = false;
  bool equal_steps = true;
  std::optional<std::int64_t> point = {};
  static void fields(auto& self, auto&& field) {
    using namespace options;
    field("shares", self.shares,
          "learning curve: a training with each of these shares of the training data, such as 0.01,0.1,1; "
          "each is measured on the test part, where there is one",
          above(0).at_most(1), also({"shares"}), elsewhere({"train_sizes", "fractions"}));
    const Needs on = needs("curve.shares");
    field("seeds", self.seeds, "trainings with each share, each with samples and weights of its own",
          at_least(1), also({"seeds"}), elsewhere({"repeats"}), on);
    field("scratch", self.scratch, "with init=: the same again with new weights, to compare", on,
          needs("model.init"));
    field("equal_steps", self.equal_steps,
          "an epoch of a share goes over its samples as often as it takes for the steps of all samples", on);
    field("point", self.point, "train this one of them alone, counted from 1", at_least(1), on);
  }
};

}  // namespace luge::experiment
