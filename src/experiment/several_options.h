// What makes several trainings of one configuration: folds and members.
#pragma once

#include <cstdint>
#include <optional>

#include "experiment/option_keys.h"
#include "luge/options.h"

namespace luge::experiment {

/// Cross-validation.
struct FoldOptions {
  static constexpr const char* table = "data";
  std::optional<std::int64_t> folds = {};
  std::optional<std::int64_t> fold = {};
  static void fields(auto& self, auto&& field) {
    using namespace options;
    field("folds", self.folds,
          "cross-validation: as many trainings, each of which holds out another part of the data",
          at_least(2), elsewhere({"k_fold", "kfold", "n_splits", "cv"}));
    field("fold", self.fold, "train this one of the folds alone, counted from 1", at_least(1),
          needs("data.folds"));
  }
};

/// Bagging.
struct EnsembleOptions {
  static constexpr const char* table = "ensemble";
  std::optional<std::int64_t> members = {};
  std::optional<std::int64_t> member = {};
  bool bootstrap = true;
  static void fields(auto& self, auto&& field) {
    using namespace options;
    field("members", self.members, "as many trainings, whose networks answer together in one file",
          at_least(2), also({"ensemble"}), elsewhere({"bagging", "n_estimators"}));
    const Needs on = needs("ensemble.members");
    field("member", self.member, "train this one of the members alone, counted from 1", at_least(1), on);
    field("bootstrap", self.bootstrap, "each member is trained on samples drawn with repetition, or on all",
          on);
  }
};

/// How much of the data is used.
struct LimitOptions {
  static constexpr const char* table = "data";
  std::optional<std::int64_t> limit = {};
  static void fields(auto& self, auto&& field) {
    using namespace options;
    field("limit", self.limit,
          "use this many samples of the training data, chosen by the seed, each class in its share (default: "
          "all)",
          at_least(1), elsewhere({"subset", "max_samples", "num_samples"}));
  }
};

}  // namespace luge::experiment
