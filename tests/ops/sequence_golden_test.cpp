// The sequence ops and their gradients against PyTorch's, which tests/golden/make_sequence.py wrote down.
#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "luge/autodiff.h"
#include "luge/io/safetensors.h"
#include "luge/ops/math.h"
#include "luge/ops/reduce.h"
#include "luge/ops/sequence.h"
#include "support/paths.h"

namespace luge {
namespace {

using Build = std::function<Tensors(const Tensors&)>;

Tensor state(const Tensors& in, std::size_t k) { return k < in.size() ? in[k] : Tensor(); }

Build lstm_row(bool batch_first) {
  return [=](const Tensors& in) {
    const LstmOutput out =
        lstm(in[0], in[1], in[2], in[3] + in[4], {.batch_first = batch_first}, state(in, 5), state(in, 6));
    return Tensors{out.y, out.h, out.c};
  };
}
Build gru_row(bool batch_first) {
  return [=](const Tensors& in) {
    const GruOutput out = gru(in[0], in[1], in[2], in[3], in[4], {.batch_first = batch_first}, state(in, 5));
    return Tensors{out.y, out.h};
  };
}
Build attention_row(AttentionOptions options) {
  return [=](const Tensors& in) { return Tensors{attention(in[0], in[1], in[2], options, state(in, 3))}; };
}

const std::map<std::string, Build>& rows() {
  static const std::map<std::string, Build> table = {
      {"lstm", lstm_row(false)},
      {"lstm/batch first", lstm_row(true)},
      {"gru", gru_row(false)},
      {"gru/batch first", gru_row(true)},
      {"attention", attention_row({})},
      {"attention/causal", attention_row({.causal = true})},
      {"attention/scaled", attention_row({.scale = 2.5})},
      {"attention/masked", attention_row({})},
      {"self_attention",
       [](const Tensors& in) { return Tensors{self_attention(in[0], 2, {.causal = true})}; }},
  };
  return table;
}

struct Golden {
  std::map<std::string, Tensor> entries;
  Tensors list(const std::string& role) const {
    Tensors found;
    for (int k = 0; entries.contains(role + std::to_string(k)); ++k)
      found.push_back(entries.at(role + std::to_string(k)));
    return found;
  }
};

std::map<std::string, Golden> goldens() {
  const io::SafetensorsFile file((testing::source_dir() / "tests/golden/sequence.safetensors").string());
  std::map<std::string, Golden> found;
  for (const io::StoredTensor& stored : file.tensors()) {
    const std::size_t dot = stored.name.rfind('.');
    found[stored.name.substr(0, dot)].entries[stored.name.substr(dot + 1)] =
        tensor_from_bytes(file.read(stored.name), stored.dtype, stored.shape);
  }
  return found;
}

void expect_near(const Tensor& got, const Tensor& want, double tolerance, const std::string& what) {
  ASSERT_EQ(got.shape(), want.shape()) << what;
  const auto a = got.to_vector<double>(), b = want.to_vector<double>();
  for (std::size_t i = 0; i < a.size(); ++i) EXPECT_NEAR(a[i], b[i], tolerance) << what << " at " << i;
}

// Outputs and gradients in `dtype`.
void compare(DType dtype, double tolerance) {
  const auto all = goldens();
  EXPECT_EQ(all.size(), rows().size());
  for (const auto& [name, golden] : all) {
    const auto in_dtype = [&](const Tensor& x) { return is_floating(x.dtype()) ? cast(x, dtype) : x; };
    Tensors in, targets, wanted = golden.list("grad");
    for (const Tensor& value : golden.list("in")) {
      in.push_back(in_dtype(value));
      if (is_floating(value.dtype())) targets.push_back(in.back());
    }
    const Tensors out = rows().at(name)(in), values = golden.list("out"), weights = golden.list("weight");
    ASSERT_EQ(out.size(), values.size()) << name;
    Tensor total = scalar(0, dtype);
    for (std::size_t k = 0; k < out.size(); ++k) total = total + sum(out[k] * in_dtype(weights[k]));
    const Tensors gradients = grad(total, targets);
    for (std::size_t k = 0; k < out.size(); ++k)
      expect_near(out[k], values[k], tolerance, name + " output " + std::to_string(k));
    ASSERT_EQ(gradients.size(), wanted.size()) << name;
    for (std::size_t k = 0; k < wanted.size(); ++k)
      expect_near(gradients[k], wanted[k], tolerance, name + " gradient " + std::to_string(k));
  }
}

TEST(SequenceGolden, DoublesArePyTorchs) { compare(f64, 1e-12); }
TEST(SequenceGolden, FloatsAreNearPyTorchs) { compare(f32, 3e-6); }

}  // namespace
}  // namespace luge
