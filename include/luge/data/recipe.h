// Recipe: the steps that make the inputs of a network from what a data set holds. What a step learns from
// data is fitted on the training part alone and saved with the network, so that raw input can be read again.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "luge/data/dataset.h"
#include "luge/data/normalizer.h"
#include "luge/data/record.h"

namespace luge::data {

/// One step of a recipe. Derive from it for a step of your own, and register it with add_step.
class Step {
 public:
  virtual ~Step() = default;
  /// Returns the name that the step is registered with, such as "scale".
  virtual std::string name() const = 0;
  /// Returns the options and what was fitted as the text of a JSON object.
  virtual std::string options() const { return "{}"; }
  /// Returns true for a step of training data alone, such as random flips.
  virtual bool training_only() const { return false; }
  /// Returns the step with what it learns from the training data. The default returns null: nothing is
  /// learned.
  virtual std::shared_ptr<const Step> fit(const Dataset& training) const;
  /// Returns the data after the step. Throws StateError when the step must be fitted first, and ValueError
  /// when a field is missing.
  virtual Dataset apply(const Dataset& data) const = 0;
  /// Changes one raw record in the same way, for a prediction. It leaves a record alone that does not have
  /// the field of the step: raw input has no targets.
  virtual void apply(Record& raw) const = 0;
  /// Returns a value of a field, such as a prediction of the field "target", as it was before the step. The
  /// default returns it as it is.
  virtual HostArray undo(std::string_view field, HostArray value) const;
};

/// A step as recipes hold it.
using StepRef = std::shared_ptr<const Step>;

/// Registers steps for Recipe::from_json: `make` gets what Step::options returned. Returns false when the
/// name is taken.
bool add_step(const std::string& name, std::function<StepRef(const std::string& options)> make);
/// Returns the names of the registered steps.
std::vector<std::string> step_names();

/// A list of steps. Copies are cheap.
///
///     data::Recipe recipe = data::Recipe({data::steps::scale(), data::steps::rename("mask",
///     "target")}).fit(train); trainer.fit(recipe.training(train).shuffle().batch(64), {.validation =
///     recipe.evaluation(valid).batch(256)});
class Recipe {
 public:
  Recipe() = default;  ///< no steps
  /// Makes a recipe of steps. Throws ValueError for a null pointer.
  explicit Recipe(std::vector<StepRef> steps);

  /// Returns the steps in order.
  const std::vector<StepRef>& steps() const { return steps_; }
  /// Returns true when there are no steps.
  bool empty() const { return steps_.empty(); }
  /// Returns the steps of this recipe and then those of another one.
  Recipe then(const Recipe& next) const;

  /// Returns the recipe fitted to training data. Each step sees what the steps before it make of the data.
  /// What was fitted before is fitted again, as each part of a cross-validation needs it.
  Recipe fit(const Dataset& training) const;
  /// Returns data for training.
  Dataset training(const Dataset& data) const;
  /// Returns data for an evaluation: steps for training alone are left out.
  Dataset evaluation(const Dataset& data) const;
  /// Returns what the network is given for one raw record, such as the bytes of a picture or a text.
  Record prediction(Record raw) const;
  /// Returns a value of a field, such as a prediction of the field "target", as it was before the steps.
  HostArray undo(std::string_view field, HostArray value) const;

  /// Returns the recipe as a JSON array, for files.
  std::string to_json() const;
  /// Reads what to_json returned; empty text is a recipe without steps. Throws FormatError when it is
  /// damaged, and for a step that is not registered, and lists those that are.
  static Recipe from_json(std::string_view text);

 private:
  std::vector<StepRef> steps_;
};

/// The field that the step windows adds at a prediction: how many ids of the window are those of the prompt.
inline constexpr const char* kPromptLength = "prompt_length";

/// The steps of Luge.
namespace steps {

/// Scales a field: (x - offset) · scale, as float32. The numbers are those of fit_scaling. For the field
/// "input", raw values are those before Info::preprocessing, such as the bytes of a picture. Recipe::undo
/// brings predictions back to the units of the data.
StepRef scale(Scaling scaling = Scaling::standardize, const std::string& field = std::string(kInput));
/// Gives a field another name.
StepRef rename(const std::string& from, const std::string& to);
/// Makes a new field with the values of another one. The field stays.
StepRef copy(const std::string& from, const std::string& to);
/// Makes a field f32[classes] of a field of labels, whole numbers i64[…]: 1 for each label in the list,
/// otherwise 0. The number of classes is that of Info::classes, or else the largest label of the training
/// data plus 1. Throws IndexError naming the sample for a label that is not a class.
StepRef multi_hot(const std::string& field = std::string(kTarget));
/// Makes a field of ids i64[unknown] of a field of text, one for each character. The vocabulary has the
/// characters of the training data in the order of their code points, from id 1; id 0 is a character
/// that is not among them. Info::classes names the ids.
StepRef characters(const std::string& from = "text", const std::string& to = "ids");

/// Options of windows.
struct WindowOptions {
  std::int64_t length = 64;  ///< the number of ids in a window
  std::int64_t stride = 0;   ///< the distance of the beginnings of windows; 0: the length
  std::string from = "ids";  ///< the field of ids
};
/// Cuts each record into windows for the prediction of the next id: "input" i64[length], and "target"
/// i64[length], which has the next id of each. A window lies within one record; other fields are left out. At
/// a prediction it makes one window of the last ids, with zeros after them when there are fewer, and
/// kPromptLength i64[], the number of ids. Throws ValueError for a length or stride out of range and when
/// all records are shorter than length + 1.
StepRef windows(const WindowOptions& options = {});

}  // namespace steps
}  // namespace luge::data
