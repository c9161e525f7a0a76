// A network with several inputs and outputs, and with entries, as tests save it and load it again.
#pragma once

#include "luge/nn/embedding.h"
#include "luge/nn/flatten.h"
#include "luge/nn/linear.h"
#include "luge/nn/module.h"
#include "luge/ops/compare.h"
#include "luge/ops/linalg.h"
#include "luge/ops/math.h"
#include "luge/ops/nn.h"
#include "luge/ops/reduce.h"
#include "luge/ops/shape.h"

namespace luge::testing {

/// Scores of answers to a question about a picture, from tokens [N,T] and a picture [N,C,H,W].
struct Answerer : nn::Module {
  nn::Embedding embedding = child("embedding", nn::Embedding(12, 5));
  nn::Linear eyes = child("eyes", nn::Linear(5));
  nn::Linear head = child("head", nn::Linear(3));
  nn::Linear confidence = child("confidence", nn::Linear(1));
  std::vector<std::string> input_names() const override { return {"words", "picture"}; }
  std::vector<std::string> output_names() const override { return {"scores", "confidence"}; }
  Tensors forward(const Tensors& in) const override {
    const Tensor words = mean(embedding(in[0]), {1});
    const Tensor seen = tanh(words + eyes(flatten(in[1], 1)));
    return {head(seen), confidence(seen)};
  }
};

/// Translates tokens [N,T] to tokens of the same vocabulary, step by step.
struct Translator : nn::Module {
  nn::Embedding source = child("source", nn::Embedding(9, 4));
  nn::Embedding target = child("target", nn::Embedding(9, 4));
  nn::Linear step = child("step", nn::Linear(4));
  nn::Linear head = child("head", nn::Linear(9));
  std::vector<std::string> input_names() const override { return {"source", "target"}; }
  std::vector<std::string> output_names() const override { return {"logits"}; }
  Tensor encode(const Tensor& tokens) const { return mean(source(tokens), {1}); }
  /// The memory [N,4] and a token [N] give the next memory.
  Tensor next(const Tensor& memory, const Tensor& token) const { return tanh(step(memory) + target(token)); }
  // The last token of the target, after the whole source: enough to have all parameters in one graph.
  Tensors forward(const Tensors& in) const override {
    return {head(next(encode(in[0]), select(in[1], 1, 0)))};
  }

  std::vector<nn::Entry> entries() const override {
    const Translator self = *this;
    const nn::TensorSpec tokens{"source", i64, {unknown, unknown}}, memory{"memory", f32, {unknown, 4}};
    const nn::TensorSpec token{"token", i64, {unknown}};
    // The tokens so far: a cache that grows.
    const nn::TensorSpec past{"past", i64, {unknown, unknown}};
    const auto decode = [self](const Tensors& in) -> Tensors {
      const Tensor memory = self.next(in[1], in[0]);
      return {self.head(memory), memory, concat({in[2], unsqueeze(in[0], 1)}, 1)};
    };
    // Greedy: three tokens, chosen within the graph.
    const auto generate = [self](const Tensors& in) -> Tensors {
      Tensor memory = self.encode(in[0]), token = in[1];
      Tensors chosen;
      for (int k = 0; k < 3; ++k) {
        memory = self.next(memory, token);
        token = argmax(self.head(memory), 1);
        chosen.push_back(token);
      }
      return {stack(chosen, 1)};
    };
    return {{.name = "encode",
             .inputs = {tokens},
             .outputs = {"memory"},
             .function = [self](const Tensors& in) { return Tensors{self.encode(in[0])}; }},
            {.name = "decode_step",
             .inputs = {token, memory, past},
             .outputs = {"logits", "next_memory", "next_past"},
             .state = {{"memory", "next_memory", 0.25}, {"past", "next_past"}},
             .function = decode},
            {.name = "generate", .inputs = {tokens, token}, .outputs = {"tokens"}, .function = generate}};
  }
};

}  // namespace luge::testing
