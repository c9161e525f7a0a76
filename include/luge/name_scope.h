// Name scopes: names for parts of a graph, as TensorBoard shows and folds them.
#pragma once

#include <string>

namespace luge::graph {

/// While one lives, the nodes that this thread makes belong to its scope, within those that are open already.
/// Scopes change no results: they are for drawings of graphs (summary::FileWriter) and for the tags of
/// summaries. Source: TensorFlow 1 name_scope.
///
///     {
///       const graph::NameScope scope("layer1");
///       hidden = relu(matmul(x, w1) + b1);
///     }
class NameScope {
 public:
  /// Opens a scope. A name may hold several, such as "encoder/layer1". Throws ValueError for a name that is
  /// not made of letters, digits, '.', '_', '-' and '/', or begins or ends with '/'.
  explicit NameScope(const std::string& name);
  ~NameScope();
  NameScope(const NameScope&) = delete;
  NameScope& operator=(const NameScope&) = delete;

 private:
  const std::string* before_;
  std::string path_;
};

/// Returns the path of the scopes that are open on this thread, such as "encoder/layer1"; empty without any.
std::string name_scope();

}  // namespace luge::graph
