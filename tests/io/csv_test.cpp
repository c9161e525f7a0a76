#include "luge/io/csv.h"

#include <gtest/gtest.h>

#include <cstring>

#include "luge/error.h"
#include "support/errors.h"
#include "support/temp_dir.h"

namespace luge::io {
namespace {

using namespace std::string_literals;
using testing::expect_error;
using testing::TempDir;

using Rows = std::vector<std::vector<std::string>>;

Rows rows_of(CsvReader& reader) {
  Rows rows;
  while (reader.next()) {
    rows.emplace_back();
    for (std::size_t i = 0; i < reader.columns().size(); ++i) rows.back().emplace_back(reader.field(i));
  }
  return rows;
}

Rows rows_of(const std::string& content, const CsvOptions& options = {}) {
  const TempDir folder;
  CsvReader reader(folder.write("table.csv", content), options);
  return rows_of(reader);
}

void expect_rejected(const std::string& content, std::initializer_list<std::string> parts,
                     const CsvOptions& options = {}) {
  const TempDir folder;
  const std::string path = folder.write("bad.csv", content);
  expect_error<FormatError>([&] { read_csv_numbers(path, options); }, parts);
  expect_error<FormatError>([&] { read_csv_numbers(path, options); }, {path + ":"});
}

TEST(Csv, RowsQuotesAndLineEnds) {
  const Rows expected = {{"1", "x,y"}, {"2", "say \"hi\"\nthere"}, {"3", ""}};
  EXPECT_EQ(rows_of("a,b\n1,\"x,y\"\n2,\"say \"\"hi\"\"\nthere\"\n3,\n"), expected);
  EXPECT_EQ(rows_of("a,b\r\n1,\"x,y\"\r\n2,\"say \"\"hi\"\"\nthere\"\r\n3,"), expected);
  EXPECT_EQ(rows_of("a,b\r1,\"x,y\"\r2,\"say \"\"hi\"\"\nthere\"\r3,\"\"\r"), expected);
  EXPECT_EQ(rows_of("a;b\n1;2\n", {.separator = ';'}), (Rows{{"1", "2"}}));
  EXPECT_EQ(rows_of("1,2\n3,4\n", {.header = false}), (Rows{{"1", "2"}, {"3", "4"}}));
  EXPECT_EQ(rows_of("a\n\"\"\n\n5\n"), (Rows{{""}, {"5"}}))
      << "an empty row is skipped, an empty quoted field is not";
}

TEST(Csv, NamesColumnsAndLines) {
  const TempDir folder;
  CsvReader reader(folder.write("t.csv", "size,\"the name\"\n\n1,\"two\nlines\"\n2,b\n"));
  EXPECT_EQ(reader.columns(), (std::vector<std::string>{"size", "the name"}));
  EXPECT_EQ(reader.column("the name"), 1u);
  ASSERT_TRUE(reader.next());
  EXPECT_EQ(reader.line(), 3);
  ASSERT_TRUE(reader.next());
  EXPECT_EQ(reader.line(), 5);
  EXPECT_EQ(reader.number(0), 2);
  EXPECT_FALSE(reader.next());
  EXPECT_FALSE(reader.next());
  expect_error<FormatError>([&] { reader.column("sise"); },
                            {"t.csv", "no column \"sise\"", "did you mean size?"});
  EXPECT_EQ(CsvReader(folder.write("b.csv", " a , the b\t, c\n1, 2, x y \n")).columns(),
            (std::vector<std::string>{"a", "the b", "c"}))
      << "blanks around names do not count";
  CsvReader plain(folder.write("p.csv", "1,2\n"), {.header = false});
  EXPECT_EQ(plain.columns(), (std::vector<std::string>{"column1", "column2"}));
}

TEST(Csv, RowsAcrossReadBlocks) {
  std::string content = "a,b\n";
  for (int i = 0; i < 20000; ++i)
    content += std::to_string(i) + ",\"" + std::string(static_cast<std::size_t>(i % 7), 'x') + "\"\r\n";
  const TempDir folder;
  CsvReader reader(folder.write("t.csv", content));
  for (int i = 0; i < 20000; ++i) {
    ASSERT_TRUE(reader.next());
    ASSERT_EQ(reader.number(0), i);
    ASSERT_EQ(reader.field(1).size(), static_cast<std::size_t>(i % 7));
    ASSERT_EQ(reader.line(), i + 2);
  }
  EXPECT_FALSE(reader.next());
}

TEST(Csv, ReadsNumbers) {
  const TempDir folder;
  const CsvNumbers table = read_csv_numbers(folder.write("t.csv", "x,y\n1,-2.5e3\n +3 ,.5\n"));
  EXPECT_EQ(table.rows(), 2u);
  EXPECT_EQ(table.values, (std::vector<double>{1, -2500, 3, 0.5}));
}

TEST(BadInput, C85_RaggedRows) {
  expect_rejected("a,b,c\n1,2,3\n4,5\n", {"bad.csv:3:3: ", "has 2 columns, expected 3"});
  expect_rejected("a,b\n1,2\n\n4,5,6,7\n", {"bad.csv:4:3: ", "has 4 columns, expected 2"});
}

TEST(BadInput, C86_BrokenText) {
  expect_rejected("a,b\n1,\"2\n3,4\n", {"bad.csv:2:2: ", "never closed"});
  expect_rejected("a,b\n1,\"2\"3\n", {"bad.csv:2:2: ", "closing quote"});
  expect_rejected("a,b\n1,2\"3\n", {"bad.csv:2:2: ", "quote inside a field"});
  expect_rejected("a,b\n1,2\0\n"s, {"bad.csv:2:2: ", "NUL"});
  expect_rejected(
      "a,b\n1,Gr\xF6\xDF"
      "e\n",
      {"bad.csv:2:2: ", "0xF6", "Latin-1", "UTF-8"});
  expect_rejected(
      "\xFF\xFE"
      "a\0,\0b\0"s,
      {"UTF-16", "expected UTF-8"});
  EXPECT_EQ(rows_of("\xEF\xBB\xBF"
                    "a,b\n1,2\n"),
            (Rows{{"1", "2"}}));
  const TempDir folder;
  EXPECT_EQ(CsvReader(folder.write("t.csv",
                                   "\xEF\xBB\xBF"
                                   "a\n"))
                .columns()
                .front(),
            "a");
}

TEST(BadInput, C86_LongRowsAndManyColumnsAreBounded) {
  expect_rejected("a\n" + std::string(1001, '1'), {"bad.csv:2:1: ", "more than 1000 bytes"},
                  {.max_row_bytes = 1000});
  expect_rejected("a\n\"" + std::string(500, '\n') + std::string(501, '1') + "\"",
                  {"bad.csv:2:1: ", "more than 1000 bytes"}, {.max_row_bytes = 1000});
  expect_rejected(std::string(std::size_t{1} << 20, ','), {"bad.csv:1:", "more than 1048576 columns"});
  EXPECT_EQ(CsvOptions().max_row_bytes, std::size_t{64} << 20);
}

TEST(BadInput, C87_CellsThatAreNoNumber) {
  const std::pair<std::string, std::string> cells[] = {
      {"nan", "not finite"},   {"\"1,5\"", "decimal comma"},
      {"0x10", "hexadecimal"}, {"1e999", "range of a double"},
      {"", "is empty"},        {"shirt", "not a number"},
  };
  for (const auto& [cell, why] : cells) {
    expect_rejected("width,height\n1,2\n3," + cell + "\n",
                    {"bad.csv:3:2: ", "column \"height\"", why, "expected a number"});
  }
}

TEST(BadInput, C88_Headers) {
  expect_rejected("", {"is empty"});
  expect_rejected("\n\n", {"is empty"});
  expect_rejected("1,2\n3,4\n", {"bad.csv:1:1: ", "expected the names of the columns", "header=no"});
  expect_rejected("a,b,a\n1,2,3\n", {"bad.csv:1:3: ", "two columns are named \"a\""});
  const TempDir folder;
  const CsvReader train(folder.write("train.csv", "a,b\n"));
  const CsvReader same(folder.write("same.csv", "a,b\n1,2\n"));
  const CsvReader other(folder.write("test.csv", "a,c\n"));
  const CsvReader shorter(folder.write("short.csv", "a\n"));
  EXPECT_NO_THROW(check_same_columns(train, same));
  expect_error<FormatError>([&] { check_same_columns(train, other); },
                            {"test.csv: column 2 is \"c\"", "train.csv", "\"b\""});
  expect_error<FormatError>([&] { check_same_columns(train, shorter); },
                            {"short.csv: column 2 is nothing", "\"b\""});
}

TEST(BadInput, C86_CutAtEveryByteNeverCrashes) {
  const std::string whole = "a,\"b\"\r\n1,\"2\"\r\n\"3\",4\r\n";
  int good = 0;
  for (std::size_t length = 0; length <= whole.size(); ++length) {
    try {
      (void)rows_of(whole.substr(0, length));
      ++good;
    } catch (const FormatError& error) {
      EXPECT_NE(std::string(error.what()).find("table.csv:"), std::string::npos);
    }
  }
  EXPECT_GT(good, 0);
}

TEST(BadInput, C82_CsvThatIsNoFile) {
  const TempDir folder;
  expect_error<FileError>([&] { CsvReader reader(folder.file("missing.csv")); },
                          {"missing.csv", std::strerror(ENOENT)});
  expect_error<FileError>([&] { CsvReader reader(folder.path().string()); }, {"is a folder"});
}

}  // namespace
}  // namespace luge::io
