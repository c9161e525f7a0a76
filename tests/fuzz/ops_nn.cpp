// Rows of nn.h, window.h, normalization.h and sequence.h.
#include "fuzz/ops.h"
#include "luge/ops/nn.h"
#include "luge/ops/normalization.h"
#include "luge/ops/sequence.h"

namespace luge::fuzz {
namespace {

PerAxis per_axis(const Line& line, const std::string& key, PerAxis fallback) {
  if (line.has(key)) fallback.values = line.wholes(key);
  return fallback;
}

// mode 0: the numbers given, all befores and then all afters, or one for all; 1 same; 2 full.
Padding padding_of(const Line& line) {
  if (line.whole("mode") == 1) return PaddingMode::same;
  if (line.whole("mode") == 2) return PaddingMode::full;
  const auto given = line.wholes("padding");
  if (given.empty()) return PaddingMode::valid;
  if (given.size() == 1) return Padding(given[0]);
  const auto half = given.begin() + static_cast<std::ptrdiff_t>(given.size() / 2);
  return Padding({given.begin(), half}, {half, given.end()});
}

Tensor input(const Tensors& in, std::size_t k) { return k < in.size() ? in[k] : Tensor(); }

Tensor build_conv(const Tensors& in, const Line& line, DType) {
  const ConvOptions options{.stride = per_axis(line, "stride", 1),
                            .dilation = per_axis(line, "dilation", 1),
                            .padding = padding_of(line),
                            .groups = line.whole("groups", 1),
                            .border = static_cast<Border>(line.whole("border"))};
  const auto conv = in.at(0).rank() == 3 ? conv1d : in.at(0).rank() == 4 ? conv2d : conv3d;
  return conv(in.at(0), in.at(1), input(in, 2), options);
}

PoolOptions pool_of(const Line& line) {
  return {.kernel = per_axis(line, "kernel", 2),
          .stride = per_axis(line, "stride", {}),
          .dilation = per_axis(line, "dilation", 1),
          .padding = padding_of(line),
          .ceil_mode = line.has("ceil"),
          .count_include_pad = line.has("include")};
}

Tensor build_max_pool(const Tensors& in, const Line& line, DType) {
  const auto pool = in.at(0).rank() == 3 ? max_pool1d : in.at(0).rank() == 4 ? max_pool2d : max_pool3d;
  return pool(in.at(0), pool_of(line));
}

Tensor build_avg_pool(const Tensors& in, const Line& line, DType) {
  const auto pool = in.at(0).rank() == 3 ? avg_pool1d : in.at(0).rank() == 4 ? avg_pool2d : avg_pool3d;
  return pool(in.at(0), pool_of(line));
}

Tensor build_batch_norm(const Tensors& in, const Line& line, DType) {
  const BatchNormed made = batch_norm(in.at(0), in.at(1), in.at(2), line.number("epsilon", 1e-5));
  return line.whole("out") == 0 ? made.y : line.whole("out") == 1 ? made.mean : made.variance;
}

Tensor build_cross_entropy(const Tensors& in, const Line& line, DType) {
  return softmax_cross_entropy(in.at(0), in.at(1),
                               {.axis = line.whole("axis", -1),
                                .label_smoothing = line.number("smoothing"),
                                .ignore_index = line.has("ignore") ? line.whole("ignore") : no_label});
}

Tensor build_lstm(const Tensors& in, const Line& line, DType) {
  const LstmOutput made = lstm(in.at(0), in.at(1), in.at(2), input(in, 3),
                               {.batch_first = line.has("batch_first")}, input(in, 4), input(in, 5));
  return line.whole("out") == 0 ? made.y : line.whole("out") == 1 ? made.h : made.c;
}

Tensor build_gru(const Tensors& in, const Line& line, DType) {
  const GruOutput made = gru(in.at(0), in.at(1), in.at(2), input(in, 3), input(in, 4),
                             {.batch_first = line.has("batch_first")}, input(in, 5));
  return line.whole("out") == 0 ? made.y : made.h;
}

AttentionOptions attention_of(const Line& line) { return {line.has("causal"), line.number("scale")}; }

}  // namespace

Builds nn_ops() {
  Builds rows;
  using In = const Tensors&;
  using At = const Line&;
  rows["conv"] = build_conv;
  rows["max_pool"] = build_max_pool;
  rows["avg_pool"] = build_avg_pool;
  rows["global_avg_pool"] = [](In in, At, DType) { return global_avg_pool(in.at(0)); };
  rows["softmax"] = [](In in, At line, DType) { return softmax(in.at(0), line.whole("axis")); };
  rows["log_softmax"] = [](In in, At line, DType) { return log_softmax(in.at(0), line.whole("axis")); };
  rows["leaky_relu"] = [](In in, At line, DType) { return leaky_relu(in.at(0), line.number("slope")); };
  rows["gelu"] = [](In in, At line, DType) {
    return gelu(in.at(0), line.has("form") ? GeluForm::tanh : GeluForm::exact);
  };
  rows["dropout_off"] = [](In in, At, DType) { return dropout(in.at(0), 0.0); };
  rows["softmax_cross_entropy"] = build_cross_entropy;
  rows["binary_cross_entropy"] = [](In in, At, DType) { return binary_cross_entropy(in.at(0), in.at(1)); };
  rows["binary_cross_entropy_with_logits"] = [](In in, At, DType) {
    return binary_cross_entropy_with_logits(in.at(0), in.at(1));
  };
  rows["batch_norm"] = build_batch_norm;
  rows["batch_norm_inference"] = [](In in, At line, DType) {
    return batch_norm_inference(in.at(0), in.at(1), in.at(2), in.at(3), in.at(4),
                                line.number("epsilon", 1e-5));
  };
  rows["layer_norm"] = [](In in, At line, DType) {
    return layer_norm(in.at(0), in.at(1), input(in, 2), static_cast<int>(line.whole("axis")),
                      line.number("epsilon", 1e-5));
  };
  rows["lstm"] = build_lstm;
  rows["gru"] = build_gru;
  rows["attention"] = [](In in, At line, DType) {
    return attention(in.at(0), in.at(1), in.at(2), attention_of(line), input(in, 3));
  };
  rows["self_attention"] = [](In in, At line, DType) {
    return self_attention(in.at(0), line.whole("heads"), attention_of(line), input(in, 1));
  };
  return rows;
}

}  // namespace luge::fuzz
