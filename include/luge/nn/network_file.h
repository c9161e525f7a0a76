// Networks as text: TOML files that describe a network layer by layer.
/// @file
///     [network]                  # may be left out
///     name = "small"             # default: the name of the file
///     input = [1, 28, 28]        # one sample; an unknown extent is 0
///     dtype = "f32"              # of the input; ids of words are "i64"
///
///     [[layer]]
///     type = "conv2d"            # `luge list layers` shows all
///     filters = 16               # its options
///     padding = "same"
///
///     [[layer]]
///     type = "linear"
///     outputs = "auto"           # the number that the task needs
///
/// Each layer may have a `name` (default: as Sequential names layers), `from` (the layers and inputs that it
/// reads, default: the layer before it) and `repeat` (layers one after the other, with parameters of their
/// own). The networks inside a layer are tables in it: [[layer.layer]] of a block, [[layer.body]] and
/// [[layer.shortcut]] of a residual connection; with one pair of brackets, [layer.body], it is a single
/// layer. Several inputs are [[input]] tables with name, shape and dtype; several outputs are named by
/// `outputs` in [network]. A table [defaults] says how the network is trained; from_toml only passes it on.
/// docs/guide/network-files.md has more examples.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "luge/nn/module.h"
#include "luge/options.h"

namespace luge::nn {

/// What from_toml needs to know.
struct FromTomlOptions {
  std::int64_t outputs = 0;  ///< what "auto" is, from 1; 0: not known
  /// The inputs for whose shapes the layers are checked. None: those of the file, if it says them.
  std::vector<TensorSpec> inputs = {};
};

/// An entry of the table [defaults]. What is in a table inside it has both names: "task.threshold".
struct TextSetting {
  std::string key;   ///< the name
  std::string text;  ///< the value; the elements of a list have commas between them
  int line = 0;      ///< the line in the file
};

/// A network that was read from text, not yet built.
struct NetworkText {
  std::string path;                     ///< the file
  std::string name;                     ///< the name of the network
  Shape input = {};                     ///< the shape of one sample; rank 0: the file does not say it
  DType dtype = f32;                    ///< the dtype of the input
  std::vector<TensorSpec> inputs = {};  ///< the inputs of a network with [[input]] tables, with a batch axis
  Model net = {};                       ///< the network
  bool takes_outputs = false;           ///< a layer says "auto"
  std::vector<TextSetting> defaults = {};               ///< how the network is trained, as [defaults] says it
  std::vector<std::pair<std::string, int>> lines = {};  ///< the line of each layer by its path

  /// Checks that all layers take what they get for inputs of these shapes and dtypes, whose first axis is the
  /// batch. Nothing is built. Throws ShapeError, DTypeError or ValueError naming file, line and layer.
  void check(const std::vector<TensorSpec>& specs) const;
};

/// Reads a network from a TOML file. A list of layers without `from` is a Sequential, so that the network is
/// the one that C++ makes; with `from` it is Branches. When the shape of the input is known, the layers are
/// checked as NetworkText::check does. Throws FileError, and FormatError naming file, line and layer for a
/// file that is not right.
///
///     nn::Model net = nn::from_toml("net.toml", {.outputs = 10}).net;
NetworkText from_toml(const std::string& path, const FromTomlOptions& options = {});

/// What to_toml writes besides the layers.
struct ToTomlOptions {
  std::string name = {};                ///< the name of the network; empty: none is written
  std::vector<TensorSpec> inputs = {};  ///< the inputs; none: those of its metadata, when it was built
  options::Values defaults = {};        ///< the table [defaults]; dots in names make tables
};

/// Returns a network as text, from which from_toml makes a network with the same structure and names.
/// Parameters are not written: they are in model files. Throws ValueError that names a layer which is not
/// made of registered layers, two layers that share their parameters, and a network without layers.
std::string to_toml(const Model& net, const ToTomlOptions& options = {});

}  // namespace luge::nn
