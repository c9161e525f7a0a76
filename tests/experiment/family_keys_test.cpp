// Keys of registered things: a program registers families and members, and their options are keys of a
// training without another file.
#include <gtest/gtest.h>

#include <set>

#include "core/registry.h"
#include "luge/experiment/config.h"
#include "support/errors.h"
#include "support/temp_dir.h"

namespace luge::experiment {
namespace {

using testing::expect_error;
using testing::TempDir;

struct PepperOptions {
  double heat = 1;
  std::int64_t corns = 3;
  std::string color = "black";
  static void fields(auto& self, auto&& field) {
    using namespace options;
    field("heat", self.heat, "how hot it is", above(0), also({"hot"}));
    field("corns", self.corns, "how many corns", within(1, 9));
    field("color", self.color, "which pepper", one_of({"black", "white"}), elsewhere({"tint"}));
  }
};
struct SaltOptions {
  double heat = 0.5;
  bool coarse = false;
  std::int64_t batch = 1;
  static void fields(auto& self, auto&& field) {
    using namespace options;
    field("heat", self.heat, "what heat does not change", within(0, 1), also({"hot"}));
    field("coarse", self.coarse, "whether it is coarse", elsewhere({"color"}));
    field("batch", self.batch, "how much of it");
  }
};
struct LeafOptions {
  std::vector<std::int64_t> sizes = {4, 2};
  double p = 0.5;
  static void fields(auto& self, auto&& field) {
    using namespace options;
    field("sizes", self.sizes, "sizes of the leaves", at_least(1));
    field("p", self.p, "how often", within(0, 1));
  }
};

Registry<double>& spices() {
  static auto& all = *new Registry<double>({"spice", "spices", "kitchen.spice"});
  return all;
}
Registry<double>& herbs() {
  static auto& all = *new Registry<double>({"herb", "herbs", "kitchen.herbs", "herb"});
  return all;
}
const bool added = spices().add("pepper", "a test", [](const PepperOptions& o) { return o.heat; }) &&
                   spices().add("salt", "a test", [](const SaltOptions& o) { return o.heat; }) &&
                   herbs().add("thyme", "a test", [](const LeafOptions& o) { return o.p; }) &&
                   herbs().add("basil", "a test", [](const LeafOptions& o) { return o.p; }) &&
                   herbs().add("dill", "a test", [] { return 1.0; });

const Key* find(const std::vector<Key>& keys, const std::string& name) {
  for (const Key& key : keys) {
    if (key.name == name) return &key;
  }
  return nullptr;
}

// Two keys of one name would be two lines of one name in config.toml, which then cannot be read.
TEST(Keys, HaveNamesOfTheirOwn) {
  std::set<std::string> names;
  for (const Key& key : training_keys()) EXPECT_TRUE(names.insert(key.name).second) << key.name;
}

TEST(FamilyKeys, ComeFromWhatIsRegistered) {
  ASSERT_TRUE(added);
  const std::vector<Key> keys = training_keys();
  const Key* heat = find(keys, "kitchen.heat");
  ASSERT_TRUE(heat);
  EXPECT_EQ(heat->owners.size(), 2u);
  EXPECT_EQ(heat->aliases, std::vector<std::string>{"hot"});
  EXPECT_NE(heat->help.find("pepper: how hot it is (default 1)"), std::string::npos) << heat->help;
  EXPECT_NE(heat->help.find("salt: what heat does not change (default 0.5)"), std::string::npos);
  EXPECT_TRUE(find(keys, "herb.thyme.sizes") && find(keys, "herb.basil.p") && find(keys, "kitchen.herbs"));
  EXPECT_FALSE(find(keys, "herb.dill.p"));
  EXPECT_EQ(Config({{"batch", "3"}}).text("train.batch"), "3") << "an option takes no short name away";
  EXPECT_NE(find(keys, "kitchen.spice")->help.find("pepper, salt"), std::string::npos);
}

TEST(FamilyKeys, GiveTheChosenMemberItsOptions) {
  const Config config = {{"spice", "pepper"}, {"hot", "2"}, {"corns", "5"}};
  const Choice choice = config.chosen("spice");
  EXPECT_EQ(choice.name, "pepper");
  EXPECT_EQ(choice.values, (options::Values{{"heat", 2.0}, {"corns", std::int64_t{5}}}));
  EXPECT_EQ(spices().make(choice.name, choice.values), 2);
  const auto all = config.chosen_options("spice");
  ASSERT_EQ(all.size(), 3u) << "the defaults, too";
  EXPECT_EQ(all[2].first, "kitchen.color");
  EXPECT_EQ(all[2].second, options::Value("black"));
}

TEST(FamilyKeys, ListsKeepTheirOrder) {
  const Config config = {{"herbs", "thyme,dill,basil"}, {"herb.basil.p", "0.25"}, {"thyme.sizes", "3,1"}};
  const std::vector<Choice> all = config.all_chosen("herb");
  ASSERT_EQ(all.size(), 3u);
  EXPECT_EQ(all[0].name, "thyme");
  EXPECT_EQ(all[0].values, (options::Values{{"sizes", std::vector<std::int64_t>{3, 1}}}));
  EXPECT_EQ(all[1].name, "dill");
  EXPECT_EQ(all[2].values, (options::Values{{"p", 0.25}}));
  EXPECT_TRUE(Config({{"herbs", "none"}}).all_chosen("herb").empty());
  EXPECT_TRUE(Config().all_chosen("herb").empty());
}

TEST(FamilyKeys, ErrorsNameTheOptionsOfTheChosenMember) {
  const auto one = [](std::initializer_list<Config::Entry> entries) {
    return [config = Config(entries)] {
      config.check();
      config.chosen("spice");
    };
  };
  expect_error<SettingError>(
      one({{"spice", "salt"}, {"color", "white"}}),
      {"color=white: spice salt has no option 'color'; did you mean coarse? it has heat, "
       "coarse, batch"});
  expect_error<SettingError>(
      one({{"spice", "salt"}, {"kitchen.corns", "3"}}),
      {"kitchen.corns=3: spice salt has no option 'corns'; did you mean spice=pepper? salt "
       "has heat, coarse, batch"});
  expect_error<SettingError>(one({{"spice", "pepper"}, {"hot", "0"}}), {"hot=0: expected a number above 0"});
  expect_error<SettingError>(one({{"spice", "salt"}, {"hot", "2"}}),
                             {"hot=2: expected a number from 0 to 1"});
  expect_error<SettingError>(one({{"spice", "peper"}}), {"spice=peper is not known; did you mean pepper?"});
  expect_error<SettingError>(one({{"spice", "pepper"}, {"color", "whit"}}),
                             {"color=whit is not known; did you mean white?"});
  expect_error<SettingError>([] { Config({{"tint", "white"}}); }, {"did you mean color?"});
  // Before one is chosen, a value must be right for one of them.
  EXPECT_NO_THROW(Config({{"hot", "2"}}).check());
  expect_error<SettingError>([] { Config({{"hot", "-2"}}).check(); }, {"hot=-2: expected a number"});
}

TEST(FamilyKeys, ErrorsOfListsNameTheList) {
  const auto list = [](std::initializer_list<Config::Entry> entries) {
    return [config = Config(entries)] { config.all_chosen("herb"); };
  };
  expect_error<SettingError>(list({{"herbs", "thyme,thyme"}}), {"herbs=thyme,thyme: thyme is named twice"});
  expect_error<SettingError>(list({{"herbs", "thyme,tyme"}}), {"'tyme' is not known; did you mean thyme?"});
  expect_error<SettingError>(list({{"herbs", "dill"}, {"thyme.p", "1"}}),
                             {"thyme.p=1: thyme is not among herbs=dill"});
  expect_error<SettingError>(list({{"thyme.p", "1"}}), {"thyme.p=1: thyme is not among", "none"});
  expect_error<SettingError>(list({{"herbs", "thyme"}, {"thyme.p", "2"}}),
                             {"thyme.p=2: expected a number from 0 to 1"});
}

TEST(FamilyKeys, AreTakenFromFiles) {
  const TempDir dir;
  const std::string file = dir.write("my.toml",
                                     "[kitchen]\nspice = \"pepper\"\nheat = 2\nherbs = [\"basil\", "
                                     "\"thyme\"]\n[herb.thyme]\nsizes = [8, 1]\n");
  Config config;
  config.take_file(file);
  EXPECT_EQ(config.chosen("spice").values, (options::Values{{"heat", 2.0}}));
  const std::vector<Choice> all = config.all_chosen("herb");
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[1].values, (options::Values{{"sizes", std::vector<std::int64_t>{8, 1}}}));
  EXPECT_EQ(config.origin("heat").to_string(), "file my.toml");
}

TEST(FamilyKeys, AStrongerChoiceLeavesAsideWhatItDoesNotHave) {
  const TempDir dir;
  const std::string file =
      dir.write("my.toml", "[kitchen]\nspice = \"pepper\"\ncorns = 4\nherbs = \"thyme\"\nherb.x = 1\n");
  const std::string good =
      dir.write("good.toml",
                "[kitchen]\nspice = \"pepper\"\ncorns = 4\nherbs = \"thyme\"\n[herb]\nthyme.p "
                "= 1\n");
  Config config = {{"spice", "salt"}, {"herbs", "dill"}};
  expect_error<SettingError>([&] { config.take_file(file); }, {"my.toml, line 5: key 'kitchen.herb.x'"});
  config.take_file(good);
  config.check();
  EXPECT_TRUE(config.chosen("spice").values.empty()) << "the file is about another one";
  EXPECT_EQ(config.all_chosen("herb").size(), 1u);
  Config in_file;
  in_file.take_file(dir.write("bad.toml", "[kitchen]\nspice = \"salt\"\n\ncorns = 4\n"));
  expect_error<SettingError>([&] { in_file.check(); },
                             {"bad.toml, line 4: kitchen.corns=4: spice salt has no option 'corns'"});
}

// "top3" is top-k with k=3: what its name says is not said again, and there may be several.
TEST(FamilyKeys, NamesThatSayTheirOptionsHaveNoneToWrite) {
  const auto options_of = [](const std::string& metrics) {
    return Config{{"metrics", metrics}}.chosen_options("metric");
  };
  EXPECT_TRUE(options_of("top3,top5").empty());
  ASSERT_EQ(options_of("top-k").size(), 1u);
  EXPECT_EQ(options_of("top-k")[0].first, "metric.top-k.k");
  EXPECT_EQ(options_of("top3,top-k").size(), 1u);
}

}  // namespace
}  // namespace luge::experiment
