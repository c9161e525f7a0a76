// load: a network from a file, without the code that defined it.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "luge/nn/module.h"

namespace luge::nn {

/// A network that runs the graph of its file. Its parameters have the names that they had when the file was
/// written. In train mode it runs the graph of train mode, with dropout for example; in eval mode it runs the
/// graph of eval mode.
class Loaded : public Layer<Loaded> {
 public:
  struct Content;  // internal
  /// Internal: use load.
  explicit Loaded(std::shared_ptr<const Content> content);

  Tensor forward(const Tensor& x) const override;
  std::string type() const override;

 private:
  std::shared_ptr<const Content> content_;
  std::map<std::string, Parameter> parameters_;
};

/// Reads a network that Module::save or a checkpoint of a training wrote. The network is in eval mode. Throws
/// FileError when the file cannot be read. Throws FormatError naming the file and the position when it is
/// damaged, and when it has an op that this version does not know, or a newer version of an op.
///
///     auto net = nn::load("lenet5.safetensors");
///     Tensor probabilities = net.predict(image);
Loaded load(const std::string& path);

}  // namespace luge::nn
