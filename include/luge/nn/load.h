// load: a network from a file, without the code that defined it.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "luge/nn/module.h"

namespace luge::nn {

/// A network that runs the graph of its file. Its parameters have the names they had when it was saved; train
/// mode runs the graph as it was in train mode (dropout), eval mode the other.
class Loaded : public Layer<Loaded> {
 public:
  struct Content;  // internal
  explicit Loaded(std::shared_ptr<const Content> content);

  Tensor forward(const Tensor& x) const override;
  std::string type() const override;

 private:
  std::shared_ptr<const Content> content_;
  std::map<std::string, Parameter> parameters_;
};

/// Reads what Module::save or a training's checkpoint wrote; the network starts in eval mode. Throws
/// FileError, and FormatError naming file and place: for damage, an op this version does not know, or a newer
/// version of one.
Loaded load(const std::string& path);

}  // namespace luge::nn
