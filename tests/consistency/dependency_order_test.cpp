// Reads every #include below include/ and src/ and compares the arrow with the table in docs/architecture.md.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "support/paths.h"
#include "support/source_tree.h"

namespace luge {
namespace {

using testing::Include;
using testing::SourceFile;

struct Place {
  std::string name;
  std::vector<std::string> paths;    // files, or folders with everything below them
  std::map<std::string, bool> uses;  // true: only the public headers
};

std::vector<std::string> words(std::string text) {
  std::erase(text, '`');
  std::istringstream in(text);
  std::vector<std::string> found;
  for (std::string word; in >> word;) found.push_back(word);
  return found;
}

std::vector<Place> read_places() {
  const auto page = testing::source_files({"docs/architecture.md"});
  std::vector<Place> places;
  for (const auto& row : testing::markdown_table(page.at(0), "## The order of the rooms")) {
    places.push_back({words(row.at(0)).at(0), words(row.at(1)), {}});
    for (const std::string& word : words(row.at(2))) {
      const bool starred = word.ends_with('*');
      places.back().uses[word.substr(0, word.size() - starred)] = starred;
    }
  }
  return places;
}

// The place with the longest path that holds `file`; null when none does.
const Place* place_of(const std::vector<Place>& places, const std::string& file) {
  const Place* best = nullptr;
  std::size_t length = 0;
  for (const Place& place : places) {
    for (const std::string& path : place.paths) {
      if ((file == path || file.starts_with(path + "/")) && path.size() > length)
        best = &place, length = path.size();
    }
  }
  return best;
}

bool allowed(const Place& from, const Place* to, const std::string& target) {
  if (!to) return false;
  if (to->name == from.name) return true;
  const auto used = from.uses.find(to->name);
  return used != from.uses.end() && (!used->second || target.starts_with("include/"));
}

// The project file an #include names, or "" for a file of a library.
std::string resolve(const SourceFile& from, const Include& include) {
  namespace fs = std::filesystem;
  const fs::path here = fs::path(from.path).parent_path();
  for (const fs::path& base : {here, fs::path("src"), fs::path("include")}) {
    if (base == here && !include.quoted) continue;
    const fs::path file = (base / include.target).lexically_normal();
    if (fs::is_regular_file(testing::source_dir() / file)) return file.generic_string();
  }
  return "";
}

TEST(DependencyOrder, TheTableOnlyPointsUpwards) {
  std::set<std::string> above;
  const auto places = read_places();
  ASSERT_GE(places.size(), 10u);
  for (const Place& place : places) {
    for (const auto& [used, starred] : place.uses) {
      EXPECT_TRUE(above.contains(used))
          << place.name << " uses " << used << ", which does not stand above it";
    }
    above.insert(place.name);
  }
}

TEST(DependencyOrder, EveryIncludeFollowsTheTable) {
  const auto places = read_places();
  const auto files = testing::source_files({"include", "src"});
  ASSERT_FALSE(files.empty());
  for (const SourceFile& file : files) {
    const Place* from = place_of(places, file.path);
    if (!from) {
      ADD_FAILURE() << file.path << " belongs to no row of the table in docs/architecture.md";
      continue;
    }
    for (const Include& include : includes_of(file)) {
      const std::string target = resolve(file, include);
      if (target.empty()) continue;
      const Place* to = place_of(places, target);
      EXPECT_TRUE(allowed(*from, to, target))
          << file.path << ":" << include.line << " (" << from->name << ") includes " << target << " ("
          << (to ? to->name : "no room") << ")";
    }
  }
}

TEST(DependencyOrder, LibrariesStayInTheirRooms) {
  struct Rule {
    std::string target, room;
  };
  const std::vector<Rule> rules = {{"dnnl", "src/backend/cpu/onednn/"},
                                   {"hwy/", "src/backend/cpu/"},
                                   {"hwy/", "src/io/image/"},
                                   {"hwy/", "src/data/"},
                                   {"CLI/", "src/cli/"},
                                   {"png.h", "src/io/"},
                                   {"cairo", "src/draw/cairo/"},
                                   {"pango", "src/draw/cairo/"},
                                   {"omp.h", "src/"},
                                   {"gtest", "tests/"}};
  for (const SourceFile& file : testing::source_files({"include", "src"})) {
    for (const Include& include : includes_of(file)) {
      if (!resolve(file, include).empty()) continue;
      std::string rooms;  // that may include it
      bool ruled = false, inside = false;
      for (const Rule& rule : rules) {
        if (include.target.find(rule.target) == std::string::npos) continue;
        ruled = true;
        inside = inside || file.path.starts_with(rule.room);
        rooms += " " + rule.room;
      }
      EXPECT_TRUE(!ruled || inside) << file.path << ":" << include.line << " includes <" << include.target
                                    << ">, which only" << rooms << " may include";
    }
  }
}

}  // namespace
}  // namespace luge
