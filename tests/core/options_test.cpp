// Listings of options: reading, checks, text, JSON.
#include "luge/options.h"

#include "support/errors.h"

namespace luge::options {
namespace {

using testing::expect_error;

enum class Side { left, right };
}  // namespace
}  // namespace luge::options

template <>
struct luge::options::Names<luge::options::Side> {
  static constexpr std::pair<luge::options::Side, const char*> all[] = {
      {luge::options::Side::left, "left"}, {luge::options::Side::right, "right"}};
};

namespace luge::options {
namespace {

struct Sample {
  double rate = 0.5;
  std::int64_t units = 0;
  bool bias = true;
  std::string name = "relu";
  std::vector<std::int64_t> widths = {8};
  std::vector<float> means = {};
  std::vector<std::string> names = {};
  std::optional<double> limit = {};
  Side side = Side::left;
  static void fields(auto& self, auto&& field) {
    field("rate", self.rate, "a rate", at_least(0).below(1), elsewhere({"p"}));
    field("units", self.units, "units", at_least(1), required);
    field("bias", self.bias, "a bias");
    field("name", self.name, "a name", one_of({"relu", "tanh"}));
    field("widths", self.widths, "widths", at_least(1));
    field("means", self.means, "means");
    field("names", self.names, "names", one_of({"a", "b"}));
    field("limit", self.limit, "a limit", above(0));
    field("side", self.side, "a side");
  }
};

Sample made(const Values& values) {
  Sample sample;
  set("test sample", sample, values);
  return sample;
}

TEST(Options, AreSetByName) {
  const Sample s = made({{"units", 3},
                         {"rate", 0},
                         {"widths", 4},
                         {"means", std::vector<std::int64_t>{1, 2}},
                         {"names", "a"},
                         {"limit", 2.5},
                         {"side", "right"},
                         {"bias", false}});
  EXPECT_EQ(s.units, 3);
  EXPECT_EQ(s.rate, 0);
  EXPECT_EQ(s.widths, std::vector<std::int64_t>{4});
  EXPECT_EQ(s.means, (std::vector<float>{1, 2}));
  EXPECT_EQ(s.names, std::vector<std::string>{"a"});
  EXPECT_EQ(s.limit, 2.5);
  EXPECT_EQ(s.side, Side::right);
  EXPECT_FALSE(s.bias);
}

TEST(Options, RefuseWhatIsNotRight) {
  const auto refuses = [](const Values& values, const std::string& part, const std::string& other = "") {
    expect_error<OptionError>([&] { made(values); }, {"test sample: ", part, other});
  };
  refuses({}, "units is missing", "units");
  refuses({{"units", 0}}, "units is 0; expected a whole number from 1");
  refuses({{"units", std::vector<std::int64_t>{3}}}, "units is [3]; expected a whole number from 1");
  refuses({{"units", 1}, {"widths", 0}}, "widths is 0; expected whole numbers from 1");
  refuses({{"units", 1.5}}, "units is 1.5; expected a whole number from 1");
  refuses({{"units", "many"}}, "units is 'many'");
  refuses({{"units", 1}, {"rate", 1}}, "rate is 1; expected a number, 0 or more and below 1");
  refuses({{"units", 1}, {"bias", 1}}, "bias is 1; expected true or false");
  refuses({{"units", 1}, {"name", "rleu"}}, "name is 'rleu'", "did you mean relu?");
  refuses({{"units", 1}, {"widths", std::vector<std::int64_t>{3, 0}}}, "widths is [3,0]",
          "whole numbers from 1");
  refuses({{"units", 1}, {"names", std::vector<std::string>{"a", "c"}}}, "names is 'c'");
  refuses({{"units", 1}, {"side", "top"}}, "side is 'top'", "left or right");
  refuses({{"units", 1}, {"p", 0.5}}, "no option 'p'; did you mean rate?");
  refuses({{"units", 1}, {"wdths", 5}}, "no option 'wdths'; did you mean widths?");
  refuses({{"units", 1}, {"rate", Value()}}, "rate is nothing");
}

TEST(Options, AreReadFromTheTextThatTheyGive) {
  Sample s =
      made({{"units", 3}, {"widths", std::vector<std::int64_t>{256, 128}}, {"rate", 0.25}, {"limit", 1e-5}});
  for (const Info& info : infos(s)) {
    if (std::holds_alternative<std::monostate>(info.fallback)) continue;
    EXPECT_EQ(info.checked(info.parse(text(info.fallback))), info.fallback) << info.name;
  }
  const std::vector<Info> all = infos<Sample>();
  EXPECT_EQ(text(all[4].parse("[256, 128]")), "256,128");
  EXPECT_EQ(text(all[4].parse("")), "");
  expect_error<OptionError>([&] { (void)all[0].parse("abc"); },
                            {"rate is 'abc'; expected a number, 0 or more and below 1"});
  expect_error<OptionError>([&] { (void)all[1].parse("2.5"); },
                            {"units is '2.5'; expected a whole number from 1"});
  expect_error<OptionError>([&] { (void)all[2].parse("maybe"); }, {"true or false"});
}

TEST(Options, GoThroughJson) {
  const Sample s = made({{"units", 3}, {"means", 0.1}, {"names", "b"}});
  Sample again;
  set("again", again, from_json("again", to_json(get(s))));
  EXPECT_EQ(get(again), get(s));
  EXPECT_EQ(to_json(changed(made({{"units", 2}, {"side", "right"}}))), R"({"units":2,"side":"right"})");
  expect_error<FormatError>([] { from_json("again", "[]"); }, {"again", "not a JSON object"});
  expect_error<FormatError>([] { from_json("again", R"({"a":{"b":1}})"); }, {"again", "option 'a'"});
}

TEST(Options, AreCheckedInAStruct) {
  check("sample", Sample{.units = 1});
  expect_error<OptionError>([] { check("sample", Sample{.rate = 1, .units = 1}); }, {"sample: rate is 1"});
}

TEST(Makers, TakeOptionsContextBothOrNothing) {
  using IntMaker = Maker<std::int64_t, int>;
  const IntMaker both = [](const Sample& s, int context) -> std::int64_t { return s.units + context; };
  const IntMaker own = [](const Sample& s) -> std::int64_t { return s.units; };
  const IntMaker context = [](int given) -> std::int64_t { return given; };
  const IntMaker nothing = []() -> std::int64_t { return 7; };
  EXPECT_EQ(both("test", {{"units", 2}}, 10), 12);
  EXPECT_EQ(own("test", {{"units", 2}}, 10), 2);
  EXPECT_EQ(context("test", {}, 10), 10);
  EXPECT_EQ(nothing("test", {}, 10), 7);
  EXPECT_EQ(both.options().size(), 9u);
  EXPECT_TRUE(nothing.options().empty());
  expect_error<OptionError>(
      [&] {
        (void)nothing("test", {{"units", 2}}, 1);
      },
      {"test: there is no option 'units'"});
}

}  // namespace
}  // namespace luge::options
