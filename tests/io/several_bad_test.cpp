// Bad input over files with several inputs and entries.
#include <gtest/gtest.h>

#include "luge/compile.h"
#include "luge/graph.h"
#include "luge/io/model_file.h"
#include "support/errors.h"
#include "support/seq2seq.h"
#include "support/temp_dir.h"

namespace luge::io {
namespace {

using testing::Answerer;
using testing::expect_error;
using testing::TempDir;
using testing::Translator;

NamedTensors question(std::int64_t rows, std::int64_t length) {
  return {{"words", ones({rows, length}, i64)}, {"picture", ones({rows, 1, 3, 3})}};
}

Answerer answerer() {
  const Answerer net;
  net.build({{"words", graph::placeholder(i64, {unknown, unknown}, "words")},
             {"picture", graph::placeholder(f32, {unknown, 1, 3, 3}, "picture")}});
  return net;
}

// As Answerer, with another head and without a layer.
struct Changed : nn::Module {
  nn::Embedding embedding = child("embedding", nn::Embedding(12, 5));
  nn::Linear eyes = child("eyes", nn::Linear(5));
  nn::Linear head = child("head", nn::Linear(4));
  nn::Linear mouth = child("mouth", nn::Linear(4));
  std::vector<std::string> input_names() const override { return {"words", "picture"}; }
  Tensors forward(const Tensors& in) const override {
    return {mouth(head(mean(embedding(in[0]), {1}) + eyes(flatten(in[1], 1))))};
  }
};

TEST(BadInput, C39_AChangedNetworkWithSeveralInputsIsRefusedByNames) {
  const TempDir dir;
  const Answerer net = answerer();
  net.save(dir.file("net"));
  const Changed changed;
  changed(question(2, 3));
  const auto before = changed.head.weight.value().to_vector<float>();
  expect_error<FormatError>(
      [&] { read_state(dir.file("net"), changed); },
      {"net", "missing: mouth.weight mouth.bias", "extra: confidence.bias confidence.weight",
       "head.weight (f32[3,5] in the file, f32[4,5] in the model)", "nothing was loaded"});
  EXPECT_EQ(changed.head.weight.value().to_vector<float>(), before);
  EXPECT_EQ(read_state(dir.file("net"), net).values.size(), 7u);
}

TEST(BadInput, C23_ATokenOutsideTheVocabularyIsNamedByALoadedNetwork) {
  const TempDir dir;
  const Translator net;
  net.build({{"source", graph::placeholder(i64, {unknown, unknown}, "source")},
             {"target", graph::placeholder(i64, {unknown, unknown}, "target")}});
  net.save(dir.file("net"));
  const nn::Loaded loaded = nn::load(dir.file("net"));
  const auto encode = [&](std::int64_t id) {
    const Tensor source = tensor(std::vector<std::int64_t>{1, id}, {1, 2});
    return loaded.entry("encode")({{"source", source}})["memory"].to_vector<float>();
  };
  expect_error<IndexError>([&] { encode(9); }, {"9"});
  expect_error<IndexError>([&] { encode(-1); }, {"-1"});
  EXPECT_EQ(encode(8).size(), 4u);
}

TEST(BadInput, C22_BatchesOfOneRowAndOfNone) {
  const TempDir dir;
  answerer().save(dir.file("net"));
  const nn::Loaded net = nn::load(dir.file("net"));
  const auto run = compile([&](const NamedTensors& in) { return net(in); });
  EXPECT_EQ(run(question(1, 4))["scores"].shape(), (Shape{1, 3}));
  EXPECT_EQ(run(question(0, 4))["scores"].shape(), (Shape{0, 3}));
  EXPECT_EQ(run(question(0, 4))["confidence"].to_vector<float>().size(), 0u);
}

TEST(BadInput, C31_InputsOfAnotherShapeAreRefusedWhileACompiledCallIsTraced) {
  const TempDir dir;
  answerer().save(dir.file("net"));
  const nn::Loaded net = nn::load(dir.file("net"));
  const auto run = compile([&](const NamedTensors& in) { return net(in); });
  run(question(2, 3));
  NamedTensors larger = question(2, 3);
  larger.set("picture", ones({2, 1, 4, 4}));
  expect_error<ShapeError>([&] { run(larger); }, {"'picture'", "[2,1,4,4]", "[N,1,3,3]"});
  EXPECT_EQ(run(question(2, 3))["scores"].shape(), (Shape{2, 3}));
}

TEST(BadInput, C51_ATruncatedModelOfFormat2IsRefused) {
  const TempDir dir;
  answerer().save(dir.file("net"));
  const std::string all = testing::read_file(dir.file("net"));
  for (std::size_t length = 0; length < all.size(); length += 61) {
    const std::string path = dir.write("cut", all.substr(0, length));
    expect_error<FormatError>([&] { nn::load(path); }, {"cut"});
  }
}

}  // namespace
}  // namespace luge::io
