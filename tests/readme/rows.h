// What the Luge column of README.md's table may use without declaring it.
#pragma once

#include <gtest/gtest.h>
#include <luge/luge.h>

#include "support/temp_dir.h"

namespace luge {

class ReadmeRow : public ::testing::Test {
 protected:
  // Rows write files by plain names, so each has a folder to itself.
  ReadmeRow() : before_(std::filesystem::current_path()) { std::filesystem::current_path(folder_.path()); }
  ~ReadmeRow() override { std::filesystem::current_path(before_); }

  Tensor images = random::normal({8, 1, 8, 8});
  Tensor x = random::normal({8, 4});
  Tensor labels = tensor<std::int64_t>({0, 1, 2, 3, 4, 5, 6, 7}, {8});
  Variable w{random::normal({4, 10}), "w"}, b{zeros({10}), "b"};
  Tensor logits = matmul(x, w) + b;
  Tensor cost = mean(softmax_cross_entropy(logits, labels));
  nn::Sequential net = nn::sequential(nn::Flatten(), nn::Linear(10));
  optim::Adam adam{1e-3};
  train::Trainer trainer{net, loss::SoftmaxCrossEntropy(), adam, {.metrics = {metrics::Accuracy()}}};

 private:
  testing::TempDir folder_;
  std::filesystem::path before_;
};

}  // namespace luge
