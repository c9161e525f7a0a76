// Which kernels a network of pointwise and depthwise convolutions runs with at inference.
#include <gtest/gtest.h>

#include <string>

#include "backend/cpu/onednn/cost.h"
#include "backend/cpu/x64/code.h"
#include "luge/compile.h"
#include "luge/models/gallery.h"
#include "luge/ops/random.h"

namespace luge {
namespace {

int count(const std::string& text, std::string_view part) {
  int found = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
  return found;
}

TEST(OwnConvChoice, MobilenetRunsWithPointwiseAndDepthwiseKernels) {
  if (cpu::onednn::has_avx512() || !cpu::x64::instruction_set()) GTEST_SKIP() << "needs AVX2 without AVX-512";
  const nn::Model net = models::make("mobilenet-v2", 10, {{"width", 0.25}, {"dropout", 0.0}});
  const Tensor x = random::normal({1, 3, 64, 64});
  net->set_training(false);
  (*net)(x).to_vector<float>();
  auto infer = compile([&](const Tensor& in) { return (*net)(in); });
  infer(x);
  const std::string text = infer.explain(x);
  EXPECT_EQ(count(text, "[conv, pointwise: "), 34) << text;
  EXPECT_EQ(count(text, "[conv, depthwise: "), 17) << text;
  EXPECT_EQ(count(text, "conv+relu+minimum [conv, pointwise: "), 17) << text;
  // Weights are brought into blocks once, where the Variables are, and images not at all.
  const std::string each_call = text.substr(0, text.find("kept while the Variables stay"));
  EXPECT_LE(count(each_call, " reorder ["), 1) << text;
}

}  // namespace
}  // namespace luge
