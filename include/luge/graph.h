// Graph first, in the manner of TensorFlow 1: placeholders, operations, and sessions that own the values of
// Variables.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "luge/named_tensors.h"
#include "luge/tensor.h"
#include "luge/variable.h"

namespace luge::graph {

/// Returns a tensor without a value, which is fed at Session::run. Extents may be `unknown`. The name appears
/// in errors. Source: TensorFlow 1 placeholder.
Tensor placeholder(DType dtype, const Shape& shape, std::string name);

/// A list of assignments, which happen when a Session runs it.
class Operation {
 public:
  Operation() = default;  ///< an operation that does nothing
  /// Makes an operation that assigns each value to its Variable. Throws StateError for an empty Variable or
  /// value, and ShapeError or DTypeError when a value does not match its Variable.
  explicit Operation(std::vector<std::pair<Variable, Tensor>> updates);
  /// Returns the assignments.
  const std::vector<std::pair<Variable, Tensor>>& updates() const { return updates_; }
  /// Returns true for the operation that initialize_all makes.
  bool initializes() const { return initializes_; }

 private:
  friend Operation initialize_all();
  std::vector<std::pair<Variable, Tensor>> updates_;
  bool initializes_ = false;
};

/// Returns an operation that gives its initial value to each Variable that exists when it runs. Random
/// initial values are drawn again at each run. Source: TensorFlow 1 global_variables_initializer.
Operation initialize_all();
/// Returns each Variable that exists, the oldest first.
Variables all_variables();
/// Returns an operation that assigns one value. Throws ShapeError or DTypeError when the value does not match
/// the Variable.
Operation assign(const Variable& variable, const Tensor& value);
/// Returns one operation that does all of the given ones. Throws ValueError when initialize_all() is among
/// them, or two of them assign to one Variable. Source: TensorFlow 1 group.
Operation group(const std::vector<Operation>& operations);
/// Returns what `function` assigns as an operation; nothing is assigned now. Inside `function`, a read after
/// an assignment returns the assigned value.
Operation record(const std::function<void()>& function);

class FedPlaceholders;  // internal

/// What Session::run is asked for.
using Fetch = std::variant<Tensor, Variable, Operation>;
/// A placeholder and its value.
using Feed = std::pair<Tensor, Tensor>;

/// Owns a value for each Variable. Sessions are independent of each other. One session must not be used by
/// two threads at the same time.
///
///     graph::Session session;
///     session.run(graph::initialize_all());
///     session.run({train_step}, {{x, images}, {y, labels}});
class Session {
 public:
  Session();
  ~Session();
  Session(Session&&) noexcept;
  Session& operator=(Session&&) noexcept;

  /// Computes all fetches in one program and then carries out the operations among them. Returns one tensor
  /// for each fetch, an empty one for an operation. Fetched values are those before the operations. Throws
  /// GraphError naming a placeholder that is not fed, StateError naming a Variable without a value,
  /// DTypeError or ShapeError naming a placeholder whose value does not match, ShapeError naming a Variable
  /// whose next value does not match, and ValueError when a feed is not for a placeholder, a placeholder is
  /// fed twice, or two of the operations assign to one Variable. Nothing changes then.
  Tensors run(const std::vector<Fetch>& fetches, const std::vector<Feed>& feeds = {});
  /// Computes one tensor. Throws the same errors.
  Tensor run(const Tensor& fetch, const std::vector<Feed>& feeds = {});
  /// Carries out one operation. Throws the same errors.
  void run(const Operation& operation, const std::vector<Feed>& feeds = {});

  /// Computes tensors and returns them under the same names. Placeholders are fed by their names; tensors
  /// that no placeholder of the fetches is named after are left alone, so that a data::Batch may be given.
  /// Throws the same errors, and ValueError when two placeholders that are needed have one name.
  ///
  ///     NamedTensors out = session.run({{"loss", loss}}, {{"images", x}, {"labels", y}});
  NamedTensors run(const NamedTensors& fetches, const NamedTensors& feeds);
  /// Computes all fetches as above, with placeholders fed by their names.
  Tensors run(const std::vector<Fetch>& fetches, const NamedTensors& feeds);
  /// Computes one tensor, with placeholders fed by their names.
  Tensor run(const Tensor& fetch, const NamedTensors& feeds);
  /// Carries out one operation, with placeholders fed by their names.
  void run(const Operation& operation, const NamedTensors& feeds);

  /// Returns true when the Variable has a value in this session.
  bool initialized(const Variable& variable) const;
  /// Returns the Variables that have a value in this session, the oldest first.
  Variables variables() const;
  /// Returns the value of a Variable in this session. Throws StateError when it has none.
  Tensor value(const Variable& variable) const;
  /// Sets the value of a Variable in this session. Throws DTypeError or ShapeError when it does not match the
  /// Variable.
  void set_value(const Variable& variable, const Tensor& value);

 private:
  struct Values;
  Tensors run_fed(const std::vector<Fetch>& fetches, FedPlaceholders feeds);
  std::unique_ptr<Values> values_;
};

/// Options of a Saver.
struct SaverOptions {
  /// How many of the files of a prefix are kept. The oldest by the order of saving are deleted after the new
  /// file is safely on disk; files of earlier processes count too. 0 keeps all.
  int max_to_keep = 5;
  Variables variables;  ///< what to save; empty: each Variable that has a value in the session
};

/// Writes the Variables of a session to PREFIX-STEP.safetensors and reads them back, in this process or in
/// another one. Source: TensorFlow 1 train.Saver.
class Saver {
 public:
  /// Makes a saver. Throws StateError when a chosen Variable has no name or two of them have one name, and
  /// ValueError for a negative max_to_keep.
  explicit Saver(SaverOptions options = {});

  /// Writes a file and returns its path. Throws StateError when a Variable has no name, two Variables have
  /// one name, or no Variable has a value; FileError when the file cannot be written.
  std::filesystem::path save(const Session& session, const std::string& prefix, std::int64_t step);
  /// Sets the value of each Variable by its name. Throws FormatError listing the names that are missing or do
  /// not match; nothing is set then.
  void restore(Session& session, const std::filesystem::path& path) const;
  /// Returns the file that was saved last for a prefix, whatever its step; an empty path when there is none.
  static std::filesystem::path latest(const std::string& prefix);

 private:
  Variables chosen(const Session& session) const;
  SaverOptions options_;
};

}  // namespace luge::graph
