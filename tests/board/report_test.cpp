// report.html: everything is in it, it loads nothing, and what it holds cannot break it.
#include "board/report.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <regex>
#include <string>
#include <vector>

#include "board/page.h"
#include "luge/error.h"
#include "support/run_files.h"
#include "support/temp_dir.h"

namespace luge::board {
namespace {

using testing::make_run;
using testing::read_file;
using testing::TempDir;
using testing::write_text;

// The text between the tags of the script with the data.
std::string data_of(const std::string& html) {
  const std::string begin = "<script type=\"application/json\" id=\"data\">";
  const std::size_t at = html.find(begin);
  return html.substr(at + begin.size(), html.find("</script>", at) - at - begin.size());
}

// The tags of a page, without what is in scripts and styles. An error is returned as text.
std::string unbalanced(const std::string& html) {
  const std::regex tag("<(/?)([a-zA-Z][a-zA-Z0-9]*)[^>]*>");
  std::vector<std::string> open;
  for (auto at = html.cbegin(); at != html.cend();) {
    std::smatch found;
    if (!std::regex_search(at, html.cend(), found, tag)) break;
    const std::string name = found[2];
    at = found[0].second;
    if (name == "meta" || name == "link" || name == "br" || name == "img") continue;
    if (found[1].length() > 0) {
      if (open.empty() || open.back() != name) return "</" + name + "> ends nothing";
      open.pop_back();
      continue;
    }
    open.push_back(name);
    if (name == "script" || name == "style") {
      const std::string end = "</" + name + ">";
      const auto next = std::search(at, html.cend(), end.begin(), end.end());
      if (next == html.cend()) return name + " has no end";
      at = next;
    }
  }
  return open.empty() ? "" : open.back() + " has no end";
}

TEST(Report, HoldsTheNumbersOfTheRun) {
  const TempDir dir;
  make_run(dir.file("run"), 1);
  const auto file = write_report(dir.file("run"));
  EXPECT_EQ(file, std::filesystem::path(dir.file("run/report.html")));
  const auto data = nlohmann::json::parse(data_of(read_file(file)))["run"];
  EXPECT_EQ(data["name"], "run");
  EXPECT_EQ(data["epoch_rows"][1]["loss"], 0.25);
}

TEST(Report, IsWellFormedAndLoadsNothing) {
  const TempDir dir;
  make_run(dir.file("run"), 1);
  const std::string html = read_file(write_report(dir.file("run")));
  EXPECT_EQ(unbalanced(html), "");
  for (const char* mark : {"{{policy}}", "{{title}}", "{{style}}", "{{license}}", "{{data}}", "{{script}}"})
    EXPECT_EQ(html.find(mark), html.npos) << mark;
  for (const char* loads :
       {"src=\"http", "href=\"http", "src='http", "href='http", "@import", "url(http", "//# source"})
    EXPECT_EQ(html.find(loads), html.npos) << loads;
  EXPECT_NE(html.find("default-src 'none'"), html.npos);
  EXPECT_NE(html.find("Permission is hereby granted"), html.npos) << "the license of dygraphs";
  EXPECT_NE(html.find("lang=\"en\""), html.npos);
  EXPECT_EQ(unbalanced(board_page()), "");
  EXPECT_EQ(board_page().find("'unsafe-inline'; script"), html.npos);
}

TEST(Report, TextsOfARunCannotBreakThePage) {
  const TempDir dir;
  make_run(dir.file("a<b>&\""), 1);
  write_text(dir.file("a<b>&\"/evaluation.json"),
             R"({"split":"validation","text":"</script><script>alert(1)</script><!--","prompt":"\u2028"})");
  const std::string html = read_file(write_report(dir.file("a<b>&\"")));
  EXPECT_EQ(html.find("alert(1)</script>"), html.npos);
  EXPECT_EQ(unbalanced(html), "");
  EXPECT_NE(html.find("<title>a&lt;b&gt;&amp;&quot; - Luge</title>"), html.npos);
  EXPECT_EQ(nlohmann::json::parse(data_of(html))["run"]["evaluation"]["text"],
            "</script><script>alert(1)</script><!--");
}

TEST(Report, IsWrittenWhereItIsAskedFor) {
  const TempDir dir;
  make_run(dir.file("run"), 1);
  write_report(dir.file("run"), dir.file("other.html"));
  EXPECT_TRUE(std::filesystem::exists(dir.file("other.html")));
  EXPECT_FALSE(std::filesystem::exists(dir.file("run/report.html")));
  EXPECT_THROW(write_report(dir.file("none")), FileError);
}

// Every word that the scripts ask for is in the table, and has both languages.
TEST(Report, AllWordsAreInOneTable) {
  const std::string script(page().script);
  const std::regex use("word\\('(\\w+)'");
  const std::regex row("\\b(\\w+): \\['((?:[^'\\\\]|\\\\.)*)',\\s*'((?:[^'\\\\]|\\\\.)*)'\\]");
  std::map<std::string, std::pair<std::string, std::string>> words;
  for (std::sregex_iterator at(script.begin(), script.end(), row), end; at != end; ++at)
    words[(*at)[1]] = {(*at)[2], (*at)[3]};
  EXPECT_GT(words.size(), 100u);
  for (std::sregex_iterator at(script.begin(), script.end(), use), end; at != end; ++at)
    EXPECT_TRUE(words.contains((*at)[1])) << (*at)[1];
  for (const auto& [name, pair] : words) EXPECT_FALSE(pair.first.empty() || pair.second.empty()) << name;
}

}  // namespace
}  // namespace luge::board
