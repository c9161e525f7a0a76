// What luge explain adds to the page of a registered thing: numbers, and a picture. One file for each kind.
#pragma once

#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "cli/arguments.h"
#include "luge/draw/figure.h"
#include "luge/options.h"

namespace luge::cli {

/// What else can be said about what is explained.
struct ExplainOptions {
  static constexpr const char* table = "";
  std::string to;
  std::optional<std::int64_t> steps = {};
  std::optional<double> learning_rate = {};
  std::string input;
  static void fields(auto& self, auto&& field) {
    field("to", self.to, "a picture of what is explained: a file, .png or .svg");
    field("steps", self.steps,
          "updates that an optimizer takes or a schedule is stretched over; of a layer for sequences, the "
          "steps "
          "that gradients go back through",
          options::at_least(1));
    field("learning_rate", self.learning_rate, "of the optimizers; default: for each the best of several",
          options::above(0), options::also({"lr"}));
    field("input", self.input, "extents of one sample, such as 1x28x28",
          options::takes("extents such as 1x28x28"));
  }
};

/// What is shown about things of one kind.
struct Explained {
  struct Part {
    std::string text;                  // after the page of a thing
    nlohmann::ordered_json json = {};  // added to what is said about it
  };
  std::vector<Part> parts = {};               // one for each of them
  std::string text = {};                      // about all of them
  std::function<draw::Figure()> figure = {};  // the picture; empty: there is none
};

/// What explains the things of one kind.
struct Explainer {
  std::string kind;                // of a family, "activation"; or a word of its own, which is a key
  std::vector<std::string> takes;  // the options, besides `to`, that say something about it
  /// `names` may have options: "elu(alpha=2)". Throws ValueError for what is not right.
  Explained (*explain)(const Arguments& arguments, const std::vector<std::string>& names,
                       const ExplainOptions& options);
  std::string help = {};  // of the key, where there is no family
};
struct ExplainerRegistration {
  explicit ExplainerRegistration(Explainer explainer);
};
const std::vector<Explainer>& explainers();

/// The numbers and the curves of activations, which are layers, too.
Explained explain_activations(const std::vector<std::string>& names);

/// The keys with which things are explained: one for each kind, and those of ExplainOptions.
std::vector<Key> explaining_keys();
/// Whether words give a key that says what is explained.
bool explains_things(const std::vector<std::string>& words);
/// Runs luge explain KIND=NAME.
int explain_things(const Arguments& arguments);

/// A table with a column for each list of numbers, which are aligned, under names.
struct Column {
  std::string name;
  std::vector<double> values;
  int decimals = 4;
};
std::string table_of(const std::vector<Column>& columns);

}  // namespace luge::cli
