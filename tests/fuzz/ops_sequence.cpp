// Rows of sequence.h and positional.h besides those of ops_nn.cpp.
#include "fuzz/ops.h"
#include "luge/ops/positional.h"
#include "luge/ops/sequence.h"

namespace luge::fuzz {
namespace {

Tensor input(const Tensors& in, std::size_t k) { return k < in.size() ? in[k] : Tensor(); }

Tensor build_rnn(const Tensors& in, const Line& line, DType) {
  const RnnOptions options{.batch_first = line.has("batch_first"),
                           .activation = line.has("relu") ? RnnActivation::relu : RnnActivation::tanh};
  const RnnOutput made = rnn(in.at(0), in.at(1), in.at(2), input(in, 3), options, input(in, 4));
  return line.whole("out") == 0 ? made.y : made.h;
}

Tensor build_projected(const Tensors& in, const Line& line, DType) {
  const RecurrentOptions options{.batch_first = line.has("batch_first"), .every_c = line.has("every_c")};
  const LstmOutput made = lstm_projected(in.at(0), in.at(1), in.at(2), in.at(3), input(in, 4), options,
                                         input(in, 5), input(in, 6));
  return line.whole("out") == 0 ? made.y : line.whole("out") == 1 ? made.h : made.c;
}

}  // namespace

Builds sequence_ops() {
  Builds rows;
  using In = const Tensors&;
  using At = const Line&;
  rows["rnn"] = build_rnn;
  rows["lstm_projected"] = build_projected;
  rows["reverse_sequence"] = [](In in, At line, DType) {
    return reverse_sequence(in.at(0), in.at(1),
                            {.axis = static_cast<int>(line.whole("axis", 1)),
                             .batch_axis = static_cast<int>(line.whole("batch"))});
  };
  rows["check_lengths"] = [](In in, At line, DType) {
    return check_lengths(in.at(0), in.at(1), static_cast<int>(line.whole("axis", 1)));
  };
  rows["attention_weights"] = [](In in, At line, DType) {
    return attention_weights(in.at(0), in.at(1), {line.has("causal"), line.number("scale")}, input(in, 2));
  };
  rows["rotary_embedding"] = [](In in, At line, DType) {
    const RotaryOptions options{.interleaved = line.has("interleaved"),
                                .offset = line.whole("offset"),
                                .features = line.whole("features")};
    return rotary_embedding(in.at(0), options, input(in, 1));
  };
  rows["sinusoidal_encoding"] = [](In in, At line, DType real) {
    return sinusoidal_encoding(in.at(0), line.whole("width"), line.number("base", 10000), real);
  };
  return rows;
}

}  // namespace luge::fuzz
