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

#include "luge/tensor.h"
#include "luge/variable.h"

namespace luge::graph {

/// A value to be fed at Session::run. Extents may be `unknown`. The name appears in errors.
Tensor placeholder(DType dtype, const Shape& shape, std::string name);

/// Assignments that happen when a Session runs them.
class Operation {
 public:
  Operation() = default;
  explicit Operation(std::vector<std::pair<Variable, Tensor>> updates) : updates_(std::move(updates)) {}
  const std::vector<std::pair<Variable, Tensor>>& updates() const { return updates_; }
  bool initializes() const { return initializes_; }

 private:
  friend Operation initialize_all();
  std::vector<std::pair<Variable, Tensor>> updates_;
  bool initializes_ = false;
};

/// Every Variable alive when it runs gets its initial value (tf.global_variables_initializer). Random initial
/// values are drawn anew at each run.
Operation initialize_all();
/// Every Variable alive, oldest first.
Variables all_variables();
/// One assignment. Throws ShapeError or DTypeError when the value does not fit.
Operation assign(const Variable& variable, const Tensor& value);
/// All of them at once. Throws ValueError when two of them assign to one Variable.
Operation group(const std::vector<Operation>& operations);
/// What `function` assigns, as an operation; nothing is assigned now. Reads inside see earlier assignments
/// inside.
Operation record(const std::function<void()>& function);

using Fetch = std::variant<Tensor, Variable, Operation>;
using Feed = std::pair<Tensor, Tensor>;

/// Owns a value for each Variable; two sessions know nothing of each other. Not for use by two threads at
/// once.
class Session {
 public:
  Session();
  ~Session();
  Session(Session&&) noexcept;
  Session& operator=(Session&&) noexcept;

  /// Computes all fetches in one program and then carries out the operations among them. Gives one tensor per
  /// fetch, empty for an operation. Fetched values are those before the operations take effect. Throws
  /// GraphError naming a placeholder that is not fed, StateError naming a Variable without a value,
  /// ShapeError/DTypeError naming a placeholder fed with what does not fit, ValueError naming one fed twice
  /// or a Variable that two of the operations assign to.
  Tensors run(const std::vector<Fetch>& fetches, const std::vector<Feed>& feeds = {});
  /// One tensor.
  Tensor run(const Tensor& fetch, const std::vector<Feed>& feeds = {});
  void run(const Operation& operation, const std::vector<Feed>& feeds = {});

  bool initialized(const Variable& variable) const;
  /// Those with a value here, oldest first.
  Variables variables() const;
  /// The Variable's value here. Throws StateError when it has none.
  Tensor value(const Variable& variable) const;
  /// Sets it. Throws ShapeError or DTypeError.
  void set_value(const Variable& variable, const Tensor& value);

 private:
  struct Values;
  std::unique_ptr<Values> values_;
};

struct SaverOptions {
  /// So many of the files last saved stay, in the order of saving, those of earlier processes included; the
  /// others are deleted once the new one is safe. 0 keeps all.
  int max_to_keep = 5;
  Variables variables;  // empty: every Variable that has a value in the session
};

/// Writes the Variables of a session to PREFIX-STEP.safetensors and reads them back, in this or another
/// process.
class Saver {
 public:
  /// Throws StateError for chosen Variables without a name or of one name, ValueError for a max_to_keep below
  /// 0.
  explicit Saver(SaverOptions options = {});

  /// Gives the path written. Throws StateError (as the constructor does, for every Variable of the session),
  /// FileError.
  std::filesystem::path save(const Session& session, const std::string& prefix, std::int64_t step);
  /// Sets every Variable by name. Throws FormatError listing names that are missing or do not fit; then
  /// nothing is set.
  void restore(Session& session, const std::filesystem::path& path) const;
  /// The file saved last for a prefix, whatever its step; empty path when there is none.
  static std::filesystem::path latest(const std::string& prefix);

 private:
  Variables chosen(const Session& session) const;
  SaverOptions options_;
};

}  // namespace luge::graph
