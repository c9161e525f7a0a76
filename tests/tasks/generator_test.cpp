// Generator: text in steps with what is kept of earlier characters, and how the next one is drawn.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "luge/data/sources.h"
#include "luge/error.h"
#include "luge/io/model_file.h"
#include "luge/models/gallery.h"
#include "luge/nn/embedding.h"
#include "luge/nn/linear.h"
#include "luge/nn/load.h"
#include "luge/nn/recurrent.h"
#include "luge/nn/sequential.h"
#include "luge/ops/random.h"
#include "luge/random.h"
#include "luge/tasks/next_token.h"
#include "luge/tasks/registry.h"
#include "support/errors.h"
#include "support/temp_dir.h"

namespace luge::tasks {
namespace {

using testing::expect_error;
using testing::TempDir;

constexpr std::int64_t kLength = 12;

struct Written {
  nn::Model net;
  train::TaskRef task;
  data::Recipe recipe;
};

// A network of the gallery with random weights, large enough that characters differ.
Written written(const std::string& name, const options::Values& values) {
  random::seed(3);
  const TempDir folder;
  std::string text;
  for (int i = 0; i < 40; ++i) text += "the cat sat on the mat; ";
  const data::Dataset data = data::text_file(folder.write("cat.txt", text), {.record = 480});
  Written made;
  made.task = make("next-token", {.values = {{"length", kLength}}});
  made.recipe = made.task->recipe(data).fit(data);
  const data::Info info = made.recipe.training(data).info();
  const models::Entry entry = models::find(name, values);
  made.net = entry.make(*made.task->outputs(info));
  made.net->build({kLength}, i64);
  for (const Variable& each : made.net->parameters())
    Variable(each).assign(random::normal(each.shape(), 0, 0.3));
  nn::Metadata metadata = made.net->metadata();
  made.task->describe(info, metadata);
  metadata.classes = info.classes;
  metadata.recipe = made.recipe.to_json();
  made.net->set_metadata(metadata);
  return made;
}

std::map<std::string, options::Values> networks() {
  const options::Values recurrent = {{"layers", 2}, {"units", 9}, {"embedding", 5}};
  return {{"char-rnn", recurrent},
          {"lstm-lm", recurrent},
          {"gru-lm", recurrent},
          {"gpt-4x128", {{"layers", 2}, {"heads", 2}, {"width", 8}, {"length", kLength}}}};
}

float distance(const std::vector<float>& a, const std::vector<float>& b) {
  EXPECT_EQ(a.size(), b.size());
  float most = 0;
  for (std::size_t k = 0; k < std::min(a.size(), b.size()); ++k) most = std::max(most, std::abs(a[k] - b[k]));
  return most;
}

class Generated : public ::testing::TestWithParam<std::string> {};

TEST_P(Generated, StepsGiveWhatTheWholeTextGives) {
  const Written made = written(GetParam(), networks().at(GetParam()));
  Generator steps(*made.net, made.recipe), whole(*made.net, made.recipe, {.cached = false});
  ASSERT_TRUE(steps.cached());
  ASSERT_FALSE(whole.cached());
  const std::vector<std::int64_t> ids = steps.encode("the cat sat!");
  ASSERT_EQ(ids.size(), static_cast<std::size_t>(kLength));
  EXPECT_EQ(ids.back(), 0) << "not in the vocabulary";
  for (std::size_t k = 0; k < ids.size(); ++k)
    EXPECT_LT(distance(steps.read({&ids[k], 1}), whole.read({&ids[k], 1})), 1e-5) << k;
  // Read at once after a reset, the same.
  const std::vector<float> last = whole.read({&ids[0], 1});
  steps.reset(), whole.reset();
  EXPECT_LT(distance(steps.read(ids), whole.read(ids)), 1e-5);
  steps.reset();
  EXPECT_EQ(steps.read(ids), [&] {
    Generator again(*made.net, made.recipe);
    return again.read(ids);
  }());
}

TEST_P(Generated, GreedyTextIsTheSameInStepsAndFromAFile) {
  const Written made = written(GetParam(), networks().at(GetParam()));
  // Attention sees the same characters in both ways also after its keys were full, more than once.
  const std::int64_t count = GetParam() == "gpt-4x128" ? 5 * kLength : kLength - 4;
  const GenerateOptions greedy{.count = count, .temperature = 0};
  Generator steps(*made.net, made.recipe), whole(*made.net, made.recipe, {.cached = false});
  const std::string text = steps.generate("the c", greedy);
  EXPECT_EQ(text.size(), static_cast<std::size_t>(count));
  EXPECT_EQ(whole.generate("the c", greedy), text);
  EXPECT_EQ(steps.generate("the c", greedy), text) << "nothing is left of the first one";
  const TempDir folder;
  io::write_model(folder.file("net.safetensors"), *made.net, {},
                  {.entries = made.task->entries(made.net), .eval_weights = {}});
  const nn::Loaded loaded = nn::load(folder.file("net.safetensors"));
  Generator stored(loaded, made.recipe);
  EXPECT_TRUE(stored.cached());
  EXPECT_EQ(stored.generate("the c", greedy), text);
  const GenerateOptions drawn{.count = 30, .temperature = 1.5, .top_k = 6, .top_p = 0.9, .seed = 7};
  EXPECT_EQ(stored.generate("on the mat; the cat", drawn), steps.generate("on the mat; the cat", drawn));
}

INSTANTIATE_TEST_SUITE_P(Every, Generated, ::testing::Values("char-rnn", "lstm-lm", "gru-lm", "gpt-4x128"),
                         [](const auto& info) {
                           std::string name = info.param;
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

TEST(Generator, ReadsAgainWhatCannotBeReadInSteps) {
  const Written made = written("lstm-lm", networks().at("lstm-lm"));
  nn::Model both =
      nn::sequential(nn::Embedding(12, 4), nn::LSTM(5, {.direction = nn::Direction::both}), nn::Linear(12));
  both->build({kLength}, i64);
  both->set_metadata(made.net->metadata());
  EXPECT_TRUE(made.task->entries(both).empty());
  Generator all(*both, made.recipe);
  EXPECT_FALSE(all.cached());
  EXPECT_EQ(all.generate("the", {.count = 3}).size(), 3u);
}

TEST(BadInput, GeneratorRefusesOptionsAndPrompts) {
  const Written made = written("lstm-lm", networks().at("lstm-lm"));
  Generator writer(*made.net, made.recipe);
  const auto run = [&](const std::string& prompt, const GenerateOptions& options) {
    writer.generate(prompt, options);
  };
  expect_error<ValueError>([&] { run("", {}); }, {"prompt is empty"});
  expect_error<FormatError>([&] { run("a\xFF", {}); }, {"offset 1", "UTF-8"});
  expect_error<ValueError>([&] { run("a", {.top_p = 0}); }, {"top_p is 0"});
  expect_error<ValueError>([&] { run("a", {.temperature = -1}); }, {"temperature is -1"});
  const std::int64_t outside = 12;
  expect_error<IndexError>([&] { writer.read({&outside, 1}); }, {"id 12"});
  expect_error<ValueError>([&] { writer.read({}); }, {"no ids"});
  expect_error<ValueError>([&] { Generator(*made.net, data::Recipe()); }, {"next-token"});
}

}  // namespace
}  // namespace luge::tasks
