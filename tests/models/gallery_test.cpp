#include "luge/models/gallery.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>

#include "luge/loss/loss.h"
#include "luge/metrics/host_metric.h"
#include "luge/nn/observe.h"
#include "luge/nn/summary.h"
#include "luge/optim/optimizers.h"
#include "support/errors.h"
#include "support/paths.h"

namespace luge::models {
namespace {

struct Row {
  std::string name;
  Shape input;
  Shape output;
  std::int64_t parameters;
  std::int64_t macs;
};

// Two norms, attention's two projections, two linear layers; embeddings, the last norm and the head.
constexpr std::int64_t gpt_parameters(std::int64_t blocks, std::int64_t width, std::int64_t length) {
  const std::int64_t block = 4 * width + 12 * width * width + 9 * width;
  return blocks * block + (65 + length) * width + 2 * width + 65 * (width + 1);
}
// The products with weights, and those of queries with keys and of weights with values.
constexpr std::int64_t gpt_macs(std::int64_t blocks, std::int64_t width, std::int64_t length) {
  return length * (blocks * (12 * width * width + 2 * length * width) + 65 * width);
}

const Row rows[] = {
    {"airbench", {3, 32, 32}, {10}, 1971640, 118147360},
    {"alexnet", {3, 224, 224}, {1000}, 61100840, 714188480},
    {"alexnet-grouped", {3, 224, 224}, {1000}, 60965224, 724406816},
    {"captcha-cnn", {1, 48, 144}, {6, 33}, 2179681, 71682624},
    {"char-rnn",
     {64},
     {64, 65},
     65 * 128 + 256 * (128 + 256 + 2) + 256 * (256 + 256 + 2) + 65 * 257,
     64 * (256 * (128 + 256) + 256 * (256 + 256) + 65 * 256)},
    {"cnn-64-64-1024", {1, 28, 28}, {10}, 640 + 36928 + 3212288 + 10250, 451584 + 7225344 + 3211264 + 10240},
    {"convnext-tiny", {3, 224, 224}, {1000}, 28589128, 4455531264},
    {"crnn", {1, 48, 144}, {36, 33}, 343041, 82285056},
    {"deeplab", {3, 256, 256}, {21, 256, 256}, 15904085, 5155258368},
    {"densenet121", {3, 224, 224}, {1000}, 7978856, 2834161664},
    {"efficientnet-b0", {3, 224, 224}, {1000}, 5288548, 385814752},
    {"fcn", {3, 256, 256}, {21, 256, 256}, 11195391, 2373550080},
    {"gpt-4x128", {64}, {64, 65}, gpt_parameters(4, 128, 64), gpt_macs(4, 128, 64)},
    {"gpt-6x384", {256}, {256, 65}, gpt_parameters(6, 384, 256), gpt_macs(6, 384, 256)},
    {"gru-lm",
     {64},
     {64, 65},
     65 * 128 + 768 * (128 + 256 + 2) + 768 * (256 + 256 + 2) + 65 * 257,
     64 * (768 * (128 + 256) + 768 * (256 + 256) + 65 * 256)},
    {"keypoint-cnn", {3, 64, 64}, {11, 3}, 1368171, 44832960},
    {"keypoint-maps", {3, 64, 64}, {11, 32, 32}, 251051, 94912512},
    {"lenet5", {1, 28, 28}, {10}, 61706, 117600 + 240000 + 48000 + 10080 + 840},
    {"lenet5-1998", {1, 28, 28}, {10}, 60000, 117600 + 1176 + 150000 + 400 + 48000 + 10080 + 840},
    {"lenet5-sigmoid", {1, 28, 28}, {10}, 41806, 86400 + 153600 + 30720 + 7680 + 640},
    {"linear-regression", {7}, {1}, 8, 7},
    {"logistic-regression", {7}, {1}, 8, 7},
    {"lstm-lm",
     {64},
     {64, 65},
     65 * 128 + 1024 * (128 + 256 + 2) + 1024 * (256 + 256 + 2) + 65 * 257,
     64 * (1024 * (128 + 256) + 1024 * (256 + 256) + 65 * 256)},
    {"mlp", {1, 28, 28}, {10}, 101770, 101632},
    {"mnist-cnn-notes", {1, 28, 28}, {10}, 640 + 36928 + 3212288 + 10250, 451584 + 7225344 + 3211264 + 10240},
    {"mobilenet-v2", {3, 224, 224}, {1000}, 3504872, 300774272},
    {"perceptron", {2}, {1}, 3, 2},
    {"resnet", {3, 224, 224}, {1000}, 11689512, 1814073344},
    {"resnet101", {3, 224, 224}, {1000}, 44549160, 7801405440},
    {"resnet152", {3, 224, 224}, {1000}, 60192808, 11513626624},
    {"resnet18", {3, 224, 224}, {1000}, 11689512, 1814073344},
    {"resnet18-cifar", {3, 32, 32}, {10}, 11173962, 555422720},
    {"resnet34", {3, 224, 224}, {1000}, 21797672, 3663761408},
    {"resnet50", {3, 224, 224}, {1000}, 25557032, 4089184256},
    {"softmax-regression", {1, 28, 28}, {10}, 7850, 7840},
    {"speech-cnn", {1, 40, 101}, {10}, 164530, 28245440},
    {"speech-ctc", {1, 40, 401}, {100, 11}, 176859, 50271360},
    {"squeezenet", {3, 224, 224}, {1000}, 1235496, 349151936},
    {"text-cnn",
     {32},
     {2},
     20000 * 128 + 12 * 128 * 100 + 300 + 602,
     32 * 12 * 128 * 100 + 600},
    {"text-lstm", {32}, {2}, 20000 * 128 + 512 * (128 + 128 + 2) + 258, 32 * 512 * (128 + 128) + 256},
    {"unet", {1, 256, 256}, {2, 256, 256}, 31030658, 48096083968},
    {"vgg11", {3, 224, 224}, {1000}, 132863336, 7609090048},
    {"vgg16", {3, 224, 224}, {1000}, 138357544, 15470264320},
    {"vit-small", {3, 224, 224}, {1000}, 22050664, 4598882304},
    {"xor", {2}, {1}, 33, 24},
    {"yolo", {3, 416, 416}, {255, 52, 52}, 5368285, 2584158720},
    {"yolov1-tiny", {3, 448, 448}, {30, 7, 7}, 27095374, 1608015360},
    {"yolov3", {3, 416, 416}, {255, 52, 52}, 61949149, 32932037632},
    {"yolov3-tiny", {3, 416, 416}, {255, 13, 13}, 7868559, 2134732288},
};

// Networks with several inputs, whose sizes depend on all of them.
const std::vector<std::string> of_several_inputs = {"seq2seq-bahdanau", "seq2seq-luong",
                                                    "translation-transformer"};

TEST(Gallery, HoldsTheseModels) {
  std::vector<std::string> expected = of_several_inputs;
  for (const Row& row : rows) expected.push_back(row.name);
  std::sort(expected.begin(), expected.end());
  EXPECT_EQ(names(), expected);
}

TEST(Gallery, SizesAreThePublishedOnes) {
  const nn::TypesAlone types;
  for (const Row& row : rows) {
    const nn::Model model = make(row.name);
    const DType dtype = find(row.name).dtype;
    const nn::Summary summary = nn::summary(*model, row.input, dtype);
    EXPECT_EQ(summary.parameters, row.parameters) << row.name;
    EXPECT_EQ(summary.macs, row.macs) << row.name;
    const Tensors outputs = model(Tensors{zeros(row.input.inserted(0, 2), dtype)});
    EXPECT_EQ(outputs.at(0).shape(), row.output.inserted(0, 2)) << row.name;
  }
}

std::string with_commas(std::int64_t number) {
  std::string text = std::to_string(number);
  for (std::size_t k = text.size(); k > 3;) text.insert(k -= 3, ",");
  return text;
}

TEST(Gallery, TheGuideListsTheSizes) {
  std::ifstream file(testing::source_dir() / "docs/guide/gallery.md");
  const std::string guide{std::istreambuf_iterator<char>(file), {}};
  for (const Row& row : rows) {
    std::string input;
    for (const std::int64_t extent : row.input) input += (input.empty() ? "" : "x") + std::to_string(extent);
    const std::string line = fmt::format("| `{}` | {} | {} | {} |\n", row.name, input,
                                         with_commas(row.parameters), with_commas(row.macs));
    EXPECT_NE(guide.find(line), std::string::npos) << line;
  }
}

TEST(Gallery, OutputsCanBeChosen) {
  EXPECT_EQ(make("lenet5", 3)(zeros({1, 1, 28, 28})).shape(), (Shape{1, 3}));
}

// LeCun et al. 1998, C1 and C3 of this variant.
TEST(Gallery, Lenet5SigmoidCountsConnections) {
  const nn::Summary s = nn::summary(*make("lenet5-sigmoid"), {1, 28, 28});
  EXPECT_EQ(s.layers[0].connections, 24 * 24 * 6 * 26);
  EXPECT_EQ(s.layers[0].neurons, 24 * 24 * 6);
}

// LeCun et al. 1998, section II.B. The paper's 60,000 trainable parameters do not count the fixed centers.
TEST(Gallery, Lenet5Of1998HasTheNumbersOfItsPaper) {
  struct Layer {
    std::string path;
    std::int64_t parameters, connections, neurons;
  };
  const Layer layers[] = {{"C1", 156, 122304, 4704}, {"S2", 12, 5880, 1176},    {"C3", 1516, 151600, 1600},
                          {"S4", 32, 2000, 400},     {"C5", 48120, 48120, 120}, {"F6", 10164, 10164, 84},
                          {"output", 0, 840, 10}};
  for (const std::int64_t frame : {2, 0}) {
    const Entry entry = find("lenet5-1998", {{"frame", frame}});
    EXPECT_EQ(entry.input, (frame == 2 ? Shape{1, 28, 28} : Shape{1, 32, 32}));
    const nn::Summary s = nn::summary(*entry.make(10), entry.input);
    for (const Layer& layer : layers) {
      const auto found = std::ranges::find(s.layers, layer.path, &nn::LayerSummary::path);
      ASSERT_NE(found, s.layers.end()) << layer.path;
      EXPECT_EQ(found->trainable, layer.parameters) << layer.path;
      EXPECT_EQ(found->connections, layer.connections) << layer.path;
      EXPECT_EQ(found->neurons, layer.neurons) << layer.path;
    }
    EXPECT_EQ(s.trainable, 60000);
    EXPECT_EQ(s.connections, 340908);
  }
  EXPECT_EQ(nn::summary(*make("lenet5-1998", 10, {{"learn_codes", true}}), {1, 28, 28}).trainable, 60840);
}

TEST(Gallery, Lenet5Of1998JudgesByTheNearestCode) {
  const nn::Model net = make("lenet5-1998");
  net->set_training(false);
  const Tensor scores = (*net)(ones({2, 1, 28, 28}));
  for (const double score : scores.to_vector<double>()) EXPECT_LT(score, 0);
  const Tensor codes = net->named_buffers().at(0).variable.value();
  EXPECT_EQ(codes.shape(), (Shape{10, 84}));
  for (const double each : codes.to_vector<double>()) EXPECT_EQ(std::abs(each), 1);
}

TEST(Gallery, DefaultsNameWhatThereIs) {
  for (const std::string& name : names()) {
    const Entry entry = find(name);
    EXPECT_EQ(entry.name, name);
    EXPECT_FALSE(entry.description.empty());
    EXPECT_NO_THROW(loss::named(entry.defaults.loss)) << entry.name;
    EXPECT_NO_THROW(optim::named(entry.defaults.optimizer, entry.defaults.learning_rate)) << entry.name;
    EXPECT_NO_THROW(metrics::chosen(entry.defaults.metrics)) << entry.name;
    EXPECT_GT(entry.defaults.batch, 0);
    EXPECT_GT(entry.defaults.epochs, 0);
  }
}

TEST(Gallery, UnknownNamesListTheKnown) {
  testing::expect_error<ValueError>([] { find("lenet6"); }, {"lenet6", "lenet5"});
}

}  // namespace
}  // namespace luge::models
