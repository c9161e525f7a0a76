// Network files that are not right: one line that names file, line and layer.
#include <functional>
#include <string>

#include "luge/luge.h"
#include "luge/nn/network_file.h"
#include "support/errors.h"
#include "support/temp_dir.h"

namespace luge::nn {
namespace {

using testing::expect_error;
using testing::TempDir;

struct Row {
  std::string name;
  std::string text;
  std::initializer_list<std::string> parts;
};

void PrintTo(const Row& row, std::ostream* out) { *out << row.name; }

std::string layers(const std::string& text) { return "[[layer]]\ntype = \"relu\"\n[[layer]]\n" + text; }

const Row rows[] = {
    {"Empty", "", {", line 1: the file is empty", "[[layer]]"}},
    {"OnlyAComment", "# nothing\n", {"line 1: the file is empty"}},
    {"NoLayers", "[network]\nname = \"x\"\n", {"there are no layers"}},
    {"EmptyList", "layer = []\n", {", line 1: there are no layers"}},
    {"Syntax", "[[layer]\ntype = 1\n", {", line 1: "}},
    {"KeyTwice", "[[layer]]\ntype = \"relu\"\ntype = \"tanh\"\n", {", line 3: "}},
    {"NotALayer", "layer = 3\n", {", line 1: layer is 3; expected [[layer]] tables"}},
    {"NotATable", "layer = [1, 2]\n", {", line 1: a layer is 1; expected a table"}},
    {"UnknownTop",
     "[[layers]]\ntype = \"relu\"\n",
     {", line 1: key 'layers' is not known; did you mean layer?"}},
    {"UnknownInNetwork",
     "[network]\ninputs = [3]\n[[layer]]\ntype=\"relu\"\n",
     {", line 2: key 'inputs' in [network] is not known; did you mean input"}},
    {"NoType", layers("outputs = 3\n"), {", line 3: layer: type is missing", "type = \"linear\""}},
    {"TypeIsANumber", layers("type = 3\n"), {", line 4: layer: type is 3; expected text"}},
    {"UnknownType",
     layers("type = \"liner\"\n"),
     {", line 4: layer: no layer is called 'liner'; did you mean linear"}},
    {"UnknownTypeNamed",
     layers("name = \"x\"\ntype = \"liner\"\n"),
     {", line 5: layer x: no layer is called 'liner'"}},
    {"UnknownOption",
     layers("type = \"conv2d\"\nfilters = 3\nwidth = 3\n"),
     {", line 6: layer conv1 (conv2d): there is no option 'width'"}},
    {"OtherProgramsOption",
     layers("type = \"conv2d\"\nfilters = 3\nkernel_size = 3\n"),
     {", line 6: layer conv1 (conv2d): there is no option 'kernel_size'; did you mean kernel?"}},
    {"UnknownTable",
     layers("type = \"relu\"\n[layer.body]\ntype = \"relu\"\n"),
     {", line 5: layer relu2 (relu): there is no option 'body'"}},
    {"WrongKind",
     layers("type = \"linear\"\noutputs = \"many\"\n"),
     {", line 5: layer linear1 (linear): outputs is 'many'; expected a whole number from 1"}},
    {"Fraction",
     layers("type = \"linear\"\noutputs = 1.5\n"),
     {", line 5: layer linear1 (linear): outputs is 1.5"}},
    {"ATable",
     layers("type = \"conv2d\"\nfilters = 3\nkernel = { a = 1 }\n"),
     {", line 6: layer conv1 (conv2d): kernel is a table; expected a whole number from 1"}},
    {"ADate", layers("type = \"linear\"\noutputs = 2020-01-01\n"), {", line 5: ", "outputs is a date"}},
    {"OutOfRange",
     layers("name = \"two\"\ntype = \"conv2d\"\nfilters = 4\nkernel = 0\n"),
     {", line 7: layer two (conv2d): kernel is 0; expected a whole number from 1, or one for each spatial "
      "axis"}},
    {"WrongCount",
     layers("type = \"conv2d\"\nfilters = 4\nkernel = [3, 3, 3]\n"),
     {", line 6: layer conv1 (conv2d): kernel has 3 numbers; expected 1 or 2"}},
    {"Missing",
     layers("type = \"linear\"\nbias = false\n"),
     {", line 3: layer linear1 (linear): outputs is missing: number of outputs"}},
    {"Infinite",
     layers("type = \"dropout\"\nrate = inf\n"),
     {", line 5: layer dropout1 (dropout): rate is inf"}},
    {"NotANumber",
     layers("type = \"dropout\"\nrate = nan\n"),
     {", line 5: layer dropout1 (dropout): rate is nan"}},
    {"Divisible",
     layers("type = \"multi-head-attention\"\nwidth = 6\nheads = 4\n"),
     {", line 5: layer multiheadattention1 (multi-head-attention): width 6 is not divisible by 4 heads"}},
    {"Initializer",
     layers("type = \"linear\"\noutputs = 3\ninit = \"he_norml\"\n"),
     {", line 6: layer linear1 (linear): init is ", "he_norml", "he_normal"}},
    {"NameTwice",
     "[[layer]]\ntype = \"relu\"\nname = \"a\"\n[[layer]]\ntype = \"tanh\"\nname = \"a\"\n",
     {", line 6: layer a (tanh): the name 'a' is taken by the layer in line 1"}},
    {"NameOfAnAutomaticOne",
     "[[layer]]\ntype = \"relu\"\n[[layer]]\ntype = \"tanh\"\nname = \"relu1\"\n",
     {", line 5: layer relu1 (tanh): the name 'relu1' is taken by the layer in line 1"}},
    {"NameWithADot",
     layers("type = \"relu\"\nname = \"a.b\"\n"),
     {", line 5: name is 'a.b'", "without dots"}},
    {"NameIsEmpty", layers("type = \"relu\"\nname = \"\"\n"), {", line 5: name is ''"}},
    {"NameIsANumber", layers("type = \"relu\"\nname = 3\n"), {", line 5: name is 3; expected text"}},
    {"FromUnknown",
     layers("type = \"tanh\"\nfrom = \"relu2\"\n"),
     {", line 5: layer tanh1 (tanh): from names 'relu2', which does not exist; did you mean relu1"}},
    {"FromLater",
     layers("type = \"tanh\"\nfrom = \"c\"\n[[layer]]\ntype = \"relu\"\nname = \"c\"\nfrom = \"relu1\"\n"),
     {", line 5: layer tanh1 (tanh): from names 'c', which comes later"}},
    {"FromItself",
     layers("type = \"tanh\"\nname = \"a\"\nfrom = \"a\"\n"),
     {", line 6: layer a (tanh): from names the layer itself, 'a'"}},
    {"FromACycle",
     layers("type = \"tanh\"\nname = \"a\"\nfrom = \"b\"\n[[layer]]\ntype = \"relu\"\nname = \"b\"\nfrom = "
            "\"a\"\n"),
     {", line 6: layer a (tanh): from makes a cycle: a, b, a"}},
    {"FromANumber",
     layers("type = \"tanh\"\nfrom = 1\n"),
     {", line 5: ", "expected from = the name of a layer"}},
    {"FromNothing",
     layers("type = \"tanh\"\nfrom = []\n"),
     {", line 5: ", "expected from = the name of a layer"}},
    {"Unused",
     layers("type = \"tanh\"\nfrom = \"input\"\n"),
     {", line 1: layer relu1 (relu): nothing reads its result", "`outputs`"}},
    {"TooManyInputs",
     layers("type = \"tanh\"\nfrom = [\"relu1\", \"input\"]\n"),
     {", line 5: layer tanh1 (tanh): it takes 1 input, and reads 2", "add or concat"}},
    {"TooFewInputs",
     layers("type = \"add\"\n"),
     {", line 3: layer add1 (add): it takes at least 2 inputs, and reads 1"}},
    {"RepeatZero",
     layers("type = \"relu\"\nrepeat = 0\n"),
     {", line 5: repeat is 0; expected a whole number from 1"}},
    {"RepeatText", layers("type = \"relu\"\nrepeat = \"two\"\n"), {", line 5: repeat is 'two'"}},
    {"RepeatWithoutEnd",
     layers("type = \"relu\"\nrepeat = 1000000000\n"),
     {", line 5: repeat is 1000000000; expected a whole number from 1 to 2000"}},
    {"RepeatsOfRepeats",
     layers("type = \"block\"\nrepeat = 2000\n[[layer.layer]]\ntype = \"relu\"\nrepeat = 2000\n"),
     {", line 6: there are more than 2000 layers"}},
    {"BodyMissing",
     layers("type = \"residual\"\n"),
     {", line 3: layer residual1 (residual): the part 'body' is missing"}},
    {"BodyIsANumber",
     layers("type = \"residual\"\nbody = 3\n"),
     {", line 5: body is 3; expected layers, as tables"}},
    {"BodyIsEmpty", layers("type = \"residual\"\nbody = []\n"), {", line 5: there are no layers"}},
    {"InsideABlock",
     layers("type = \"block\"\nname = \"stem\"\n[[layer.layer]]\ntype = \"residual\"\n"
            "[layer.layer.body]\ntype = \"linear\"\noutputs = 0\n"),
     {", line 10: layer stem.residual1.body (linear): outputs is 0"}},
    {"InsideABlockWithoutName",
     layers("type = \"block\"\n[[layer.layer]]\ntype = \"linear\"\n"),
     {", line 5: layer sequential1.linear1 (linear): outputs is missing"}},
    {"NameInSingleBrackets",
     "[layer]\ntype = \"relu\"\nname = \"a\"\n",
     {", line 3: ", "without 'name'", "double brackets"}},
    {"Auto",
     layers("type = \"linear\"\noutputs = \"auto\"\n"),
     {", line 5: layer linear1 (linear): outputs is \"auto\"", "no task is known"}},
    {"InputIsText",
     "[network]\ninput = \"1x28x28\"\n[[layer]]\ntype = \"relu\"\n",
     {", line 2: input is not the shape"}},
    {"InputIsNegative",
     "[network]\ninput = [1, -28]\n[[layer]]\ntype = \"relu\"\n",
     {", line 2: input is not the shape"}},
    {"InputHasManyAxes",
     "[network]\ninput = [1, 1, 1, 1, 1, 1, 1, 1, 1]\n[[layer]]\ntype = \"relu\"\n",
     {", line 2: input is not the shape", "up to 7 extents"}},
    {"Dtype", "[network]\ndtype = \"f31\"\n[[layer]]\ntype = \"relu\"\n", {", line 2: ", "f31"}},
    {"InputsAndInput",
     "[network]\ninput = [3]\n[[input]]\nname = \"x\"\n[[layer]]\ntype = \"relu\"\n",
     {", line 2: input is given, and so are [[input]] tables"}},
    {"InputTwice",
     "[[input]]\nname = \"x\"\n[[input]]\nname = \"x\"\n[[layer]]\ntype = \"relu\"\nfrom = \"x\"\n",
     {", line 3: the input 'x' is given twice"}},
    {"InputWithoutName",
     "[[input]]\nshape = [3]\n[[layer]]\ntype = \"relu\"\n",
     {", line 1: an input has no name"}},
    {"InputUnread",
     "[[input]]\nname = \"x\"\n[[input]]\nname = \"y\"\n[[layer]]\ntype = \"relu\"\nfrom = \"x\"\n",
     {", line 3: no layer reads the input 'y'"}},
    {"WhichInput",
     "[[input]]\nname = \"x\"\n[[input]]\nname = \"y\"\n[[layer]]\ntype = \"relu\"\n",
     {", line 5: layer relu1 (relu): it does not say which of the inputs it reads: from = x or y"}},
    {"InputIsNoTable",
     "input = [3]\n[[layer]]\ntype = \"relu\"\n",
     {", line 1: input is not a list of tables", "[network]"}},
    {"OutputUnknown",
     "[network]\noutputs = [\"y\"]\n[[layer]]\ntype = \"relu\"\n",
     {", line 2: outputs name 'y', which is not a layer"}},
    {"OutputTwice",
     "[network]\noutputs = [\"relu1\", \"relu1\"]\n[[layer]]\ntype = \"relu\"\n",
     {", line 2: outputs name 'relu1' twice"}},
    {"DefaultsAreNoTable",
     "defaults = 3\n[[layer]]\ntype = \"relu\"\n",
     {", line 1: defaults is not a table"}},
    {"DefaultsHoldADate",
     "[[layer]]\ntype = \"relu\"\n[defaults]\nloss = 2020-01-01\n",
     {", line 4: loss in [defaults]"}},
};

class BadNetworkFile : public ::testing::TestWithParam<Row> {};

TEST_P(BadNetworkFile, IsToldInOneLine) {
  const TempDir dir;
  const std::string path = dir.write("net.toml", GetParam().text);
  try {
    from_toml(path);
    ADD_FAILURE() << "nothing was thrown";
  } catch (const FormatError& error) {
    const std::string what = error.what();
    EXPECT_TRUE(what.starts_with(path + ", line ")) << what;
    EXPECT_EQ(what.find('\n'), std::string::npos) << what;
    for (const std::string& part : GetParam().parts)
      EXPECT_NE(what.find(part), std::string::npos) << part << " in: " << what;
  }
}

INSTANTIATE_TEST_SUITE_P(Every, BadNetworkFile, ::testing::ValuesIn(rows),
                         [](const auto& info) { return info.param.name; });

TEST(NetworkFileShapes, ErrorsNameTheLine) {
  const TempDir dir;
  const std::string net = dir.write("net.toml", R"([network]
input = [1, 8, 8]
[[layer]]
type = "conv2d"
filters = 4
[[layer]]
type = "block"
name = "stem"
  [[layer.layer]]
  type = "residual"
    [[layer.layer.body]]
    type = "conv2d"
    filters = 3
[[layer]]
type = "multi-head-attention"
width = 4
heads = 2
)");
  expect_error<ShapeError>([&] { from_toml(net); },
                           {net + ", line 9: layer stem.residual1 (Residual): ", "the body gives"});
  const NetworkText text = [&] {
    const std::string other =
        dir.write("other.toml", "[[layer]]\ntype = \"multi-head-attention\"\nwidth = 4\nheads = 2\n");
    return from_toml(other);
  }();
  const random::State before = random::state();
  text.check({{"input", f32, {unknown, 5, 4}}});
  EXPECT_EQ(random::state(), before);
  EXPECT_FALSE(text.net->built());
  expect_error<ShapeError>(
      [&] {
        text.check({{"input", f32, {unknown, 5, 3}}});
      },
      {"other.toml, line 1: layer multiheadattention1", "expected [N,T,4]"});
  expect_error<ShapeError>(
      [&] {
        from_toml(net, {.inputs = {{"input", f32, {unknown, 8}}}});
      },
      {", line 3: layer conv1 (Conv2d 3x3): ", "2 axes"});
  const std::string merged = dir.write("merged.toml",
                                       "[network]\ninput = [3]\n[[layer]]\ntype = \"linear\"\noutputs = 2\n"
                                       "[[layer]]\ntype = \"add\"\nfrom = [\"linear1\", \"input\"]\n");
  expect_error<ShapeError>([&] { from_toml(merged); },
                           {"merged.toml, line 6: layer add1 (Add): ", "equal shapes"});
  const std::string single =
      dir.write("single.toml", "[network]\ninput = [3]\n[layer]\ntype = \"conv1d\"\nfilters = 2\n");
  expect_error<ShapeError>([&] { from_toml(single); }, {"single.toml, line 3: layer Conv1d 3"});
}

TEST(NetworkFileSizes, AbsurdOnesAreErrors) {
  const TempDir dir;
  const auto refused = [&](const std::string& text) {
    const std::string path = dir.write("net.toml", text);
    try {
      from_toml(path);
      ADD_FAILURE() << "nothing was thrown";
    } catch (const Error& error) {
      EXPECT_TRUE(std::string(error.what()).starts_with(path + ", line ")) << error.what();
    }
  };
  refused(
      "[network]\ninput = [9223372036854775807, 9223372036854775807]\n[[layer]]\ntype = \"linear\"\noutputs "
      "= "
      "9223372036854775807\n");
  refused("[network]\ninput = [1, 8, 8]\n[[layer]]\ntype = \"conv2d\"\nfilters = 9223372036854775807\n");
  std::string deep, header = "layer";
  for (int k = 0; k < 60; ++k, header += ".layer") deep += "[[" + header + "]]\ntype = \"block\"\n";
  refused(deep + "[[" + header + "]]\ntype = \"relu\"\n");
  for (const char* open : {"[", "{a="}) {
    std::string values = "[[layer]]\ntype = \"relu\"\nx = ";
    for (int k = 0; k < 10'000; ++k) values += open;
    refused(values);
  }
  std::string dotted = "[[layer";
  for (int k = 0; k < 10'000; ++k) dotted += ".layer";
  refused(dotted + "]]\ntype = \"relu\"\n");
}

}  // namespace
}  // namespace luge::nn
