// The next character of a text: from a file to a continuation.
#include "luge/tasks/next_token.h"

#include <cmath>

#include "luge/error.h"
#include "luge/io/model_file.h"
#include "luge/models/gallery.h"
#include "luge/nn/embedding.h"
#include "luge/nn/linear.h"
#include "luge/nn/load.h"
#include "luge/nn/recurrent.h"
#include "luge/nn/sequential.h"
#include "luge/ops/shape.h"
#include "luge/random.h"
#include "support/errors.h"
#include "support/temp_dir.h"
#include "tasks/trained.h"

namespace luge::tasks {
namespace {

using testing::expect_error;
using testing::TempDir;

constexpr const char* kSentence = "the cat sat on the mat; ";

data::Dataset sentences() {
  const TempDir folder;
  std::string text;
  for (int i = 0; i < 200; ++i) text += kSentence;
  return data::text_file(folder.write("cat.txt", text), {.record = 480});
}

train::TaskRef task() {
  return make("next-token", {.values = {{"length", 12}, {"stride", 5}, {"candidates", 3}}});
}

nn::Model small(std::int64_t ids) {
  return nn::sequential(nn::Embedding(ids, 12), nn::LSTM(24), nn::Linear(ids));
}

class NextToken : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    random::seed(1);
    const data::Dataset data = sentences();
    const data::Info info = task()->recipe(data).fit(data).training(data).info();
    outputs_ = *task()->outputs(info);
    trained_ = new testing::Trained(testing::trained(task(), small(outputs_), data, 8, 0.02, 20));
  }
  static void TearDownTestSuite() { delete trained_; }
  static testing::Trained* trained_;
  static std::int64_t outputs_;
};
testing::Trained* NextToken::trained_ = nullptr;
std::int64_t NextToken::outputs_ = 0;

data::Record prompt(const std::string& text) { return {{"text", data::HostArray::of_text(text)}}; }

TEST_F(NextToken, LearnsAText) {
  EXPECT_EQ(outputs_, 12) << "11 characters, and one id for all others";
  EXPECT_LT(trained_->loss(7), trained_->loss(0) / 4);
  EXPECT_GT(trained_->figure(7, "accuracy"), 0.8);
  EXPECT_NEAR(std::log(trained_->figure(7, "perplexity")), trained_->loss(7), 1e-3);
}

TEST_F(NextToken, NamesContinuations) {
  const auto answers = testing::interpreted(*trained_, {prompt("the cat s"), prompt("the cat sat on th")});
  EXPECT_EQ(answers.at(0)["label_name"].text(), "a");
  EXPECT_EQ(answers.at(1)["label_name"].text(), "e");
  EXPECT_EQ(answers[0]["candidates"].text().size(), 3u);
  EXPECT_EQ(answers[0]["candidates"].text()[0], 'a');
  const auto p = answers[0]["probabilities"].as<float>();
  ASSERT_EQ(p.size(), 3u);
  EXPECT_GE(p[0], p[1]);
  EXPECT_EQ(answers[0]["probability"].as<float>()[0], p[0]);
}

TEST_F(NextToken, GeneratesText) {
  const data::Recipe recipe = of(trained_->net->metadata()).recipe;
  EXPECT_EQ(generate(*trained_->net, recipe, "the cat", {.count = 17, .temperature = 0}),
            " sat on the mat; ");
  EXPECT_EQ(generate(*trained_->net, recipe, "the cat", {.count = 0}), "");
  const auto drawn = [&](std::uint64_t seed, std::int64_t top_k) {
    return generate(*trained_->net, recipe, "the cat",
                    {.count = 40, .temperature = 3, .top_k = top_k, .seed = seed});
  };
  EXPECT_EQ(drawn(1, 0), drawn(1, 0));
  EXPECT_NE(drawn(1, 0), drawn(2, 0));
  EXPECT_EQ(drawn(1, 1), drawn(2, 1)) << "one candidate leaves no choice";
  // A character that the vocabulary does not have is read as unknown, and never written.
  EXPECT_EQ(generate(*trained_->net, recipe, "?!?", {.count = 5, .temperature = 9}).find('<'),
            std::string::npos);
}

