// Translation with attention, from records of two sentences to loss, metric and gradients: padding twice as
// far changes no number.
#include <gtest/gtest.h>

#include "luge/luge.h"

namespace luge::train {
namespace {

constexpr std::int64_t kWords = 7, kWidth = 6;

struct Translator : nn::Module {
  nn::Embedding source_words = child("source_words", nn::Embedding(kWords, kWidth));
  nn::Embedding target_words = child("target_words", nn::Embedding(kWords, kWidth));
  nn::GRU encoder = child("encoder", nn::GRU(kWidth)), decoder = child("decoder", nn::GRU(kWidth));
  nn::Linear head = child("head", nn::Linear(kWords));

  std::vector<std::string> input_names() const override {
    return {"source", "source.length", "target", "target.length"};
  }
  std::vector<std::string> output_names() const override { return {"logits"}; }
  Tensors forward(const Tensors& in) const override {
    const nn::Padded read = encoder(source_words(nn::Padded{in[0], in[1]}));
    const nn::Padded written = decoder(target_words(nn::Padded{in[2], in[3]}));
    const Tensor keys = unsqueeze(read.values, 1), queries = unsqueeze(written.values, 1);
    const Tensor context = attention(queries, keys, keys, {}, unsqueeze(read.mask(), {1, 2}));
    return {head(concat({written.values, squeeze(context, 1)}, -1))};
  }
};

// Sentences of 1 to 9 and 1 to 5 words. Ids are float64, so that all is computed in it.
data::Dataset sentences() {
  std::vector<data::Record> list;
  for (std::int64_t i = 0; i < 12; ++i) {
    data::HostArray source({f64, {1 + i * 5 % 9}}), target({f64, {1 + i % 5}}), next({f64, {1 + i % 5}});
    std::int64_t word = i;
    for (data::HostArray* words : {&source, &target, &next}) {
      for (double& id : words->as<double>()) id = static_cast<double>((word = word * 5 + 3) % kWords);
    }
    list.push_back({{"source", source}, {"target", target}, {"next", next}});
  }
  return data::records(std::move(list));
}

TEST(Seq2Seq, PaddingTwiceAsFarChangesNoNumber) {
  random::seed(4);
  const nn::Model net = Translator();
  const auto run = [&](std::int64_t source, std::int64_t target) {
    const auto pad = [](std::int64_t to, double value) {
      return data::Collate::pad({.value = value, .buckets = {to}});
    };
    const auto batches = sentences().batch(
        12, {.collate = {{"source", pad(source, 2)}, {"target", pad(target, 3)}, {"next", pad(target, -1)}}});
    const data::Batch batch = *batches.epoch(0).begin();
    const Tensor& labels = batch["next"];
    const Tensor mask = nn::sequence_mask(batch["next.length"], labels);
    const metrics::Accuracy accuracy;
    const auto step = compile([&] {
      const Tensor logits = net(batch.tensors())["logits"];
      const Tensor costs = softmax_cross_entropy(logits, where(mask, labels, 0));
      const LossTerm masked = LossTerm::mean(costs, cast(mask, f64));
      const Tensor ignoring = loss::SoftmaxCrossEntropy({.ignore_index = -1})(logits, labels);
      accuracy.update(logits, labels, mask);
      Tensors all = {masked.value, masked.cost, masked.weight, ignoring,
                     where(unsqueeze(mask, 2), logits, 0)};
      for (const Tensor& gradient : grad(masked.value, net->parameters())) all.push_back(gradient);
      return all;
    });
    net(batch.tensors());
    Tensors all = step();
    all[4] = slice(all[4], 1, 0, 5);  // the words that there are
    std::vector<double> numbers = {accuracy.value()};
    for (const Tensor& each : all) {
      for (const double number : each.to_vector<double>()) numbers.push_back(number);
    }
    return numbers;
  };
  const auto right = run(9, 5), wide = run(18, 10), wider = run(40, 33);
  EXPECT_EQ(right[3], 33);  // the words of all targets
  EXPECT_NEAR(right[1], right[4], 1e-12);
  for (const auto& other : {wide, wider}) {
    ASSERT_EQ(other.size(), right.size());
    for (std::size_t i = 0; i < right.size(); ++i) ASSERT_NEAR(other[i], right[i], 1e-12) << i;
  }
}

}  // namespace
}  // namespace luge::train
