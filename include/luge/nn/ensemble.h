// Ensemble: several networks that answer together.
#pragma once

#include <string>
#include <vector>

#include "luge/nn/entry.h"
#include "luge/nn/module.h"
#include "luge/output_kind.h"
#include "luge/tensor.h"

namespace luge::nn {

/// Returns the answers of several networks as one, in the form that each of them has. Real numbers and
/// probabilities become their mean. Of logits the probabilities become their mean, and the result is logits
/// again, whose softmax or sigmoid is that mean; so a loss on logits is that of the mean. All tensors have
/// one shape [N,…] and one floating dtype. Logits of classes have their classes on the last axis; those of
/// pictures [N,C,H,W] on axis 1. Throws ValueError without outputs, and ShapeError and DTypeError when they
/// differ. Source: Breiman 1996, bagging.
Tensor mean_answer(const Tensors& outputs, OutputKind kind);

/// Several networks with one input and one output each, as one network with the mean of their answers. The
/// children are named "member-1", "member-2" and so on. save() writes each member also as an entry of its
/// name, so that the answers of one alone can be asked of the file.
///
///     nn::Ensemble both({nn::load("a.safetensors"), nn::load("b.safetensors")}, nn::Output::logits);
///     both.save("both.safetensors");
class Ensemble : public Layer<Ensemble> {
 public:
  /// Makes an ensemble whose members give outputs of this kind. Throws ValueError without members, for an
  /// empty one, and for one that has several inputs or outputs.
  Ensemble(const std::vector<Model>& members, OutputKind kind);

  Tensor forward(const Tensor& x) const override;
  std::vector<Entry> entries() const override;

  /// Returns the members.
  std::vector<Model> members() const;

 private:
  OutputKind kind_;
};

}  // namespace luge::nn
