// Every KEY=VALUE that a message or a usage line names is a key that some command has.
#include <gtest/gtest.h>

#include <regex>
#include <set>

#include "cli/command.h"
#include "core/registry.h"
#include "support/source_tree.h"

namespace luge {
namespace {

std::set<std::string> all_keys() {
  std::set<std::string> keys = {"config", "format"};  // of every command
  for (const cli::Command& command : cli::commands()) {
    for (const cli::Key& key : command.keys()) {
      keys.insert(key.name);
      keys.insert(key.name.substr(key.name.rfind('.') + 1));
      keys.insert(key.aliases.begin(), key.aliases.end());
    }
  }
  // "luge help layer=linear" names what is registered.
  for (const Family* family : families()) keys.insert(family->called().one);
  return keys;
}

TEST(Advice, NamesKeysThatThereAre) {
  const std::set<std::string> keys = all_keys();
  const std::regex literal(R"re("((?:[^"\\]|\\.)*)")re");
  const std::regex advice(R"((^|[^A-Za-z0-9_.{}\\-])([a-z][a-z_.0-9]*)=[A-Za-z0-9.{<])");
  int found = 0;
  for (const auto& file :
       testing::source_files({"src/cli", "src/experiment", "src/train", "src/data", "src/io"})) {
    for (std::size_t i = 0; i < file.lines.size(); ++i) {
      const std::string& line = file.lines[i];
      if (line.find("//") == line.find_first_not_of(' ') || line.starts_with("#")) continue;
      for (std::sregex_iterator text(line.begin(), line.end(), literal), end; text != end; ++text) {
        const std::string words = (*text)[1];
        for (std::sregex_iterator at(words.begin(), words.end(), advice); at != end; ++at, ++found) {
          const std::string key = (*at)[2];
          if (key == "key") continue;  // "key=value" stands for any
          EXPECT_TRUE(keys.contains(key))
              << file.path << ":" << i + 1 << " names " << key << "= in: " << words;
        }
      }
    }
  }
  EXPECT_GT(found, 50) << "the messages are not read any more";
}

// What a command says when it refuses is taken by that same command.
TEST(Advice, ResumeTakesWhatItsErrorsName) {
  const cli::Command* resume = cli::find_command("resume");
  ASSERT_TRUE(resume);
  std::set<std::string> keys;
  for (const cli::Key& key : resume->keys())
    keys.insert(key.name.substr(key.name.rfind('.') + 1)), keys.insert(key.name);
  for (const char* key : {"accept_changed_data", "epochs", "schedule.steps",
                          "callbacks.early_stopping.patience", "callbacks.stop_at.value", "data.name"})
    EXPECT_TRUE(keys.contains(key)) << key;
  for (const char* name : {"train", "eval", "predict", "data"}) {
    const cli::Command* command = cli::find_command(name);
    ASSERT_TRUE(command) << name;
    const auto has = [&](const char* wanted) {
      const std::vector<cli::Key> all = command->keys();
      return std::any_of(all.begin(), all.end(), [&](const cli::Key& key) { return key.name == wanted; });
    };
    EXPECT_TRUE(has("data.header")) << name << " reads tables, whose errors name header=";
    EXPECT_TRUE(has("data.separator")) << name;
  }
}

}  // namespace
}  // namespace luge