TEST_F(NextToken, GoesOnFromItsFile) {
  const TempDir folder;
  // With the function that reads a character, as a training writes it.
  io::write_model(folder.file("cat.safetensors"), *trained_->net, {},
                  {.entries = task()->entries(trained_->net), .eval_weights = {}});
  const nn::Loaded net = nn::load(folder.file("cat.safetensors"));
  const Learned learned = of(net.metadata());
  ASSERT_TRUE(learned.task) << learned.why;
  EXPECT_EQ(learned.task->options(), task()->options());
  EXPECT_EQ(learned.recipe.to_json(), trained_->recipe.to_json());
  EXPECT_EQ(
      generate(net, learned.recipe, "the cat", {.count = 40, .temperature = 2, .seed = 5}),
      generate(*trained_->net, trained_->recipe, "the cat", {.count = 40, .temperature = 2, .seed = 5}));
}

TEST_F(NextToken, PredictsTextWhereACountIsGiven) {
  const nn::Metadata& metadata = trained_->net->metadata();
  EXPECT_FALSE(of(metadata).task->predict(*trained_->net, prompt("the cat")));
  const Learned more = of(metadata, {{"continuation", 8}, {"temperature", 0}});
  ASSERT_TRUE(more.task) << more.why;
  EXPECT_EQ((*more.task->predict(*trained_->net, prompt("the cat")))["continuation"].text(), " sat on ");
  expect_error<options::OptionError>(
      [&] {
        of(metadata, {{"temprature", "8"}});
      },
      {"temprature", "temperature"});
  expect_error<options::OptionError>(
      [&] {
        of(metadata, {{"continuation", "many"}});
      },
      {"continuation is 'many'", "a whole number"});
}

TEST_F(NextToken, RefusesBadPrompts) {
  const data::Recipe recipe = of(trained_->net->metadata()).recipe;
  const auto run = [&](const std::string& text, const GenerateOptions& options) {
    generate(*trained_->net, recipe, text, options);
  };
  expect_error<ValueError>([&] { run("", {}); }, {"prompt is empty"});
  expect_error<FormatError>([&] { run("a\xFF", {}); }, {"offset 1", "UTF-8"});
  expect_error<ValueError>([&] { run("a", {.temperature = -1}); }, {"temperature is -1"});
  expect_error<ValueError>([&] { run("a", {.count = -1}); }, {"count is -1"});
  expect_error<ValueError>([&] { run("a", {.top_k = -1}); }, {"top_k is -1"});
  expect_error<ValueError>([&] { testing::interpreted(*trained_, {prompt("")}); }, {"no characters"});
}

TEST(NextTokenData, MayHaveIdsAlready) {
  const Tensor ids = arange(0, 60).reshape({6, 10});
  const data::Dataset data = data::tensors(ids, ids);
  EXPECT_TRUE(task()->recipe(data).empty());
  train::check_needs("next-token", task()->needs(), data.info());
  EXPECT_EQ(task()->outputs(data.info()), std::nullopt);
}

TEST(NextTokenData, TrainsTheModelsOfTheGallery) {
  for (const char* name : {"lstm-lm", "gpt-4x128"}) {
    random::seed(1);
    const models::Entry entry = models::find(name);
    const train::TaskRef task = make(entry.defaults.task, {.values = {{"length", entry.input[0]}}});
    const data::Dataset text = sentences().take(2);
    const auto result = testing::trained(task, models::make(name, 12), text, 2, 1e-3, 4);
    EXPECT_LT(result.loss(1), result.loss(0)) << name;
    EXPECT_EQ(generate(*result.net, result.recipe, "the", {.count = 3}).size(), 3u) << name;
  }
}

TEST(BadInput, C21_TextThatIsShorterThanAWindow) {
  const TempDir folder;
  const data::Dataset text = data::text_file(folder.write("short.txt", "too short"));
  const data::Recipe recipe = task()->recipe(text).fit(text);
  expect_error<ValueError>([&] { recipe.training(text); }, {"short.txt", "13 ids", "longest has 9"});
  expect_error<options::OptionError>(
      [] {
        make("next-token", {.values = {{"length", 0}}});
      },
      {"length is 0"});
  expect_error<options::OptionError>(
      [] {
        make("next-token", {.values = {{"candidates", 0}}});
      },
      {"candidates is 0"});
}

}  // namespace
}  // namespace luge::tasks
