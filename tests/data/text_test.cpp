// Text files: records of characters, and parts that share no text.
#include <gtest/gtest.h>

#include <set>

#include "luge/data/recipe.h"
#include "luge/data/sources.h"
#include "luge/error.h"
#include "support/errors.h"
#include "support/temp_dir.h"

namespace luge::data {
namespace {

using testing::expect_error;
using testing::TempDir;

std::string text_of(const Dataset& data) {
  std::string text;
  for (std::int64_t i = 0; i < data.size(); ++i) text += data.record(i)["text"].text();
  return text;
}

TEST(TextFile, IsCutBetweenCharacters) {
  const TempDir folder;
  const std::string text = "für Größe, 漢字かな, 😀!";
  const Dataset data = text_file(folder.write("a.txt", text), {.record = 3});
  EXPECT_EQ(text_of(data), text);
  EXPECT_EQ(data.size(), 7);
  EXPECT_EQ(data.record(0)["text"].text(), "für");
  EXPECT_EQ(data.info().name, "a.txt");
  EXPECT_NE(data.where(1).find("byte 4"), std::string::npos) << data.where(1);
}

TEST(TextFile, HasRecordsThatPartsCanShareOut) {
  const TempDir folder;
  std::string text;
  for (int i = 0; i < 40000; ++i) text += std::to_string(i) + " ";
  const Dataset data = text_file(folder.write("a.txt", text));
  EXPECT_EQ(text_of(data), text);
  EXPECT_GT(data.size(), 90);
  EXPECT_LT(data.size(), 110);
}

TEST(TextFile, LetsNoTextOfTheValidationPartIntoTheTraining) {
  const TempDir folder;
  std::string text;
  for (int i = 0; i < 3000; ++i) text += std::to_string(1000000 + i);  // 7 digits: any 14 in a row occur once
  const auto [train, valid] = text_file(folder.write("a.txt", text), {.record = 200}).split(0.8);
  const Recipe recipe = Recipe({steps::characters(), steps::windows({.length = 20, .stride = 1})}).fit(train);
  std::set<std::vector<std::byte>> seen;
  for (const Sample& sample : recipe.training(train)) seen.insert(sample.input.bytes);
  std::int64_t shared = 0;
  for (const Sample& sample : recipe.evaluation(valid)) shared += seen.contains(sample.input.bytes) ? 1 : 0;
  EXPECT_GT(recipe.evaluation(valid).size(), 100);
  EXPECT_EQ(shared, 0);
}

TEST(BadInput, C21_EmptyTextAndTextThatIsNotUtf8) {
  const TempDir folder;
  expect_error<FormatError>([&] { text_file(folder.write("b.txt", "abc\xC3(")); },
                            {"b.txt", "offset 3", "UTF-8"});
  expect_error<FormatError>([&] { text_file(folder.write("e.txt", "")); }, {"e.txt", "is empty"});
  expect_error<FileError>([&] { text_file(folder.file("none.txt")); }, {"none.txt"});
  expect_error<ValueError>([&] { text_file(folder.write("a.txt", "abc"), {.record = -1}); },
                           {"record is -1"});
}

}  // namespace
}  // namespace luge::data
