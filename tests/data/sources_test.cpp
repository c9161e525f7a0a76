// Data from files: IDX and CSV as data sets, and the refusals that name file and place.
#include "luge/data/sources.h"

#include <gtest/gtest.h>

#include <string>

#include "luge/data/normalizer.h"
#include "support/errors.h"
#include "support/temp_dir.h"

namespace luge::data {
namespace {

using testing::expect_error;
using testing::TempDir;

std::string big_endian(std::initializer_list<std::uint32_t> words) {
  std::string text;
  for (const std::uint32_t word : words) {
    for (int shift = 24; shift >= 0; shift -= 8) text += static_cast<char>(word >> shift & 0xff);
  }
  return text;
}
std::string images(std::uint32_t count, char value = 51) {
  return big_endian({0x00000803, count, 2, 3}) + std::string(count * 6, value);
}
std::string labels(std::string values) {
  return big_endian({0x00000801, static_cast<std::uint32_t>(values.size())}) + values;
}

TEST(Idx, PicturesAndLabelsBecomeSamples) {
  const TempDir dir;
  const auto data =
      idx(dir.write("images", images(3)), dir.write("labels", labels({2, 0, 1})), {"a", "b", "c"});
  EXPECT_EQ(data.size(), 3);
  EXPECT_EQ(data.info().input().to_string(), "f32[1,2,3]");
  EXPECT_FLOAT_EQ(data.get(1).input.as<float>()[5], 0.2f);
  EXPECT_EQ(data.get(0).target.as<std::int64_t>()[0], 2);
  EXPECT_EQ(data.info().classes[2], "c");
  EXPECT_NE(data.where(2).find("images, picture 2"), std::string::npos);
  EXPECT_FLOAT_EQ(data.info().preprocessing->scale[0], 1.0f / 255);
}

TEST(Idx, AFolderIsFoundWhateverItsFilesAreCalled) {
  const TempDir dir;
  dir.write("train-images.idx3-ubyte", images(4));
  dir.write("train-labels-idx1-ubyte", labels({0, 1, 2, 3}));
  dir.write("t10k-images-idx3-ubyte", images(2));
  expect_error<FileError>([&] { idx_folder(dir.path()); }, {"t10k-labels-idx1-ubyte", dir.path().string()});
  dir.write("t10k-labels.idx1-ubyte", labels({0, 3}));
  const auto parts = idx_folder(dir.path());
  EXPECT_EQ(parts.train.size(), 4);
  EXPECT_EQ(parts.test.size(), 2);
  EXPECT_EQ(parts.train.info().classes.size(), 4u);
}

TEST(Idx, FashionMnistIsThere) {
  const auto [train, test] = fashion_mnist();
  EXPECT_EQ(train.size(), 60000);
  EXPECT_EQ(test.size(), 10000);
  EXPECT_EQ(train.info().input().to_string(), "f32[1,28,28]");
  EXPECT_EQ(train.info().classes.at(9), "Ankle boot");
  const Affine fitted =
      compose(*train.info().preprocessing, fit_scaling(train.take(6000), Scaling::standardize));
  EXPECT_NEAR(fitted.offset[0], 72.9, 1.0);
}

TEST(BadInput, C23_LabelsThatAreNoClass) {
  const TempDir dir;
  const auto file = dir.write("images", images(3));
  expect_error<FormatError>(
      [&] {
        idx(file, dir.write("labels", labels({0, 7, 1})), {"a", "b", "c"});
      },
      {"labels", "label 7", "sample 1", "0 to 2"});
  expect_error<FormatError>(
      [&] { csv(dir.write("t.csv", "x,y\n1,0\n2,-1\n"), {.kind = CsvOptions::Target::classes}); },
      {"t.csv:3", "-1", "'y'"});
  expect_error<FormatError>(
      [&] { csv(dir.write("t.csv", "x,y\n1,0\n2,1.5\n"), {.kind = CsvOptions::Target::classes}); },
      {"t.csv:3", "1.5"});
}

TEST(BadInput, C30_ATruncatedFile) {
  const TempDir dir;
  const auto whole = images(3);
  const auto file = dir.write("images", whole.substr(0, whole.size() - 1));
  const auto names = dir.write("labels", labels({0, 1, 2}));
  expect_error<FormatError>([&] { idx(file, names); }, {"images"});
  expect_error<FormatError>([&] { idx(dir.write("two", images(2)), names); },
                            {"two", "2 samples", "3 labels"});
}

TEST(Csv, WordsBecomeClassesInSortedOrder) {
  const TempDir dir;
  const auto data = csv(dir.write("iris.csv", "length,width,kind\n1,2,setosa\n3,4,virginica\n5,6,setosa\n"));
  EXPECT_EQ(data.size(), 3);
  EXPECT_EQ(data.info().input().to_string(), "f32[2]");
  EXPECT_EQ(data.info().classes, (std::vector<std::string>{"setosa", "virginica"}));
  EXPECT_EQ(data.get(1).target.as<std::int64_t>()[0], 1);
  EXPECT_EQ(data.info().features, (std::vector<std::string>{"length", "width"}));
  EXPECT_NE(data.where(1).find("iris.csv:3"), std::string::npos);
  const auto spaced = csv(dir.write("t.csv", "length, width, kind\n1, 2, setosa\n3, 4, Iris virginica\n"));
  EXPECT_EQ(spaced.info().classes, (std::vector<std::string>{"Iris virginica", "setosa"}));
  EXPECT_EQ(spaced.info().features, (std::vector<std::string>{"length", "width"}));
}

TEST(Csv, TheTargetIsChosenByNameOrNumber) {
  const TempDir dir;
  const auto file = dir.write("t.csv", "a;b;c\n0.5;1;2\n1.5;3;4\n");
  EXPECT_FLOAT_EQ(csv(file, {.target = "a", .separator = ';'}).get(1).target.as<float>()[0], 1.5f);
  EXPECT_FLOAT_EQ(csv(file, {.target = "0", .separator = ';'}).get(0).input.as<float>()[0], 1.0f);
  expect_error<FormatError>([&] { csv(file, {.target = "d", .separator = ';'}); }, {"d"});
  expect_error<ValueError>([&] { csv(file, {.target = "5", .separator = ';'}); }, {"5", "3"});
}

TEST(Csv, AHeaderIsNoticedByItsWords) {
  const TempDir dir;
  EXPECT_EQ(csv(dir.write("with.csv", "x,y\n1,2.5\n3,4.5\n")).size(), 2);
  EXPECT_EQ(csv(dir.write("without.csv", "1,2.5\n3,4.5\n")).size(), 2);
  EXPECT_EQ(csv(dir.write("words.csv", "1,yes\n3,no\n")).size(), 2);
}

TEST(Csv, RealTargetsStayNumbers) {
  const TempDir dir;
  const auto data = csv(dir.write("t.csv", "x,y\n1,0.5\n2,1.5\n"));
  EXPECT_EQ(data.info().target()->to_string(), "f32[1]");
  const auto labels = csv(dir.write("t.csv", "x,y\n1,0\n2,1\n"));
  EXPECT_EQ(labels.info().target()->to_string(), "i64[]");
  const auto values = csv(dir.write("t.csv", "x,y\n1,0\n2,1\n"), {.kind = CsvOptions::Target::values});
  EXPECT_EQ(values.info().target()->to_string(), "f32[1]");
}

TEST(BadInput, C87_CellsThatAreNoNumbersNameLineAndColumn) {
  const TempDir dir;
  for (const std::string cell : {"nan", "1e999", "0x10", ""}) {
    const auto file = dir.write("t.csv", "x,y\n1,0\n" + cell + ",1\n");
    expect_error<FormatError>([&] { csv(file, {.header = CsvOptions::Header::yes}); }, {"t.csv:3"});
  }
}

TEST(Csv, TheSeparatorIsFoundOut) {
  const TempDir dir;
  for (const char* text : {"a\tb\n1\t2.5\n3\t4.5\n", "a;b\n1;2.5\n3;4.5\n", "a|b\n1|2.5\n3|4.5\n",
                           "a,b\n1,2.5\n3,4.5\n", "\"a,b\"\tb\n1\t2.5\n3\t4.5\n", "1\t2.5\n3\t4.5\n"}) {
    const auto data = csv(dir.write("t", text));
    EXPECT_EQ(data.size(), 2) << text;
    EXPECT_FLOAT_EQ(data.get(1).target.as<float>()[0], 4.5f) << text;
  }
}

TEST(Csv, AGuessOfClassesNeedsFewOfThem) {
  const TempDir dir;
  const auto type = [&](std::int64_t rows, auto value) {
    std::string text = "x,y\n";
    for (std::int64_t i = 0; i < rows; ++i) text += "1.5," + std::to_string(value(i)) + "\n";
    return csv(dir.write("t.csv", text)).info().target()->to_string();
  };
  EXPECT_EQ(type(90, [](auto i) { return i % 3; }), "i64[]");
  EXPECT_EQ(type(90, [](auto i) { return i % 3 + 1; }), "i64[]");
  EXPECT_EQ(type(400, [](auto i) { return i % 26; }), "i64[]");
  EXPECT_EQ(type(200, [](auto i) { return i % 2 * 10 + 10; }), "i64[]");
  EXPECT_EQ(type(60, [](auto i) { return i; }), "f32[1]") << "one row for each";
  EXPECT_EQ(type(100, [](auto i) { return i % 50; }), "f32[1]");
  EXPECT_EQ(type(500, [](auto i) { return 1000 * (i % 300); }), "f32[1]") << "prices";
  EXPECT_EQ(type(90, [](auto i) { return i % 3 - 1; }), "f32[1]");
}

TEST(Csv, LargeLabelsTakeTheirPlaces) {
  const TempDir dir;
  const auto data =
      csv(dir.write("t.csv", "x,y\n1,90210\n2,10001\n3,90210\n"), {.kind = CsvOptions::Target::classes});
  EXPECT_EQ(data.info().classes, (std::vector<std::string>{"10001", "90210"}));
  EXPECT_EQ(data.get(0).target.as<std::int64_t>()[0], 1);
}

// Ids are told apart to the last digit, though a double has 16 of them.
TEST(Csv, LabelsBeyondDoublesStayApart) {
  const TempDir dir;
  const std::string ids =
      "x,y\n1,9007199254740993\n2,9007199254740992\n3,9007199254740993.0\n4,1e16\n5,10000000000000000\n"
      "6,9999999999999999\n7,18446744073709551615\n8,18446744073709551614\n";
  const auto data = csv(dir.write("t.csv", ids), {.kind = CsvOptions::Target::classes});
  std::vector<std::int64_t> labels;
  for (const Sample& sample : data) labels.push_back(sample.target.as<std::int64_t>()[0]);
  EXPECT_EQ(labels, (std::vector<std::int64_t>{1, 0, 1, 3, 3, 2, 5, 4}));
  EXPECT_EQ(data.info().classes.size(), 6u);

  const CsvOptions known{.classes = {"9007199254740993", "18446744073709551615", "7"}};
  const auto again =
      csv(dir.write("t.csv", "x,y\n1,7.0\n2,+9007199254740993\n3,18446744073709551615\n"), known);
  EXPECT_EQ(again.get(0).target.as<std::int64_t>()[0], 2);
  EXPECT_EQ(again.get(1).target.as<std::int64_t>()[0], 0);
  EXPECT_EQ(again.get(2).target.as<std::int64_t>()[0], 1);
  for (const std::string near : {"9007199254740992", "18446744073709551614"})
    expect_error<FormatError>([&] { csv(dir.write("t.csv", "x,y\n1," + near + "\n"), known); },
                              {"t.csv:2", near});
}

TEST(Csv, ColumnsAndLabelsOfATrainedNetwork) {
  const TempDir dir;
  const CsvOptions options{.target = "y", .features = {"a", "b"}, .classes = {"no", "yes", "2"}};
  const auto data = csv(dir.write("t.csv", "y,b,c,a\nyes,2,9,1\n2.0,4,9,3\n"), options);
  EXPECT_EQ(data.info().input().to_string(), "f32[2]");
  EXPECT_FLOAT_EQ(data.get(1).input.as<float>()[0], 3);
  EXPECT_FLOAT_EQ(data.get(1).input.as<float>()[1], 4);
  EXPECT_EQ(data.get(0).target.as<std::int64_t>()[0], 1);
  EXPECT_EQ(data.get(1).target.as<std::int64_t>()[0], 2);
  expect_error<FormatError>([&] { csv(dir.write("t.csv", "y,b,c\nyes,2,9\n"), options); },
                            {"t.csv", "column a", "b, c"});
  expect_error<FormatError>([&] { csv(dir.write("t.csv", "y,b,a\nmaybe,2,9\n"), options); },
                            {"t.csv:2", "maybe", "no, yes, 2"});
}

TEST(BadInput, C21_SourcesThatHoldNothing) {
  const TempDir dir;
  expect_error<FormatError>([&] { csv(dir.write("t.csv", "x,y\n")); }, {"t.csv", "no rows"});
  expect_error<FormatError>([&] { csv(dir.write("t.csv", "y\n1\n0\n")); }, {"t.csv", "one column", "'y'"});
  expect_error<FormatError>([&] { idx(dir.write("images", images(0)), dir.write("labels", labels({}))); },
                            {"images", "no pictures"});
  expect_error<FormatError>(
      [&] {
        idx(dir.write("images", big_endian({0x00000803, 2, 0, 3})), dir.write("labels", labels({0, 1})));
      },
      {"images", "without pixels"});
  expect_error<ValueError>(
      [&] {
        fit_scaling(tensors(zeros({4, 0})), Scaling::standardize);
      },
      {"[0]", "no numbers"});
}

}  // namespace
}  // namespace luge::data
