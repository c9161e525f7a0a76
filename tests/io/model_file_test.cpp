// Model files: networks with several inputs and outputs, entries, weights for evaluation, and files of
// before.
#include "luge/io/model_file.h"

#include <gtest/gtest.h>

#include <limits>

#include "luge/compile.h"
#include "luge/graph.h"
#include "luge/luge.h"
#include "support/command.h"
#include "support/errors.h"
#include "support/paths.h"
#include "support/seq2seq.h"
#include "support/temp_dir.h"

namespace luge::io {
namespace {

using testing::Answerer;
using testing::expect_error;
using testing::TempDir;
using testing::Translator;
using Names = std::vector<std::string>;

Tensor tokens(std::vector<std::int64_t> ids, const Shape& shape) { return tensor(ids, shape); }

NamedTensors question() {
  random::seed(2);
  const Tensor picture = random::normal({2, 1, 3, 3});
  return {{"words", tokens({1, 5, 3, 0, 11, 7}, {2, 3})}, {"picture", picture}};
}

/// Built for questions of any length.
Answerer answerer() {
  random::seed(1);
  const Answerer net;
  net.build({{"words", graph::placeholder(i64, {unknown, unknown}, "words")},
             {"picture", graph::placeholder(f32, {unknown, 1, 3, 3}, "picture")}});
  return net;
}

Translator translator() {
  random::seed(7);
  const Translator net;
  net.build({{"source", graph::placeholder(i64, {unknown, unknown}, "source")},
             {"target", graph::placeholder(i64, {unknown, unknown}, "target")}});
  return net;
}

void expect_equal(const NamedTensors& have, const NamedTensors& want) {
  ASSERT_EQ(have.names(), want.names());
  for (const auto& [name, value] : want) {
    EXPECT_EQ(have[name].shape(), value.shape()) << name;
    EXPECT_EQ(have[name].to_vector<double>(), value.to_vector<double>()) << name;
  }
}

std::string format_of(const std::string& path) { return SafetensorsFile(path).metadata().at("luge.format"); }

TEST(ModelFile, SeveralInputsAndOutputsHaveNames) {
  const TempDir dir;
  const Answerer net = answerer();
  net.eval();
  net.save(dir.file("answerer"));
  EXPECT_EQ(format_of(dir.file("answerer")), "2");
  const nn::Loaded loaded = nn::load(dir.file("answerer"));
  EXPECT_EQ(loaded.input_names(), (Names{"words", "picture"}));
  EXPECT_EQ(loaded.output_names(), (Names{"scores", "confidence"}));
  EXPECT_EQ(loaded.input_specs(), net.input_specs());
  ASSERT_EQ(loaded.metadata().outputs.size(), 2u);
  EXPECT_EQ(loaded.metadata().outputs[0], (nn::TensorSpec{"scores", f32, {unknown, 3}}));
  expect_equal(loaded(question()), net(question()));
  expect_equal(loaded.predict(question()), net.predict(question()));
  const NamedTensors longer = {{"words", tokens({1, 2, 3, 4, 5}, {1, 5})}, {"picture", ones({1, 1, 3, 3})}};
  expect_equal(loaded(longer), net(longer));
  loaded.save(dir.file("again"));
  expect_equal(nn::load(dir.file("again"))(question()), net(question()));
  const auto run = compile([&](const NamedTensors& in) { return loaded(in); });
  expect_equal(run(question()), net(question()));
}

/// What another process, which has no code of the network, gives for a file and its entry ("-": the network).
testing::CommandResult run_elsewhere(const TempDir& dir, const std::string& entry, const NamedTensors& in) {
  std::vector<TensorView> views;
  for (const auto& [name, value] : in) views.push_back({name, value.dtype(), value.shape(), value.bytes()});
  write_safetensors(dir.file("in"), views, {});
  const std::string program = (testing::binary_dir() / "tests/luge_run_model").string();
  return testing::run_command({program, dir.file("net"), entry, dir.file("in"), dir.file("out")});
}

void expect_written(const TempDir& dir, const NamedTensors& want) {
  const SafetensorsFile out(dir.file("out"));
  EXPECT_EQ(out.tensors().size(), want.size());
  for (const auto& [name, value] : want) {
    const auto bytes = out.read(name);
    EXPECT_TRUE(std::ranges::equal(bytes, value.bytes())) << name;
  }
}

TEST(ModelFile, AProcessWithoutTheCodeServesItByNames) {
  const TempDir dir;
  const Answerer net = answerer();
  net.eval();
  net.save(dir.file("net"));
  const auto ran = run_elsewhere(dir, "-", question());
  ASSERT_EQ(ran.code, 0) << ran.err;
  expect_written(dir, net(question()));
  const auto wrong = run_elsewhere(dir, "encode", question());
  EXPECT_EQ(wrong.code, 1);
  EXPECT_TRUE(testing::says(wrong.err, "no entry 'encode'")) << wrong.err;
}

TEST(ModelFile, AProcessWithoutTheCodeRunsEntries) {
  const TempDir dir;
  const Translator net = translator();
  net.eval();
  net.save(dir.file("net"));
  const NamedTensors in = {{"source", tokens({1, 2, 3, 4}, {1, 4})}, {"token", tokens({5}, {1})}};
  for (const nn::Entry& entry : net.entries()) {
    NamedTensors given = in;
    if (entry.name == "decode_step")
      given = {{"token", in["token"]}, {"memory", ones({1, 4})}, {"past", zeros({1, 0}, i64)}};
    const auto ran = run_elsewhere(dir, entry.name, given);
    ASSERT_EQ(ran.code, 0) << entry.name << ": " << ran.err;
    Tensors values;
    for (const nn::TensorSpec& input : entry.inputs) values.push_back(given[input.name]);
    expect_written(dir, {entry.outputs, entry.function(values)});
  }
}

TEST(ModelFile, InputsAreCheckedByName) {
  const TempDir dir;
  answerer().save(dir.file("answerer"));
  const nn::Loaded net = nn::load(dir.file("answerer"));
  NamedTensors in = question();
  in.erase("picture");
  expect_error<ValueError>([&] { net(in); }, {"'picture'", "words"});
  in.set("picture", ones({2, 1, 3, 4}));
  expect_error<ShapeError>([&] { net(in); }, {"'picture'", "f32[2,1,3,4]", "f32[N,1,3,3]", "axis 3"});
  in.set("picture", ones({1, 3, 3}));
  expect_error<ShapeError>([&] { net(in); }, {"'picture'", "f32[1,3,3]", "unsqueeze"});
  in.set("picture", ones({3, 1, 3, 3}));
  expect_error<ShapeError>([&] { net(in); }, {"'picture' has 3 rows", "'words' has 2"});
  in.set("picture", ones({2, 1, 3, 3}, f64));
  expect_error<DTypeError>([&] { net(in); }, {"'picture'", "f64", "f32", "cast"});
  expect_error<ShapeError>([&] { net(ones({2, 3})); }, {"1 tensors", "words, picture"});
  expect_error<ShapeError>([&] { net({in["words"], in["words"], in["words"]}); }, {"3 tensors", "2"});
}

TEST(ModelFile, ThreeEntriesRunAfterLoading) {
  const TempDir dir;
  const Translator net = translator();
  net.eval();
  net.save(dir.file("translator"));
  const nn::Loaded loaded = nn::load(dir.file("translator"));
  ASSERT_EQ(loaded.entries().size(), 3u);
  const Tensor source = tokens({1, 2, 3, 4, 5, 6, 7, 8}, {2, 4}), begin = tokens({0, 3}, {2});
  const NamedTensors encoded = loaded.entry("encode")({{"source", source}});
  expect_equal(encoded, {{"memory", net.encode(source)}});

  // Step by step with the state that the caller keeps, and at once within the file's graph.
  const nn::LoadedEntry step = loaded.entry("decode_step");
  EXPECT_EQ(step.batch_axis(), 0);
  NamedTensors state = step.initial_state(2);
  EXPECT_EQ(state["memory"].to_vector<float>(), std::vector<float>(8, 0.25f));
  EXPECT_EQ(state["past"].shape(), (Shape{2, 0}));
  state.set("memory", encoded["memory"]);
  Tensor token = begin;
  Tensors chosen;
  for (int k = 0; k < 3; ++k) {
    NamedTensors in = state;
    in.set("token", token);
    const NamedTensors out = step(in);
    state = step.next_state(out);
    token = argmax(out["logits"], 1);
    chosen.push_back(token);
  }
  EXPECT_EQ(state["past"].shape(), (Shape{2, 3}));
  const NamedTensors generated = loaded.entry("generate")({{"source", source}, {"token", begin}});
  EXPECT_EQ(generated["tokens"].to_vector<std::int64_t>(), stack(chosen, 1).to_vector<std::int64_t>());

  // Beams: both go on from the second row.
  const NamedTensors both = step.reorder(state, tokens({1, 1, 0}, {3}));
  EXPECT_EQ(both["past"].shape(), (Shape{3, 3}));
  EXPECT_EQ(both["past"][0].to_vector<std::int64_t>(), state["past"][1].to_vector<std::int64_t>());
  EXPECT_EQ(both["memory"][2].to_vector<float>(), state["memory"][0].to_vector<float>());
  expect_error<IndexError>([&] { step.reorder(state, tokens({2}, {1}))["memory"].to_vector<float>(); },
                           {"2"});

  // A loaded network is saved with its entries.
  loaded.save(dir.file("again"));
  const nn::Loaded again = nn::load(dir.file("again"));
  expect_equal(again.entry("generate")({{"source", source}, {"token", begin}}), generated);
  EXPECT_EQ(again.entry("decode_step").initial_state(1)["memory"].to_vector<float>()[0], 0.25f);
}

TEST(ModelFile, EntriesCheckTheirInputs) {
  const TempDir dir;
  translator().save(dir.file("translator"));
  const nn::Loaded loaded = nn::load(dir.file("translator"));
  expect_error<ValueError>([&] { loaded.entry("decode_stp"); },
                           {"decode_stp", "did you mean", "decode_step"});
  const nn::LoadedEntry step = loaded.entry("decode_step");
  NamedTensors in = step.initial_state(2);
  expect_error<ValueError>([&] { step(in); }, {"decode_step", "'token' is missing", "memory, past"});
  in.set("token", tokens({1, 2, 3}, {3}));
  expect_error<ShapeError>([&] { step(in); }, {"'memory' has 2 rows", "'token' has 3"});
  in.set("token", ones({2}));
  expect_error<DTypeError>([&] { step(in); }, {"'token'", "f32[2]", "i64[N]"});
  expect_error<ValueError>([&] { step.initial_state(-1); }, {"-1"});
  expect_error<ValueError>([&] { step.reorder({}, tokens({0}, {1})); }, {"memory"});
  EXPECT_EQ(step.initial_state(0)["memory"].shape(), (Shape{0, 4}));
}

TEST(ModelFile, EntriesOfATaskAreGivenAndReplaceThoseOfTheNetwork) {
  const TempDir dir;
  const Translator net = translator();
  const nn::Entry other{.name = "encode",
                        .inputs = {{"source", i64, {unknown, 2}}},
                        .outputs = {"twice"},
                        .function = [&](const Tensors& in) { return Tensors{net.encode(in[0]) * 2}; }};
  write_model(dir.file("net"), net, {}, {.entries = {other}});
  const nn::Loaded loaded = nn::load(dir.file("net"));
  EXPECT_EQ(loaded.entries().size(), 3u);
  const Tensor source = tokens({4, 4}, {1, 2});
  expect_equal(loaded.entry("encode")({{"source", source}}), {{"twice", net.encode(source) * 2}});
  expect_error<ValueError>(
      [&] {
        write_model(dir.file("no"), net, {}, {.entries = {other, other}});
      },
      {"encode"});
}

nn::Entry entry_of(const nn::Linear& net) {
  return {.name = "run",
          .inputs = {{"x", f32, {unknown, 3}}, {"s", f32, {unknown, 2}}},
          .outputs = {"y", "t"},
          .state = {{"s", "t", 0}},
          .function = [net](const Tensors& in) {
            return Tensors{net(in[0]), in[1] + 1};
          }};
}

TEST(ModelFile, AnEntryThatIsNotRightIsNotWritten) {
  const TempDir dir;
  random::seed(1);
  const nn::Linear net(2);
  net.build({3});
  const auto refused = [&]<class E>(std::type_identity<E>, const std::function<void(nn::Entry&)>& change,
                                    std::initializer_list<std::string> parts) {
    nn::Entry entry = entry_of(net);
    change(entry);
    expect_error<E>([&] { write_model(dir.file("no"), net, {}, {.entries = {entry}}); }, parts);
    EXPECT_FALSE(std::filesystem::exists(dir.file("no")));
  };
  const std::type_identity<ValueError> value;
  const std::type_identity<ShapeError> shape;
  refused(value, [](nn::Entry& e) { e.function = nullptr; }, {"'run'", "no function"});
  refused(value, [](nn::Entry& e) { e.name = ""; }, {"no name"});
  refused(value, [](nn::Entry& e) { e.inputs[1].name = "x"; }, {"'run'", "'x'"});
  refused(value, [](nn::Entry& e) { e.outputs = {"y", "y"}; }, {"'run'", "'y'"});
  refused(shape, [](nn::Entry& e) { e.outputs = {"y"}; }, {"'run'", "1 outputs are named", "2"});
  refused(value, [](nn::Entry& e) { e.state[0].from = "z"; }, {"'run'", "input 'z'"});
  refused(value, [](nn::Entry& e) { e.state[0].to = "z"; }, {"'run'", "output 'z'"});
  refused(value, [](nn::Entry& e) { e.state[0] = {"x", "y", 0}; }, {"'run'", "[N,2]", "[N,3]"});
  refused(value, [](nn::Entry& e) { e.batch_axis = 2; }, {"'run'", "batch axis 2"});
  refused(value, [](nn::Entry& e) { e.batch_axis = -2; }, {"'run'", "-2"});
  refused(shape, [](nn::Entry& e) { e.inputs[0].shape = {unknown, 4}; }, {"'run'", "4"});
  const Tensor foreign = graph::placeholder(f32, {unknown, 2}, "foreign");
  refused(std::type_identity<GraphError>(),
          [&](nn::Entry& e) { e.function = [&](const Tensors& in) {
                                return Tensors{net(in[0]), foreign};
                              }; },
          {"'run'", "'foreign'"});
  write_model(dir.file("yes"), net, {}, {.entries = {entry_of(net)}});
  EXPECT_EQ(format_of(dir.file("yes")), "2");
}

TEST(ModelFile, StateMayLieAlongAnotherAxisAndBeginWithAnyValue) {
  const TempDir dir;
  random::seed(1);
  const nn::Linear net(2);
  net.build({3});
  const double least = -std::numeric_limits<double>::infinity();
  const nn::Entry scores{
      .name = "scores",
      .inputs = {{"cells", f32, {2, unknown, 3}},
                 {"best", f32, {1, unknown}},
                 {"seen", boolean, {4, unknown}}},
      .outputs = {"next_cells", "next_best", "next_seen"},
      .state = {{"cells", "next_cells", 0.5}, {"best", "next_best", least}, {"seen", "next_seen", 1}},
      .batch_axis = 1,
      .function = [](const Tensors& in) {
        return Tensors{in[0] * 2, maximum(in[1], 7), logical_not(in[2])};
      }};
  const nn::Entry count{.name = "count",
                        .inputs = {{"n", i64, {}}},
                        .outputs = {"next_n"},
                        .state = {{"n", "next_n", 40}},
                        .batch_axis = -1,
                        .function = [](const Tensors& in) { return Tensors{in[0] + 1}; }};
  write_model(dir.file("net"), net, {}, {.entries = {scores, count}});
  const nn::Loaded loaded = nn::load(dir.file("net"));
  const nn::LoadedEntry step = loaded.entry("scores");
  const NamedTensors begin = step.initial_state(5);
  EXPECT_EQ(begin["cells"].shape(), (Shape{2, 5, 3}));
  EXPECT_EQ(begin["best"].to_vector<float>(), std::vector<float>(5, static_cast<float>(least)));
  EXPECT_EQ(begin["seen"].to_vector<bool>(), std::vector<bool>(20, true));
  const NamedTensors next = step.next_state(step(begin));
  EXPECT_EQ(next["best"].to_vector<float>(), std::vector<float>(5, 7.0f));
  EXPECT_EQ(next["seen"].to_vector<bool>(), std::vector<bool>(20, false));
  const NamedTensors two = step.reorder(next, tokens({4, 0}, {2}));
  EXPECT_EQ(two["cells"].shape(), (Shape{2, 2, 3}));
  EXPECT_EQ(two["seen"].shape(), (Shape{4, 2}));

  const nn::LoadedEntry counter = loaded.entry("count");
  EXPECT_EQ(counter.batch_axis(), -1);
  EXPECT_EQ(counter(counter.initial_state(1))["next_n"].item<std::int64_t>(), 41);
  expect_error<ValueError>([&] { counter.reorder(counter.initial_state(1), tokens({0}, {1})); },
                           {"'count'", "axis"});
  nn::Entry half = count;
  half.state[0].initial = 0.5;
  expect_error<ValueError>([&] { write_model(dir.file("no"), net, {}, {.entries = {half}}); },
                           {"'count'", "'n' is i64", "0.5"});
}

TEST(ModelFile, WeightsForEvaluationStandForParametersInEvalMode) {
  const TempDir dir;
  random::seed(1);
  const nn::Linear net(2);
  net.build({3});
  net.bias.assign(zeros({2}));
  const Variable average(full({2, 3}, 0.5), "average of weight");
  const nn::Entry entry{.name = "sum",
                        .inputs = {{"x", f32, {unknown, 3}}},
                        .outputs = {"y"},
                        .function = [&](const Tensors& in) { return Tensors{sum(net(in[0]), {1})}; }};
  write_model(dir.file("net"), net, {{{"more", ones({2})}}, {}},
              {.entries = {entry}, .eval_weights = {{net.weight.variable(), {"ema.weight", average}}}});
  const ModelFile file = read_model(dir.file("net"));
  const nn::Loaded& loaded = file.net;
  const Tensor x = ones({1, 3});
  const auto raw = net(x).to_vector<float>();
  EXPECT_EQ(loaded(x).to_vector<float>(), (std::vector<float>{1.5f, 1.5f}));
  EXPECT_EQ(loaded.entry("sum")({{"x", x}})["y"].item<float>(), 3);
  EXPECT_EQ(loaded.named_parameters().size(), 2u);
  loaded.train();
  EXPECT_EQ(loaded(x).to_vector<float>(), raw);
  loaded.eval();
  ASSERT_EQ(loaded.eval_weights().size(), 1u);
  EXPECT_EQ(loaded.eval_weights()[0].second.name, "ema.weight");
  // They are among the rest of the file, and the network itself is read without them.
  ASSERT_EQ(file.extras.tensors.size(), 2u);
  const ModelState state = read_state(dir.file("net"), net);
  EXPECT_EQ(state.values.size(), 2u);
  EXPECT_EQ(state.extras.tensors.size(), 2u);

  // Saved again they are still there; a clone has its own.
  loaded.save(dir.file("again"));
  EXPECT_EQ(nn::load(dir.file("again"))(x).to_vector<float>(), (std::vector<float>{1.5f, 1.5f}));
  const nn::Loaded clone = loaded.clone();
  const auto run = compile([&](Tensor in) { return loaded(in); });
  EXPECT_EQ(run(x).to_vector<float>(), (std::vector<float>{1.5f, 1.5f}));

  // A checkpoint has them among its extras already.
  write_model(dir.file("once"), net, {{{"ema.weight", average.value()}}, {}},
              {.eval_weights = {{net.weight.variable(), {"ema.weight", average}}}});
  EXPECT_EQ(nn::load(dir.file("once"))(x).to_vector<float>(), (std::vector<float>{1.5f, 1.5f}));

  // A parameter that changes ends it: eval mode must show what was trained.
  const auto step = compile([&] {
    Variable weight = loaded.named_parameters("weight")[0].variable;
    weight.assign(weight * 2);
  });
  step();
  EXPECT_TRUE(loaded.eval_weights().empty());
  EXPECT_EQ(run(x).to_vector<float>(), (net(x) * 2 - net.bias.value()).to_vector<float>());
  EXPECT_EQ(loaded(x).to_vector<float>(), run(x).to_vector<float>());
  EXPECT_EQ(clone(x).to_vector<float>(), (std::vector<float>{1.5f, 1.5f}));
  Variable of_clone = clone.named_parameters("weight")[0].variable;
  of_clone.assign(zeros({2, 3}));
  EXPECT_EQ(clone(x).to_vector<float>(), (std::vector<float>{0, 0}));
  loaded.save(dir.file("trained"));
  EXPECT_EQ(format_of(dir.file("trained")), "2");  // for its entry
  EXPECT_TRUE(nn::load(dir.file("trained")).eval_weights().empty());
}

TEST(ModelFile, WeightsForEvaluationMustFit) {
  const TempDir dir;
  random::seed(1);
  const nn::Linear net(2);
  net.build({3});
  const auto write = [&](const Variable& parameter, const std::string& name, const Shape& shape) {
    write_model(dir.file("no"), net, {}, {.eval_weights = {{parameter, {name, Variable(ones(shape))}}}});
  };
  const Variable& weight = net.weight.variable();
  expect_error<ValueError>([&] { write(Variable(ones({2, 3}), "other"), "a", {2, 3}); }, {"'a'", "'other'"});
  expect_error<ValueError>([&] { write(weight, "bias", {2, 3}); }, {"'bias'", "another name"});
  const auto both = [&](const Variable& a, const std::string& first, const Variable& b,
                        const std::string& second) {
    write_model(dir.file("no"), net, {},
                {.eval_weights = {{a, {first, Variable(ones(a.shape()))}},
                                  {b, {second, Variable(ones(b.shape()))}}}});
  };
  const Variable& bias = net.bias.variable();
  expect_error<ValueError>([&] { both(weight, "a", weight, "b"); }, {"two tensors replace 'weight'"});
  expect_error<ValueError>([&] { both(weight, "a", bias, "a"); }, {"two tensors", "'a'"});
  expect_error<ShapeError>([&] { write(weight, "a", {3, 2}); }, {"'a'", "[3,2]", "'weight'", "[2,3]"});
  EXPECT_FALSE(std::filesystem::exists(dir.file("no")));
}

TEST(ModelFile, MetadataOfTasksAreRead) {
  const TempDir dir;
  const nn::Linear net(2);
  net.build({3});
  nn::Metadata told = net.metadata();
  told.task = "segmentation";
  told.task_options = R"({"threshold":0.25,"classes":["a","b"]})";
  told.recipe = R"([{"step":"resize","size":[3,4]}])";
  net.set_metadata(told);
  net.save(dir.file("net"));
  EXPECT_EQ(format_of(dir.file("net")), "1") << "readers of before need to know nothing of it";
  const nn::Metadata read = nn::load(dir.file("net")).metadata();
  EXPECT_EQ(read.task, told.task);
  EXPECT_EQ(read.task_options, told.task_options);
  EXPECT_EQ(read.recipe, told.recipe);
  told.recipe = "[oops";
  net.set_metadata(told);
  expect_error<ValueError>([&] { net.save(dir.file("net")); }, {"recipe", "[oops"});
}

TEST(ModelFile, FrozenStatisticsStayFrozenInALoadedNetwork) {
  const TempDir dir;
  random::seed(1);
  const auto net = nn::sequential(nn::Linear(3), nn::BatchNorm());
  net.build({2});
  const Tensor x = random::normal({4, 2});
  net(x);
  net.save(dir.file("moving"));
  net.set_trainable("batchnorm1.*", false);
  net.save(dir.file("frozen"));
  const auto in_train = net(x).to_vector<float>();
  const nn::Loaded frozen = nn::load(dir.file("frozen")), moving = nn::load(dir.file("moving"));
  frozen.train();
  EXPECT_EQ(frozen(x).to_vector<float>(), in_train);
  EXPECT_FALSE(frozen.parameters("batchnorm1.weight")[0].trainable());
  EXPECT_EQ(frozen.named_buffers()[0].variable.value().to_vector<float>(),
            net.named_buffers()[0].variable.value().to_vector<float>());
  moving.train();
  moving(x);
  moving.set_trainable("batchnorm1.*", false);
  expect_error<StateError>([&] { moving(x); }, {"batchnorm1.running_", "frozen"});
  moving.set_trainable("batchnorm1.*", true);
  moving(x);
}

// The file was written by the version before format 2, with the network of this test; y and p are its results
// in eval mode and of predict.
TEST(ModelFile, AFileOfFormat1GivesTheSameResults) {
  const std::string path = (testing::source_dir() / "tests/golden/model_format1.safetensors").string();
  EXPECT_EQ(format_of(path), "1");
  const ModelFile file = read_model(path);
  const nn::Loaded& net = file.net;
  NamedTensors stored;
  for (const auto& [name, value] : file.extras.tensors) stored.set(name, value);
  EXPECT_EQ(file.extras.metadata.at("note"), "made before format 2");
  EXPECT_EQ(net.input_names(), (Names{"input"}));
  EXPECT_EQ(net.output_names(), (Names{"output"}));
  EXPECT_EQ(net.metadata().classes, (Names{"a", "b", "c", "d"}));
  EXPECT_FALSE(net.parameters("linear1.bias")[0].trainable());
  const auto near = [&](const Tensor& have, const Tensor& want) {
    ASSERT_EQ(have.shape(), want.shape());
    EXPECT_LT(max(abs(have - want)).item<double>(), 1e-5);
  };
  near(net(stored["x"]), stored["y"]);
  near(net(NamedTensors{{"input", stored["x"]}})["output"], stored["y"]);
  near(net.predict(stored["x"]), stored["p"]);

  // The same network, written now, has the same graphs: files without something new stay as they were.
  const auto code = nn::sequential(nn::Conv2d(3, {.kernel = 3, .padding = nn::same}), nn::BatchNorm(),
                                   nn::Relu(), nn::Dropout(0.25), nn::Flatten(), nn::Linear(4));
  code.build({2, 5, 5});
  code.set_metadata(net.metadata());
  code.set_trainable("linear1.bias", false);
  const TempDir dir;
  code.save(dir.file("now"));
  const SafetensorsFile before(path), now(dir.file("now"));
  for (const char* key : {"luge.format", "luge.notes", "luge.graph.eval", "luge.graph.train", "luge.roles"})
    EXPECT_EQ(now.metadata().at(key), before.metadata().at(key)) << key;
  EXPECT_EQ(now.metadata().size(), 5u);
}

}  // namespace
}  // namespace luge::io
