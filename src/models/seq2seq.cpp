// Encoders and decoders of recurrent cells that translate, with the attention of Bahdanau et al. 2015
// (additive, asked by the state before a step) or of Luong et al. 2015 (multiplicative, asked by the state
// after it, whose result goes into the next step).
#include <fmt/format.h>

#include <limits>
#include <optional>

#include "luge/nn/cell.h"
#include "luge/nn/dropout.h"
#include "luge/nn/embedding.h"
#include "luge/nn/linear.h"
#include "luge/nn/padded.h"
#include "luge/nn/recurrent.h"
#include "luge/ops/activation.h"
#include "luge/ops/compare.h"
#include "luge/ops/control.h"
#include "luge/ops/linalg.h"
#include "luge/ops/math.h"
#include "luge/ops/nn.h"
#include "luge/ops/reduce.h"
#include "luge/ops/shape.h"
#include "models/layers.h"
#include "models/translating.h"

/// The cells, and the ways to compare a state with what was read.
namespace luge::models {
enum class SequenceCell : std::uint8_t { gru, lstm };
enum class AttentionScore : std::uint8_t { additive, multiplicative };
}  // namespace luge::models
template <>
struct luge::options::Names<luge::models::SequenceCell> {
  static constexpr std::pair<luge::models::SequenceCell, const char*> all[] = {
      {luge::models::SequenceCell::gru, "gru"}, {luge::models::SequenceCell::lstm, "lstm"}};
};

namespace luge::models {
namespace {

struct Seq2SeqOptions : TranslatingOptions {
  std::int64_t units = 256;
  std::int64_t embedding = 128;
  SequenceCell cell = SequenceCell::gru;
  double dropout = 0.2;
  static void fields(auto& self, auto&& field) {
    field("units", self.units, "of the decoder, and of each direction of the encoder", count(),
          options::elsewhere({"hidden_size", "hidden"}));
    field("embedding", self.embedding, "width of the vector of a token", count(),
          options::elsewhere({"embedding_dim", "output_dim"}));
    field("cell", self.cell, "what reads and writes", options::elsewhere({"rnn", "cell_type"}));
    field("dropout", self.dropout, "share that is dropped of the embedded texts and before the last layer",
          share());
    common(self, field);
  }
};

class Seq2Seq : public nn::Module {
 public:
  Seq2Seq(std::int64_t tokens, const Seq2SeqOptions& o, AttentionScore score)
      : options_(o),
        score_(score),
        source_(child("source", nn::Embedding(o.source_vocabulary, o.embedding, {.init = init::normal(0, 0.1)}))),
        target_(child("target", nn::Embedding(tokens, o.embedding, {.init = init::normal(0, 0.1)}))),
        first_(child("first", nn::Linear(o.units))),
        keys_(child("keys", nn::Linear(o.units, {.bias = false}))),
        combine_(child("combine", nn::Linear(o.units))),
        head_(child("head", nn::Linear(tokens))) {
    const nn::RecurrentLayerOptions both{.direction = nn::Direction::both};
    if (is_lstm()) {
      lstm_.emplace(child("encoder", nn::LSTM(o.units, both)));
      lstm_cell_.emplace(child("decoder", nn::LSTMCell(o.units)));
      first_cell_.emplace(child("first_cell", nn::Linear(o.units)));
    } else {
      gru_.emplace(child("encoder", nn::GRU(o.units, both)));
      gru_cell_.emplace(child("decoder", nn::GRUCell(o.units)));
    }
    if (score_ == AttentionScore::additive) {
      query_.emplace(child("query", nn::Linear(o.units, {.bias = false})));
      weigh_.emplace(child("weigh", nn::Linear(1, {.bias = false})));
    }
    if (o.dropout > 0) dropout_.emplace(child("dropout", nn::Dropout(o.dropout)));
  }

