// What is registered in one file is found everywhere: in lists, help, completion, on the command line, in
// TOML, in network files, in the config.toml of a run, and in errors.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "luge/data/augment.h"
#include "luge/data/sources.h"
#include "luge/experiment/data_sets.h"
#include "luge/loss/loss.h"
#include "luge/nn/layers.h"
#include "luge/ops/math.h"
#include "luge/ops/reduce.h"
#include "luge/optim/optimizers.h"
#include "support/command.h"
#include "support/in_process.h"
#include "support/temp_dir.h"

namespace luge {
namespace {

using nlohmann::json;
using testing::in_process;
using testing::read_file;
using testing::says;
using testing::TempDir;

// A loss: |t - y|^power, times scale, where it is larger than margin.
struct GapOptions {
  double power = 2;
  double scale = 1;
  bool halved = false;
  static void fields(auto& self, auto&& field) {
    field("power", self.power, "the exponent of the difference", options::at_least(1));
    field("scale", self.scale, "a factor of the cost", options::above(0));
    field("halved", self.halved, "take half of the cost");
  }
};
const bool added_loss = loss::add("test-gap", "a power of the difference", [](const GapOptions& o) {
  return loss::Loss("test-gap", loss::Reduction::mean,
                    [o](const Tensor& prediction, const Tensor& target) -> loss::Cost {
                      const Tensor cost = pow(abs(prediction - target), o.power) * o.scale;
                      return {mean(o.halved ? cost / 2 : cost, from(1)), {}};
                    });
});

// An optimizer: steps of one length, which shrinks.
struct SignsOptions : optim::NamedOptions {
  SignsOptions() { learning_rate = 0.02; }
  double floor = 0;
  double dead = 1e-12;
  std::string side = "both";
  static void fields(auto& self, auto&& field) {
    optim::NamedOptions::fields(self, field);
    field("floor", self.floor, "the shortest step", options::at_least(0));
    field("dead", self.dead, "gradients below this count as 0", options::at_least(0));
    field("side", self.side, "which signs count", options::one_of({"both", "plus", "minus"}));
  }
};
struct Signs : optim::Rule {
  explicit Signs(const SignsOptions& o) : o(o) {}
  std::string name() const override { return "test-signs"; }
  Tensor update(const Tensor& parameter, const Tensor& gradient, optim::Slots& slot) const override {
    return parameter - maximum(slot.learning_rate(), o.floor) * gradient / (abs(gradient) + o.dead);
  }
  SignsOptions o;
};
const bool added_optimizer = optim::add(
    "test-signs", "steps of one length", [](const SignsOptions& o, const optim::OptimizerOptions& common) {
      return optim::Optimizer(std::make_shared<Signs>(o), o.learning_rate, o.with(common));
    });

// A layer: outer·tanh(inner·x) + shift.
struct BentOptions {
  double inner = 1, outer = 1, shift = 0;
  static void fields(auto& self, auto&& field) {
    field("inner", self.inner, "the factor before", options::above(0));
    field("outer", self.outer, "the factor after");
    field("shift", self.shift, "what is added", options::within(-1, 1));
  }
};
struct Bent : nn::Layer<Bent> {
  explicit Bent(const BentOptions& o) : o(o) { options::check("Bent", o); }
  Tensor forward(const Tensor& x) const override { return tanh(x * o.inner) * o.outer + o.shift; }
  std::optional<nn::LayerText> text() const override { return {{"test-bent", nn::values_as_text(o)}}; }
  BentOptions o;
};
const bool added_layer =
    nn::add_layer("test-bent", "a bent line", [](const BentOptions& o) { return Bent(o); });

// An augmentation: pictures times a random factor, moved.
struct LightOptions {
  double low = 0.5, high = 1.5, lift = 0;
  static void fields(auto& self, auto&& field) {
    field("low", self.low, "the smallest factor", options::above(0));
    field("high", self.high, "the largest factor", options::above(0));
    field("lift", self.lift, "what is added");
  }
};
const bool added_augmentation =
    data::add_augmentation("test-light", "another light", [](const LightOptions& o) {
      return data::Augmentation("test-light", [o](data::Record record, std::uint64_t key) {
        const double factor = o.low + (o.high - o.low) * static_cast<double>(key % 1000) / 1000;
        data::HostArray input = *record.find(data::kInput);
        for (float& each : input.as<float>()) each = static_cast<float>(each * factor + o.lift);
        record.set(std::string(data::kInput), std::move(input));
        return record;
      });
    });

// A data set: pictures with a bright row or a bright column.
experiment::DataSet stripes() {
  std::vector<float> pixels(24 * 36);
  std::vector<std::int64_t> labels(24);
  for (std::size_t k = 0; k < labels.size(); ++k) {
    labels[k] = static_cast<std::int64_t>(k % 2);
    for (std::size_t i = 0; i < 6; ++i) pixels[36 * k + (k % 2 ? 6 * (k % 6) + i : 6 * i + k % 6)] = 1;
  }
  const data::Dataset all = data::tensors(tensor(pixels, Shape{24, 1, 6, 6}), tensor(labels, Shape{24}));
  return {"test-stripes", all, all};
}
const bool added_data = experiment::add_data_set("test-stripes", "rows and columns", stripes);

struct Registered {
  const char *kind, *family, *name, *line;
  std::vector<std::string> options, keys;
};
const Registered kAll[] = {
    {"loss",
     "losses",
     "test-gap",
     "a power of the difference",
     {"power", "scale", "halved"},
     {"loss.power", "loss.scale", "loss.halved"}},
    {"optimizer",
     "optimizers",
     "test-signs",
     "steps of one length",
     {"floor", "dead", "side"},
     {"optimizer.floor", "optimizer.dead", "optimizer.side"}},
    {"layer", "layers", "test-bent", "a bent line", {"inner", "outer", "shift"}, {}},
    {"augmentation",
     "augmentations",
     "test-light",
     "another light",
     {"low", "high", "lift"},
     {"augment.test-light.low", "augment.test-light.high", "augment.test-light.lift"}}};

TEST(Registered, AreListedWithTheirOptions) {
  for (const Registered& one : kAll) {
    const std::string text = in_process({"list", one.family}).out;
    EXPECT_TRUE(says(text, one.name) && says(text, one.line)) << text;
    for (const std::string& option : one.options)
      EXPECT_TRUE(says(text, option + "=")) << option << "\n" << text;
    EXPECT_TRUE(says(in_process({"list"}).out, one.line));
    const json listed = json::parse(in_process({"list", one.family, "--json"}).out);
    bool found = false;
    for (const json& member : listed.at(one.family)) {
      if (member.at("name") != one.name) continue;
      found = true;
      EXPECT_GE(member.at("options").size(), 3u);
    }
    EXPECT_TRUE(found) << listed;
  }
}

TEST(Registered, HaveAPageOfHelp) {
  for (const Registered& one : kAll) {
    const std::string text = in_process({"help", std::string(one.kind) + "=" + one.name}).out;
    EXPECT_TRUE(says(text, one.line)) << text;
    for (const std::string& option : one.options) EXPECT_TRUE(says(text, option + "=")) << text;
  }
  EXPECT_TRUE(says(in_process({"help", "optimizer=test-signs"}).out, "one of both, plus, minus"));
  const auto wrong = in_process({"help", "loss=test-gab"});
  EXPECT_EQ(wrong.code, 2);
  EXPECT_TRUE(says(wrong.err, "did you mean test-gap?")) << wrong.err;
}

// What bash offers after `line`.
std::string completions(const TempDir& dir, const std::string& line) {
  dir.write("complete.sh", in_process({"completion", "bash"}).out + R"(
COMP_LINE=$1; COMP_POINT=${#COMP_LINE}; COMP_WORDS=($1); COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
_luge; echo " ${COMPREPLY[*]} ")");
  return testing::run_command({"bash", dir.file("complete.sh"), line}).out;
}

TEST(Registered, AreCompleted) {
  const TempDir dir;
  EXPECT_TRUE(says(completions(dir, "luge train loss=test"), " test-gap "));
  EXPECT_TRUE(says(completions(dir, "luge train augment=test"), " test-light "));
  EXPECT_TRUE(says(completions(dir, "luge train augment=flip,test"), " flip,test-light "));
  EXPECT_TRUE(says(completions(dir, "luge help layer=test"), " test-bent "));
  for (const Registered& one : kAll) {
    for (const std::string& key : one.keys) {
      const std::string choice = std::string(one.kind).substr(0, 7) + "=" + one.name;
      EXPECT_TRUE(says(completions(dir, "luge train " + choice + " " + key.substr(0, key.size() - 1)),
                       " " + key + "= "))
          << key;
    }
  }
  EXPECT_TRUE(says(completions(dir, "luge train optimizer.side=p"), " plus "));
  EXPECT_FALSE(says(completions(dir, "luge train optimizer=adam optimizer.s"), "side"));
}

void write_table(const TempDir& dir) {
  std::string table = "a,b,y\n";
  for (int i = 0; i < 60; ++i)
    table += fmt::format("{},{},{}\n", i % 7, i % 5, 0.5 * (i % 7) - 0.1 * (i % 5) + 0.25);
  dir.write("table.csv", table);
}

constexpr const char* kNet = R"([[layer]]
type = "linear"
outputs = 4

[[layer]]
type = "test-bent"
inner = 0.5
outer = 2
shift = 0.25

[[layer]]
type = "linear"
outputs = "auto"
)";

TEST(Registered, AreChosenOnTheCommandLineInTomlAndInNetworkFiles) {
  const TempDir dir;
  write_table(dir);
  dir.write("net.toml", kNet);
  dir.write("my.toml", fmt::format(R"([model]
name = "{}"
[data]
name = "{}"
[loss]
name = "test-gap"
power = 1.5
scale = 2
[optimizer]
name = "test-signs"
dead = 1e-9
side = "plus"
[train]
epochs = 2
)",
                                   dir.file("net.toml"), dir.file("table.csv")));
  const auto ran = in_process({"train", "config=" + dir.file("my.toml"), "loss.halved=true",
                               "optimizer.floor=0.001", "run.dir=" + dir.file("run")});
  ASSERT_EQ(ran.code, 0) << ran.err;
  const std::string config = read_file(dir.file("run/config.toml"));
  for (const char* line :
       {"name = \"test-gap\"  # file my.toml", "power = 1.5  # file my.toml", "scale = 2.0  # file my.toml",
        "halved = true  # command line", "floor = 0.001  # command line", "dead = 1e-09  # file my.toml",
        "side = \"plus\"  # file my.toml"}) {
    EXPECT_TRUE(says(config, line)) << line << "\n" << config;
  }
  EXPECT_TRUE(says(in_process({"summary", "model=" + dir.file("net.toml"), "input=2"}).out, "Bent"));
  EXPECT_TRUE(says(in_process({"list", "layers"}).out, "test-bent"));
  EXPECT_EQ(in_process({"eval", "run=" + dir.file("run"), "data=" + dir.file("table.csv")}).code, 0);
}

TEST(Registered, AugmentPicturesOfATraining) {
  const TempDir dir;
  const auto ran = in_process({"train", "model=softmax-regression", "data=test-stripes", "epochs=1",
                               "augment=flip,test-light", "augment.test-light.low=0.9",
                               "augment.test-light.lift=0.1", "run.dir=" + dir.file("run")});
  ASSERT_EQ(ran.code, 0) << ran.err;
  const std::string config = read_file(dir.file("run/config.toml"));
  for (const char* line :
       {"augment = [\"flip\", \"test-light\"]  # command line", "test-light.low = 0.9  # command line",
        "test-light.high = 1.5  # default", "test-light.lift = 0.1  # command line"}) {
    EXPECT_TRUE(says(config, line)) << line << "\n" << config;
  }
}

TEST(Registered, AreNamedInErrors) {
  const TempDir dir;
  write_table(dir);
  const std::string data = "data=" + dir.file("table.csv");
  const auto refuses = [&](std::vector<std::string> words, std::initializer_list<const char*> parts) {
    words.insert(words.begin(), {"train", "model=linear-regression", data, "run.dir=" + dir.file("no")});
    const auto ran = in_process(words);
    EXPECT_EQ(ran.code, 2) << ran.err;
    for (const char* part : parts) EXPECT_TRUE(says(ran.err, part)) << part << "\n" << ran.err;
    EXPECT_FALSE(std::filesystem::exists(dir.file("no")));
  };
  refuses({"loss=test-gap", "loss.power=0.5"}, {"loss.power=0.5: expected a number, 1 or more"});
  refuses({"loss=test-gab"}, {"test-gap"});
  refuses({"loss=mse", "loss.power=2"}, {"loss mse has no option 'power'", "loss=test-gap"});
  refuses({"optimizer=test-signs", "optimizer.side=left"}, {"optimizer.side=left", "both", "plus", "minus"});
  refuses({"optimizer=test-signs", "optimizer.beta1=0.5"},
          {"test-signs has no option 'beta1'", "learning_rate", "floor", "dead", "side"});
  refuses({"augment=test-light", "augment.test-light.low=0"},
          {"augment.test-light.low=0: expected a number above 0"});

  dir.write("net.toml", "[[layer]]\ntype = \"test-bent\"\ninner = 0\n");
  const auto net = in_process({"summary", "model=" + dir.file("net.toml"), "input=2"});
  EXPECT_EQ(net.code, 1);
  EXPECT_TRUE(says(net.err, "net.toml, line ") && says(net.err, "inner is 0; expected a number above 0"))
      << net.err;
}

TEST(Shell, HelpFindsThingsByTheirNamesAndKeys) {
  EXPECT_TRUE(says(in_process({"help", "adam"}).out, "optimizer adam: "));
  EXPECT_TRUE(says(in_process({"help", "augment=flip"}).out, "augmentation flip: "));
  EXPECT_TRUE(says(in_process({"help", "lr"}).out, "optimizer.learning_rate"));
  EXPECT_EQ(in_process({"help", "adma"}).code, 2);
}

TEST(Shell, KeysGivenTwiceAreNamedBoth) {
  const auto ran = in_process({"train", "model=xor", "lr=0.1", "optimizer.learning_rate=0.2"});
  EXPECT_EQ(ran.code, 2);
  EXPECT_TRUE(says(ran.err, "'optimizer.learning_rate' is given twice; 'lr' is the same")) << ran.err;
}

TEST(Shell, AnOptionThatTheNameSaysIsNotGivenAgain) {
  const auto ran = in_process({"train", "model=test-none", "metrics=top3"});
  EXPECT_EQ(ran.code, 2);
  const auto twice = in_process(
      {"train", "model=softmax-regression", "data=test-stripes", "metrics=top3", "metric.top-k.k=2"});
  EXPECT_EQ(twice.code, 2);
  EXPECT_TRUE(says(twice.err, "metric.top-k.k=2: top3 says that itself")) << twice.err;
}

TEST(Shell, WeightsThatAreAllZeroAreRefused) {
  const auto ran =
      in_process({"train", "model=softmax-regression", "data=test-stripes", "loss.class_weights=0,0"});
  EXPECT_EQ(ran.code, 2);
  EXPECT_TRUE(says(ran.err, "loss.class_weights=0,0")) << ran.err;
}

}  // namespace
}  // namespace luge
