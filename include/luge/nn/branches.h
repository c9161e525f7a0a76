// Branches: layers that read the results of any earlier ones.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "luge/nn/module.h"

namespace luge::nn {

/// A layer of Branches.
struct Branch {
  std::string name;  ///< its name, without dots
  Model layer;       ///< the layer
  /// The names of the layers and inputs that it reads, in order. None: the layer before it, or the only
  /// input.
  std::vector<std::string> from = {};
};

/// Options of Branches.
struct BranchesOptions {
  std::vector<std::string> inputs = {"input"};  ///< the names of the inputs
  /// The names of the layers whose results are the outputs, which are named after them. None: the last layer,
  /// as the output named "output".
  std::vector<std::string> outputs = {};
};

/// Internal: what is wrong with layers that are to be Branches.
struct BranchProblem {
  /// What it is wrong with.
  enum class In : std::uint8_t {
    layer,    ///< a layer
    from,     ///< what a layer reads
    outputs,  ///< the outputs
    inputs    ///< an input
  };
  In in = In::layer;      ///< what it is wrong with
  std::size_t index = 0;  ///< which layer or input
  std::string text;       ///< a sentence without the name of the layer
};
/// Internal: returns the first thing that is wrong with the names, `from`, outputs or numbers of inputs.
std::optional<BranchProblem> problem_of(const std::vector<Branch>& layers, const BranchesOptions& options);

/// Layers that read the results of any earlier ones: branches, skips, several inputs, several outputs. This
/// is what a network file with `from` is read as.
///
///     nn::Branches net({{"left", nn::Linear(8)},
///                       {"right", nn::Linear(8), {"input"}},
///                       {"sum", nn::Add(), {"left", "right"}},
///                       {"scores", nn::Linear(3)}});
class Branches : public Layer<Branches> {
 public:
  /// Makes the network. Throws ValueError, naming the layer, for a name that is empty, has a dot or is taken,
  /// for `from` that does not name an input or an earlier layer, for a wrong number of inputs of a layer, and
  /// for a layer or an input that nothing reads.
  explicit Branches(const std::vector<Branch>& layers, const BranchesOptions& options = {});
  std::vector<std::string> input_names() const override { return options_.inputs; }
  std::vector<std::string> output_names() const override;
  Tensors forward(const Tensors& inputs) const override;
  /// Runs layers that take one input with the lengths of theirs, and the others as Merge::merge_padded does.
  Padded forward_padded(const Padded& x) const override;
  std::optional<LayerText> text() const override;

  /// Returns the layers with the names of what each reads.
  std::vector<Branch> layers() const;
  /// Returns the names of the inputs and of the layers that are outputs, as they were given.
  const BranchesOptions& options() const { return options_; }

 private:
  template <class Value>
  std::vector<Value> run(std::vector<Value> values) const;
  BranchesOptions options_;
  std::vector<std::vector<std::string>> from_;     // of each layer
  std::vector<std::vector<std::size_t>> sources_;  // the same as indices: inputs first, then layers
  std::vector<std::size_t> results_;               // the indices of the outputs
};

}  // namespace luge::nn
