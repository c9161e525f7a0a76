// Registries: things by name, text forms, and errors that help.
#include "core/registry.h"

#include <fmt/format.h>

#include "support/errors.h"

namespace luge {
namespace {

using testing::expect_error;

struct Thing {
  std::string text;
};

struct BoxOptions {
  std::vector<std::int64_t> widths = {8};
  std::string label = "";
  double depth = 1;
  static void fields(auto& self, auto&& field) {
    field("widths", self.widths, "widths", options::at_least(1));
    field("label", self.label, "a label");
    field("depth", self.depth, "a depth", options::above(0));
  }
};
struct BallOptions {
  double radius = 1;
  static void fields(auto& self, auto&& field) { field("radius", self.radius, "a radius"); }
};

const Registry<Thing, int>& things() {
  static auto& registry = []() -> Registry<Thing, int>& {
    auto& made = *new Registry<Thing, int>({.one = "test-thing", .many = "test-things"});
    made.add("box", "a box", [](const BoxOptions& options, int context) {
      return Thing{options::text("box", options::changed(options)) + std::to_string(context)};
    });
    made.add("ball", "a ball",
             [](const BallOptions& options) { return Thing{fmt::format("ball {}", options.radius)}; });
    made.take_names([](std::string_view name) {
      return name == "big-ball" ? std::optional<std::string>("ball(radius=9)") : std::nullopt;
    });
    return made;
  }();
  return registry;
}

TEST(Registry, MakesByNameTextAndValues) {
  EXPECT_EQ(things().make("ball", {}, 0).text, "ball 1");
  EXPECT_EQ(things().make("ball(radius=2.5)", {}, 0).text, "ball 2.5");
  EXPECT_EQ(things().make(" ball ( radius = 2.5 ) ", {}, 0).text, "ball 2.5");
  EXPECT_EQ(things().make("ball(radius=2.5)", {{"radius", 3}}, 0).text, "ball 3");
  EXPECT_EQ(things().make("big-ball", {}, 0).text, "ball 9");
  EXPECT_EQ(things().make("big-ball(radius=8)", {}, 0).text, "ball 8");
  EXPECT_EQ(things().make("box", {{"depth", 2}}, 7).text, "box(depth=2)7");
  EXPECT_TRUE(things().has("big-ball") && things().has("box") && !things().has("cone"));
  EXPECT_EQ(things().member("big-ball").name, "ball");
  EXPECT_EQ(things().names(), (std::vector<std::string>{"ball", "box"}));
  EXPECT_EQ(find_family("test-things"), &things());
  EXPECT_EQ(find_family("test-thing"), &things());
}

TEST(Registry, WritesTextThatItReads) {
  for (const options::Values& values :
       {options::Values{{"widths", std::vector<std::int64_t>{3, 5}}, {"depth", 0.25}},
        options::Values{{"widths", std::vector<std::int64_t>{}}},
        options::Values{{"label", "a, b"}, {"depth", 2}}, options::Values{{"label", "a \"quote\" \\ (x]"}},
        options::Values{{"label", " = "}}}) {
    const std::string written = things().make("box", values, 0).text;
    const std::string text = written.substr(0, written.size() - 1);  // without the context
    EXPECT_EQ(things().make(text, {}, 0).text, written);
  }
  EXPECT_EQ(things().make("box(widths=[3,5],label=plain)", {}, 0).text, "box(widths=[3,5],label=plain)0");
}

TEST(Registry, ErrorsNameMemberOptionAndWhatHelps) {
  const auto refuses = [](const std::string& text, std::initializer_list<std::string> parts) {
    expect_error<options::OptionError>([&] { (void)things().make(text, {}, 0); }, parts);
  };
  refuses("ball(radius=wide)", {"test-thing ball: radius is 'wide'; expected a number"});
  refuses("box(depth=0)", {"test-thing box: depth is 0; expected a number above 0"});
  refuses("box(widths=[1,0])", {"test-thing box: widths is [1,0]"});
  refuses("box(dept=1)", {"test-thing box: there is no option 'dept'; did you mean depth?"});
  refuses("box(radius=1)", {"test-thing box: there is no option 'radius'", "ball has it"});
  expect_error<ValueError>([] { (void)things().make("bal", {}, 0); },
                           {"no test-thing is called 'bal'; did you mean ball?; there are ball, box"});
  for (const char* text : {"ball(radius", "ball(radius)", "ball(radius=[1)", "ball(radius=\"1)", "(radius=1)",
                           "ball(radius=1)x"}) {
    expect_error<ValueError>([&] { (void)things().make(text, {}, 0); }, {text, "NAME(option=value"});
  }
}

}  // namespace
}  // namespace luge
