// Networks as text: what is exported is the gallery's network, and trains like it.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "experiment/network_entry.h"
#include "experiment/network_text.h"
#include "luge/data/sources.h"
#include "luge/experiment/run.h"
#include "luge/io/safetensors.h"
#include "luge/models/gallery.h"
#include "luge/nn/network_file.h"
#include "luge/nn/observe.h"
#include "luge/ops/random.h"
#include "luge/random.h"
#include "support/errors.h"
#include "support/temp_dir.h"

namespace luge {
namespace {

namespace fs = std::filesystem;
using experiment::Config;
using experiment::network_entry;
using experiment::network_text;
using testing::expect_error;
using testing::read_file;
using testing::TempDir;

constexpr const char* kSmall = R"([network]
name = "small"

[[layer]]
type = "flatten"

[[layer]]
type = "linear"
outputs = 8

[[layer]]
type = "relu"

[[layer]]
type = "linear"
outputs = "auto"
)";

// Pictures of noise with ten labels.
experiment::DataSet pictures(std::int64_t count) {
  random::seed(3);
  std::vector<std::int64_t> labels;
  for (std::int64_t i = 0; i < count; ++i) labels.push_back(i * 7 % 10);
  const Tensor images = random::normal({count, 1, 28, 28});
  return {"noise", data::tensors(images, tensor(labels, {count}))};
}

// A table of two columns and three kinds.
std::string kinds(const TempDir& dir) {
  std::string table = "x,y,kind\n";
  for (int i = 0; i < 48; ++i)
    table += fmt::format("{},{},{}\n", i, i * 7 % 11, i % 3 ? i % 3 == 1 ? "a" : "b" : "c");
  return dir.write("kinds.csv", table);
}

// Names, shapes and values of all parameters and of the state of the optimizer.
std::string content_of(const std::string& checkpoint) {
  std::string all;
  const io::SafetensorsFile file(checkpoint);
  for (const io::StoredTensor& stored : file.tensors()) {
    const std::vector<std::byte> bytes = file.read(stored.name);
    all += stored.name + stored.shape.to_string();
    all.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  }
  return all;
}

std::string trained(const std::string& model, const TempDir& dir, const std::string& checkpoint) {
  const experiment::Run run({{"model", model}, {"epochs", "1"}, {"limit_train_batches", "3"}},
                            {.data = pictures(256)});
  run.fit();
  EXPECT_EQ(run.position().total_steps, 3);
  run.save(dir.file(checkpoint));
  return content_of(dir.file(checkpoint));
}

TEST(NetworkFile, TheExportedLenetTrainsByteEqual) {
  const TempDir dir;
  const std::string file = dir.write("net.toml", network_text(models::find("lenet5")));
  const std::string gallery = trained("lenet5", dir, "gallery"), text = trained(file, dir, "text");
  ASSERT_GT(gallery.size(), 3 * 4 * 61706u) << "weights and the two moments of Adam";
  EXPECT_TRUE(gallery == text);
  const std::string wide = dir.write("wide.toml", network_text(models::find("lenet5", {{"dropout", 0.1}})));
  EXPECT_FALSE(gallery == trained(wide, dir, "wide")) << "another network is told apart";
}

std::string form(const nn::Model& net, const Shape& input, DType dtype) {
  const nn::TypesAlone types;
  net->build(input.known() ? input : Shape{7}, dtype);
  std::string text;
  for (const auto& variables : {net->named_parameters(), net->named_buffers()}) {
    for (const auto& [name, variable] : variables) text += name + variable.shape().to_string() + "\n";
  }
  return text;
}

TEST(NetworkFile, HoldsEveryModelOfRegisteredLayers) {
  const TempDir dir;
  std::vector<std::string> refused;
  for (const std::string& name : models::names()) {
    const models::Entry entry = models::find(name);
    std::string text;
    try {
      text = network_text(entry);
    } catch (const ValueError& error) {
      EXPECT_NE(std::string(error.what()).find(name), std::string::npos) << error.what();
      refused.push_back(name);
      continue;
    }
    const models::Entry read = network_entry(dir.write("net.toml", text));
    EXPECT_EQ(read.name, name);
    EXPECT_EQ(read.input, entry.input) << name;
    EXPECT_EQ(read.dtype, entry.dtype) << name;
    EXPECT_EQ(read.outputs, entry.outputs) << name;
    EXPECT_EQ(read.defaults.data, entry.defaults.data) << name;
    EXPECT_EQ(read.defaults.task, entry.defaults.task) << name;
    EXPECT_EQ(read.defaults.loss, entry.defaults.loss) << name;
    EXPECT_EQ(read.defaults.optimizer, entry.defaults.optimizer) << name;
    EXPECT_EQ(read.defaults.learning_rate, entry.defaults.learning_rate) << name;
    EXPECT_EQ(read.defaults.batch, entry.defaults.batch) << name;
    EXPECT_EQ(read.defaults.epochs, entry.defaults.epochs) << name;
    EXPECT_EQ(read.defaults.metrics, entry.defaults.metrics) << name;
    EXPECT_EQ(read.defaults.task_options, entry.defaults.task_options) << name;
    auto settings = read.defaults.settings, own = entry.defaults.settings;
    std::ranges::sort(settings), std::ranges::sort(own);
    EXPECT_EQ(settings, own) << name;
    for (const std::int64_t outputs : {entry.outputs, std::int64_t{3}})
      EXPECT_EQ(form(read.make(outputs), entry.input, entry.dtype),
                form(entry.make(outputs), entry.input, entry.dtype))
          << name;
  }
  EXPECT_EQ(refused, (std::vector<std::string>{"efficientnet-b0", "gpt-4x128", "gpt-6x384",
                                               "seq2seq-bahdanau", "seq2seq-luong", "translation-transformer",
                                               "vit-small", "yolo", "yolov1-tiny", "yolov3"}))
      << "they are classes of their own, or have several outputs";
}

// Initializers, too: the same seed gives the same weights.
TEST(NetworkFile, HoldsInitializers) {
  const TempDir dir;
  for (const char* name : {"resnet18-cifar", "lstm-lm"}) {
    const models::Entry entry =
        models::find(name, name == std::string("lstm-lm") ? options::Values{{"units", 4}}
                                                          : options::Values{{"width", 0.05}});
    const models::Entry read = network_entry(dir.write("net.toml", network_text(entry)));
    std::vector<std::vector<float>> values[2];
    for (int k = 0; k < 2; ++k) {
      random::seed(5);
      const nn::Model net = (k == 0 ? entry : read).make(10);
      net->build(entry.input, entry.dtype);
      for (const Variable& parameter : net->parameters())
        values[k].push_back(parameter.value().to_vector<float>());
    }
    EXPECT_EQ(values[0], values[1]) << name;
  }
}

TEST(NetworkFile, FollowsFromTheDataWhereItSaysNothing) {
  const TempDir dir;
  const std::string file = dir.write("net.toml", kSmall);
  const experiment::Run classes({{"model", file}, {"data", kinds(dir)}});
  EXPECT_EQ(classes.config().text("task"), "classification");
  EXPECT_EQ(classes.config().text("loss"), "softmax-cross-entropy");
  EXPECT_EQ(classes.config().text("optimizer"), "adam");
  EXPECT_EQ(classes.trainer().net().parameters().back().shape(), Shape{3});
  EXPECT_EQ(classes.config().integer("epochs", 1), 5);
  std::string table = "x,y\n";
  for (int i = 0; i < 40; ++i) table += fmt::format("{},{}\n", i, 0.5 * i + 0.25);
  const experiment::Run numbers({{"model", file}, {"data", dir.write("line.csv", table)}});
  EXPECT_EQ(numbers.config().text("task"), "regression");
  EXPECT_EQ(numbers.config().text("loss"), "mse");
  const std::string binary =
      dir.write("binary.toml", std::string(kSmall) + "[defaults]\nloss = \"binary-cross-entropy\"\n");
  EXPECT_EQ(network_entry(binary).outputs, 1);
}

TEST(NetworkFile, DefaultsThatAreNotRightAreNamedWithTheirLines) {
  const TempDir dir;
  const auto refused = [&](const std::string& defaults, std::initializer_list<std::string> words) {
    const std::string file = dir.write("net.toml", std::string(kSmall) + "\n[defaults]\n" + defaults);
    expect_error<FormatError>([&] { network_entry(file); }, words);
  };
  refused("epochs = 0\n", {"net.toml, line 19", "[defaults]: epochs is 0", "from 1"});
  refused("epochs = 3\nlos = \"mse\"\n", {"line 20", "'los'", "loss"});
  refused("lr = 0.1\n", {"line 19", "did you mean learning_rate?"});
  refused("loss = \"mes\"\n", {"line 19", "'mes'", "mse"});
  refused("optimizer = 3\n", {"line 19", "optimizer is "});
  refused("learning_rate = \"fast\"\n", {"line 19", "learning_rate is 'fast'", "a number above 0"});
  refused("[defaults.settings.schedule]\nname = \"cosin\"\n", {"line 20", "schedule.name", "cosine"});
  refused("[defaults.settings.train]\nepoch = 3\n", {"line 20", "settings", "'train.epoch'", "epochs"});
  refused("[defaults.task_options]\nlenght = 3\n", {"line 20", "'lenght'", "classification"});
}

TEST(NetworkFile, TellsWhatIsMissingWithoutData) {
  const TempDir dir;
  const models::Entry entry = network_entry(dir.write("net.toml", kSmall));
  const std::initializer_list<std::string> missing = {"net.toml", "outputs = 10", "[defaults]"};
  expect_error<FormatError>([&] { entry.make(0); }, missing);
  expect_error<FormatError>(
      [&] {
        experiment::Run({{"model", dir.file("net.toml")}}, {.data = pictures(32)});
      },
      missing);
  expect_error<experiment::SettingError>(
      [] {
        experiment::Run({{"model", "runs/a/best.safetensors"}});
      },
      {"model=runs/a/best.safetensors", "init="});
}

TEST(NetworkFile, ANumberOfOutputsThatDoesNotMatchIsNamedWithItsLayer) {
  const TempDir dir;
  std::string text = kSmall;
  text.replace(text.find("\"auto\""), 6, "9");
  const std::string file = dir.write("net.toml", text);
  expect_error<ShapeError>(
      [&] {
        experiment::Run({{"model", file}, {"data", kinds(dir)}});
      },
      {"net.toml, line 14", "linear2", "outputs is 9", "kinds", "3"});
  expect_error<experiment::SettingError>(
      [&] {
        experiment::Run({{"model", file}, {"dropout", "0.5"}}, {.data = pictures(64)});
      },
      {"dropout=0.5", "net.toml"});
}

TEST(NetworkFile, ARunKeepsACopyAndGoesOnWithIt) {
  const TempDir dir;
  const std::string file = dir.write("net.toml", kSmall);
  std::string table = "x,y,kind\n";
  for (int i = 0; i < 40; ++i) table += fmt::format("{},{},{}\n", i, i * 7 % 11, i < 20 ? "low" : "high");
  const std::string data = dir.write("kinds.csv", table);
  const auto train = [&](const std::string& folder, const std::string& epochs) {
    experiment::Run run(
        {{"model", file}, {"data", data}, {"batch", "8"}, {"epochs", epochs}, {"run.dir", dir.file(folder)}});
    run.begin();
    run.train();
  };
  train("straight", "3");
  train("part", "2");
  EXPECT_EQ(read_file(dir.file("part/net.toml")), kSmall);
  std::string changed = kSmall;
  changed.replace(changed.find("8"), 1, "9");
  dir.write("net.toml", changed);
  experiment::Run::resume(dir.file("part"), {{"epochs", "3"}}).train();
  fs::remove(file);
  const std::string last = "/checkpoints/last.safetensors";
  EXPECT_TRUE(content_of(dir.file("part" + last)) == content_of(dir.file("straight" + last)));
  experiment::Run::resume(dir.file("part"), {{"epochs", "4"}}).train();
}

}  // namespace
}  // namespace luge