  std::vector<std::string> input_names() const override { return translating_inputs(); }
  /// The logits [N,T,tokens], and at which tokens [N,T,S] the decoder looked before each.
  std::vector<std::string> output_names() const override { return {"output", "attention"}; }
  Tensors forward(const Tensors& in) const override {
    check_translating_inputs(in);
    const nn::Padded read = encoded({in[0], in[1]});
    const Memory memory{read.filled(), keys_(read.filled()), read.mask()};
    const Tensor embedded = dropped(target_(nn::Padded{in[2], in[3]}).values);  // [N,T,E]
    const Tensor mean = sum(memory.values, {1}) / maximum(unsqueeze(cast(read.length, memory.values.dtype()), 1), 1);
    Tensors states = {tanh(first_(mean))};
    if (is_lstm()) states.push_back(tanh((*first_cell_)(mean)));
    states.push_back(zeros_like(states[0]));  // what Luong's attention gave at the step before
    if (!combine_.built()) step(memory, states, select(embedded, 1, 0));  // layers are built before the loop
    const Scanned all = scan(
        [&](const Tensors& state, const Tensors& slice) { return step(memory, state, slice[0]); }, states,
        {permute(embedded, {1, 0, 2})});
    return {head_(dropped(permute(all.outputs[0], {1, 0, 2}))), permute(all.outputs[1], {1, 0, 2})};
  }
  std::string type() const override { return "Seq2Seq"; }

 private:
  struct Memory {
    Tensor values, keys, mask;  // [N,S,2·units], [N,S,units], [N,S]
  };
  bool is_lstm() const { return options_.cell == SequenceCell::lstm; }
  Tensor dropped(const Tensor& x) const { return dropout_ ? (*dropout_)(x) : x; }
  nn::Padded encoded(const nn::Padded& ids) const {
    nn::Padded x = source_(ids);
    x = x.with(dropped(x.values));
    return is_lstm() ? (*lstm_)(x) : (*gru_)(x);
  }
  // The weights [N,S] of what was read.
  Tensor weights(const Memory& memory, const Tensor& state) const {
    const Tensor scores = score_ == AttentionScore::additive
                              ? squeeze((*weigh_)(tanh(memory.keys + unsqueeze((*query_)(state), 1))), 2)
                              : sum(memory.keys * unsqueeze(state, 1), {2});
    return softmax(where(memory.mask, scores, -1e9), 1);
  }
  static Tensor looked_at(const Memory& memory, const Tensor& weights) {
    return sum(memory.values * unsqueeze(weights, 2), {1});
  }
  ScanTrip step(const Memory& memory, const Tensors& state, const Tensor& x) const {
    const bool additive = score_ == AttentionScore::additive;
    Tensor weight, context;
    if (additive) weight = weights(memory, state[0]), context = looked_at(memory, weight);
    const Tensor input = concat({x, additive ? context : state.back()}, 1);
    Tensors next = is_lstm() ? (*lstm_cell_)(Tensors{input, state[0], state[1]})
                             : (*gru_cell_)(Tensors{input, state[0]});
    if (!additive) weight = weights(memory, next[0]), context = looked_at(memory, weight);
    const Tensor made =
        tanh(combine_(additive ? concat({next[0], context, x}, 1) : concat({next[0], context}, 1)));
    next.push_back(additive ? state.back() : made);
    return {next, {made, weight}};
  }

  Seq2SeqOptions options_;
  AttentionScore score_;
  nn::Embedding source_, target_;
  nn::Linear first_, keys_, combine_, head_;
  std::optional<nn::LSTM> lstm_;
  std::optional<nn::GRU> gru_;
  std::optional<nn::LSTMCell> lstm_cell_;
  std::optional<nn::GRUCell> gru_cell_;
  std::optional<nn::Linear> first_cell_, query_, weigh_;
  std::optional<nn::Dropout> dropout_;
};

Entry seq2seq_entry(const Seq2SeqOptions& o, AttentionScore score) {
  return translating_entry(o, 2e-3, [o, score](std::int64_t outputs) -> nn::Model {
    return Seq2Seq(outputs, o, score);
  });
}

const bool added_bahdanau =
    add("seq2seq-bahdanau", "recurrent encoder and decoder that translate, with additive attention",
        [](const Seq2SeqOptions& o) { return seq2seq_entry(o, AttentionScore::additive); });
const bool added_luong =
    add("seq2seq-luong", "recurrent encoder and decoder that translate, with multiplicative attention",
        [](const Seq2SeqOptions& o) { return seq2seq_entry(o, AttentionScore::multiplicative); });

}  // namespace
}  // namespace luge::models
