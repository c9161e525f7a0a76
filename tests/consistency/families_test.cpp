// Everything that is made by name describes itself: what lists, help, completion and the keys of the shell
// show.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "core/registry.h"

namespace luge {
namespace {

std::vector<Member> members(const Family& family) {
  std::vector<Member> all;
  for (const std::string& name : family.names()) all.push_back(family.member(name));
  return all;
}

TEST(Families, AreAllThere) {
  for (const char* many : {"augmentations", "data", "initializers", "layers", "losses", "metrics",
                           "optimizers", "schedules", "tasks"}) {
    const Family* family = find_family(many);
    ASSERT_NE(family, nullptr) << many;
    EXPECT_EQ(family->called().many, many);
    EXPECT_GE(family->names().size(), 3u) << many;
  }
  EXPECT_EQ(find_family("nothing"), nullptr);
}

TEST(Families, HaveNamesOfTheirOwn) {
  std::set<std::string> seen, keys;
  std::string last;
  for (const Family* family : families()) {
    const FamilyNames& called = family->called();
    EXPECT_LT(last, called.many) << "they are sorted";
    last = called.many;
    EXPECT_TRUE(seen.insert(called.many).second) << called.many;
    EXPECT_TRUE(called.one == called.many || seen.insert(called.one).second) << called.one;
    if (called.key.empty()) continue;
    EXPECT_TRUE(keys.insert(called.key).second) << called.key;
  }
}

TEST(Families, DescribeEveryMember) {
  for (const Family* family : families()) {
    for (const Member& member : members(*family)) {
      EXPECT_FALSE(member.name.empty()) << family->called().many;
      EXPECT_FALSE(member.description.empty()) << member.name;
      EXPECT_EQ(member.description.find('\n'), std::string::npos) << member.name;
    }
  }
}

TEST(Families, DescribeEveryOption) {
  std::size_t options = 0;
  for (const Family* family : families()) {
    for (const Member& member : members(*family)) {
      std::set<std::string> names;
      for (const options::Info& option : member.options) {
        const std::string where = family->called().one + " " + member.name + "." + option.name;
        EXPECT_TRUE(names.insert(option.name).second) << where << " is listed twice";
        EXPECT_FALSE(option.name.empty()) << where;
        EXPECT_FALSE(option.help.empty()) << where;
        EXPECT_EQ(option.help.find('\n'), std::string::npos) << where;
        EXPECT_FALSE(option.expected().empty()) << where;
        ++options;
      }
      // Another program's name of an option is not an option itself, and means one of them.
      for (const options::Info& option : member.options) {
        for (const auto* others : {&option.elsewhere, &option.aliases}) {
          for (const std::string& other : *others) {
            // One of several things that are chosen together may give its option a short name, its own.
            if (others == &option.aliases && other == option.name) continue;
            EXPECT_TRUE(names.insert(other).second) << member.name << "." << option.name << ": " << other;
          }
        }
      }
    }
  }
  EXPECT_GT(options, 50u);
}

TEST(Families, DefaultsAreInRangeAndAreReadFromTheirText) {
  for (const Family* family : families()) {
    for (const Member& member : members(*family)) {
      for (const options::Info& option : member.options) {
        const std::string where = family->called().one + " " + member.name + "." + option.name;
        if (option.required || std::holds_alternative<std::monostate>(option.fallback)) continue;
        try {
          EXPECT_EQ(option.checked(option.fallback), option.fallback) << where;
          EXPECT_EQ(option.checked(option.parse(options::text(option.fallback))), option.fallback) << where;
        } catch (const Error& error) {
          ADD_FAILURE() << where << ": " << error.what();
        }
      }
    }
  }
}

TEST(Families, SuggestNamesForOnesThatDoNotExist) {
  for (const Family* family : families()) {
    if (family->names().empty()) continue;
    const std::string wrong = family->names().front() + "x";
    try {
      family->member(wrong);
      ADD_FAILURE() << family->called().one << " " << wrong;
    } catch (const ValueError& error) {
      EXPECT_NE(std::string(error.what()).find(family->names().front()), std::string::npos) << error.what();
    }
  }
}

}  // namespace
}  // namespace luge
