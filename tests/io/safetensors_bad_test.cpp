// Classes 50-58: what a hostile or damaged safetensors file may hold.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <bit>
#include <cerrno>
#include <cstring>

#include "luge/error.h"
#include "luge/io/safetensors.h"
#include "support/errors.h"
#include "support/faulty_calls.h"
#include "support/temp_dir.h"

namespace luge::io {
namespace {

using testing::expect_error;
using testing::TempDir;

const std::string kHeader22 = R"({"test":{"dtype":"I32","shape":[2,2],"data_offsets":[0,16]}})";

std::string little_endian(std::uint64_t value) {
  std::string bytes(8, '\0');
  std::memcpy(bytes.data(), &value, 8);
  return bytes;
}

std::string assembled(const std::string& header, std::size_t data) {
  return little_endian(header.size()) + header + std::string(data, '\0');
}

void expect_rejected(const std::string& content, std::initializer_list<std::string> parts) {
  const TempDir folder;
  const std::string path = folder.write("bad.safetensors", content);
  expect_error<FormatError>([&] { SafetensorsFile file(path); }, parts);
  expect_error<FormatError>([&] { SafetensorsFile file(path); }, {path});
}

void expect_accepted(const std::string& content) {
  const TempDir folder;
  const std::string path = folder.write("good.safetensors", content);
  EXPECT_NO_THROW(SafetensorsFile(path).verify()) << content;
}

std::string one_tensor(const std::string& fields) { return R"({"t":{)" + fields + "}}"; }

TEST(BadInput, C50_TheFormatsOwnRejectedVectors) {
  expect_rejected("", {"8 bytes", "0 in all"});
  expect_rejected(little_endian(0x3C), {"header's length is 60", "0 bytes follow"});
  expect_rejected(std::string("\x3C\0\0\0\0\xFF\xFF\xFF", 8) + kHeader22, {"at most 100000000"});
  expect_rejected(little_endian(1) + "\xFF", {"byte 8", "not UTF-8"});
  expect_rejected(little_endian(1) + "{", {"byte 9", "expected a string", "the end"});
  std::string ten = "{";
  for (int i = 0; i < 10; ++i) {
    ten +=
        (i ? ",\"" : "\"") + std::to_string(i) + R"(":{"dtype":"I32","shape":[2,2],"data_offsets":[0,16]})";
  }
  expect_rejected(assembled(ten + "}", 16), {"tensor \"1\"", "begins at byte 0", "expected 16", "overlaps"});
  expect_rejected(assembled(kHeader22, 34), {"take 16 bytes", "holds 34", "added"});
  expect_rejected(assembled(kHeader22, 14), {"take 16 bytes", "holds 14", "cut short"});
  expect_rejected(assembled(R"({"test":{"dtype":"I32","shape":[2,2],"data_offsets":[0,4]}})", 0),
                  {"tensor \"test\"", "i32[2,2]", "needs 16 bytes", "give 4"});
  expect_rejected(
      assembled(R"({"test":{"dtype":"I32","shape":[2,18446744073709551614],"data_offsets":[0,16]}})", 16),
      {"tensor \"test\"", "18446744073709551614", "larger than 2^63-1"});
  expect_rejected(
      assembled(R"({"test":{"dtype":"I32","shape":[2,9223372036854775807],"data_offsets":[0,16]}})", 16),
      {"tensor \"test\"", "overflows"});
}

TEST(BadInput, C50_TheFormatsOwnAcceptedVectors) {
  expect_accepted(assembled(kHeader22, 16));
  expect_accepted(assembled(R"({"test":{"dtype":"I32","shape":[],"data_offsets":[0,4]}})", 4));
  expect_accepted(assembled(R"({"test":{"dtype":"I32","shape":[2,0],"data_offsets":[0,0]}})", 0));
  expect_accepted(assembled("{}\r \t\n", 0));
  expect_accepted(assembled("\t\n{}\r ", 0));
}

TEST(BadInput, C51_EveryPrefixIsRejected) {
  const TempDir folder;
  const std::string path = folder.file("whole.safetensors");
  const std::vector<std::uint8_t> values = {1, 2, 3};
  write_safetensors(path, std::vector{TensorView{"t", u8, {3}, std::as_bytes(std::span(values))}},
                    {{"key", "value"}});
  const std::string whole = testing::read_file(path);
  for (std::size_t length = 0; length < whole.size(); ++length) {
    const std::string part = folder.write("part", whole.substr(0, length));
    expect_error<FormatError>([&] { SafetensorsFile file(part); }, {part + ": "});
  }
}

TEST(BadInput, C52_OverlapHoleAndEndBeforeBegin) {
  const auto two = [](std::string a, std::string b) {
    return R"({"a":{"dtype":"U8","shape":[4],"data_offsets":)" + a +
           R"(},"b":{"dtype":"U8","shape":[4],"data_offsets":)" + b + "}}";
  };
  expect_rejected(assembled(two("[0,4]", "[2,6]"), 6),
                  {"tensor \"b\"", "begins at byte 2", "expected 4", "overlaps"});
  expect_rejected(assembled(two("[0,4]", "[5,9]"), 9),
                  {"tensor \"b\"", "begins at byte 5", "expected 4", "hole"});
  expect_rejected(assembled(two("[1,5]", "[5,9]"), 9), {"tensor \"a\"", "hole"});
  expect_rejected(assembled(two("[0,4]", "[8,4]"), 8), {"tensor \"b\"", "before it begins"});
  expect_accepted(assembled(two("[4,8]", "[0,4]"), 8));  // any order of names
}

TEST(BadInput, C53_HeaderLengths) {
  expect_rejected(little_endian(0), {"expected {", "the end"});
  expect_rejected(little_endian(1) + "x", {"expected {"});
  expect_rejected(std::string(7, '\0'), {"8 bytes", "7 in all"});
  expect_rejected(little_endian(100'000'001) + "{}", {"100000001", "at most 100000000"});
  expect_rejected(little_endian(100'000'000) + "{}", {"100000000", "only 2 bytes follow"});
}

TEST(BadInput, C53_TheLargestHeaderIsRead) {
  const TempDir folder;
  std::string content = little_endian(100'000'000) + "{}";
  content.resize(8 + 100'000'000, ' ');
  EXPECT_TRUE(SafetensorsFile(folder.write("wide", content)).tensors().empty());
}

TEST(BadInput, C54_DuplicateKeys) {
  const std::string t = R"("t":{"dtype":"U8","shape":[0],"data_offsets":[0,0]})";
  expect_rejected(assembled("{" + t + "," + t + "}", 0), {"tensor \"t\"", "twice"});
  expect_rejected(
      assembled(
          R"({"t":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},"\u0074":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}})",
          0),
      {"tensor \"t\"", "twice"});
  expect_rejected(assembled(one_tensor(R"("dtype":"U8","dtype":"I8","shape":[0],"data_offsets":[0,0])"), 0),
                  {"tensor \"t\"", "dtype", "twice"});
  expect_rejected(assembled(R"({"__metadata__":{"a":"1","a":"2"}})", 0), {"metadata \"a\"", "twice"});
  expect_rejected(assembled(R"({"__metadata__":{},"__metadata__":{}})", 0), {"__metadata__", "twice"});
}

TEST(BadInput, C55_NumberForms) {
  for (const std::string number : {"1e2", "1.0", "-0", "-1", "18446744073709551616", "01", "+1", "1.",
                                   "\"1\"", "null", "true", "[1]", "x"}) {
    SCOPED_TRACE(number);
    expect_rejected(
        assembled(one_tensor(R"("dtype":"U8","shape":[)" + number + R"(1],"data_offsets":[0,1])"), 1),
        {"bad.safetensors: "});
    expect_rejected(assembled(one_tensor(R"("dtype":"U8","shape":[1],"data_offsets":[)" + number + ",1]"), 1),
                    {"byte ", "expected a whole number from 0 to 2^64-1"});
  }
  expect_rejected(
      assembled(one_tensor(R"("dtype":"U8","shape":[1],"data_offsets":[0,18446744073709551615])"), 1),
      {"needs 1 bytes", "18446744073709551615"});
  expect_rejected(
      assembled(one_tensor(R"("dtype":"U8","shape":[9007199254740993],"data_offsets":[0,9007199254740993])"),
                1),
      {"9007199254740993 bytes", "holds 1"});
}

TEST(BadInput, C56_UnknownTypeNamesTheTensor) {
  for (const std::string type : {"Q7", "f32", "", "F8_E4M3", "U64", "C64"}) {
    expect_rejected(
        assembled(R"({"layer1.weight":{"dtype":")" + type + R"(","shape":[1],"data_offsets":[0,1]}})", 1),
        {"tensor \"layer1.weight\"", "dtype " + type, "expected one of F64"});
  }
}

TEST(BadInput, C50_FieldsAndMetadata) {
  expect_rejected(assembled(one_tensor(R"("dtype":"U8","shape":[1])"), 1),
                  {"tensor \"t\"", "data_offsets is missing"});
  expect_rejected(assembled(one_tensor(R"("dtype":"U8","data_offsets":[0,1])"), 1), {"shape is missing"});
  expect_rejected(assembled(one_tensor(R"("dtype":"U8","shape":[1],"data_offsets":[0,1,2])"), 1),
                  {"expected ]"});
  expect_rejected(
      assembled(one_tensor(R"("dtype":"U8","shape":[1],"data_offsets":[0,1],"extra":{"a":[[[[)"), 1),
      {"unknown field \"extra\""});
  expect_rejected(
      assembled(one_tensor(R"("dtype":"U8","shape":[1,1,1,1,1,1,1,1,1],"data_offsets":[0,1])"), 1),
      {"tensor \"t\"", "more than 8 axes"});
  expect_rejected(assembled(R"({"__metadata__":{"a":1}})", 0), {"expected a string"});
  expect_rejected(assembled(R"({"__metadata__":{"a":{"b":"c"}}})", 0), {"expected a string"});
  expect_rejected(assembled(R"({"__metadata__":null})", 0), {"expected {"});
  expect_rejected(assembled(R"({"__metadata__":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}})", 1),
                  {"expected a string"});
  expect_rejected(assembled(std::string(100000, '['), 0), {"expected {"});
  expect_rejected(assembled("{}{}", 0), {"expected the end"});
  expect_rejected(assembled("{,}", 0), {"expected a string"});
  expect_rejected(assembled("\xEF\xBB\xBF{}", 0), {"expected {"});
  expect_rejected(assembled(R"({"__metadata__":{"luge.xxh64":"0123"}})", 0), {"checksums are damaged"});
}

TEST(BadInput, C50_NamesThatAreNoText) {
  const std::string rest = R"(":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}})";
  expect_rejected(assembled(R"({"a\u0000b)" + rest, 0), {"NUL"});
  expect_rejected(assembled(R"({"a\ud800b)" + rest, 0), {"surrogate"});
  expect_rejected(assembled(R"({"a\ud800\u0041)" + rest, 0), {"surrogate"});
  expect_rejected(assembled(R"({"a\udc00b)" + rest, 0), {"surrogate"});
  expect_rejected(assembled(R"({"a\u12)" + rest, 0), {"hexadecimal"});
  expect_rejected(assembled(R"({"a\x)" + rest, 0), {"escape"});
  expect_rejected(assembled("{\"a\nb" + rest, 0), {"control character"});
  expect_rejected(assembled("{\"a\xED\xA0\x80" + rest, 0), {"not UTF-8"});
  const TempDir folder;
  const SafetensorsFile file(folder.write("f", assembled(R"({"a\ud83d\udef7\u00f6\/)" + rest, 0)));
  EXPECT_TRUE(file.contains("a🛷ö/"));
}

TEST(BadInput, C50_BooleansAreZeroOrOne) {
  const TempDir folder;
  const std::string path =
      folder.write("f", assembled(one_tensor(R"("dtype":"BOOL","shape":[3],"data_offsets":[0,3])"), 0) +
                            "\x01" + '\0' + "\x07");
  const SafetensorsFile file(path);
  expect_error<FormatError>([&] { file.read("t"); }, {path, "tensor \"t\" element 2", "bool", "7"});
  EXPECT_THROW(file.verify(), FormatError);
}

void read_many(int tensors) {
  std::string header = "{";
  for (int i = 0; i < tensors; ++i) {
    header += (i ? ",\"" : "\"") + std::to_string(i * 7919LL % tensors) +
              R"(":{"dtype":"U8","shape":[],"data_offsets":[)" + std::to_string(i) + "," +
              std::to_string(i + 1) + "]}";
  }
  const TempDir folder;
  const SafetensorsFile file(
      folder.write("many", assembled(header + "}", static_cast<std::size_t>(tensors))));
  EXPECT_EQ(file.tensors().size(), static_cast<std::size_t>(tensors));
  EXPECT_EQ(file.type("7919").begin, 1u);
  EXPECT_FALSE(file.contains("x"));
}

TEST(BadInput, C57_ManyTensorsTakeBoundedTime) {
  read_many(50'000);
  expect_rejected(little_endian(450'000'000) + "{",
                  {"at most 100000000"});  // ten millions need such a header
}

// About as many as a header can name.
TEST(SlowBadInput, C57_AsManyTensorsAsAHeaderHolds) { read_many(1'400'000); }

TEST(BadInput, C58_AFileThatShrinksIsAnErrorAndNoSignal) {
  const TempDir folder;
  const std::string path = folder.write("shrinking", assembled(kHeader22, 16));
  const SafetensorsFile file(path);
  ASSERT_EQ(truncate(path.c_str(), static_cast<off_t>(8 + kHeader22.size() + 5)), 0);
  std::vector<std::byte> bytes(16);
  expect_error<FileError>([&] { file.read("test", bytes); }, {path, "ends at byte", "shorter"});
  EXPECT_THROW(file.verify(), FileError);
}

TEST(BadInput, C58_ASparseTerabyteCostsNoMemoryToOpen) {
  const TempDir folder;
  constexpr std::uint64_t kTerabyte = std::uint64_t{1} << 40;
  const std::string size = std::to_string(kTerabyte);
  const std::string header =
      one_tensor(R"("dtype":"U8","shape":[)" + size + R"(],"data_offsets":[0,)" + size + "]");
  const std::string path = folder.write("sparse", assembled(header, 0));
  if (truncate(path.c_str(), static_cast<off_t>(8 + header.size() + kTerabyte)) != 0) {
    GTEST_SKIP() << "the file system holds no file of a terabyte";
  }
  EXPECT_EQ(SafetensorsFile(path).type("t").size_in_bytes(), kTerabyte);
}

TEST(BadInput, C30_ReadErrorsNameTheFile) {
  const TempDir folder;
  const std::string path = folder.write("f", assembled(kHeader22, 16));
  testing::FaultyCalls calls;
  calls.shorten(3);
  calls.interrupt();
  const SafetensorsFile file(path);
  EXPECT_EQ(file.read("test").size(), 16u);
  calls.fail(testing::Call::pread, EIO);
  expect_error<FileError>([&] { file.read("test"); }, {path, "cannot read at byte", std::strerror(EIO)});
}

TEST(BadInput, C82_WhatIsNoFile) {
  const TempDir folder;
  expect_error<FileError>([&] { SafetensorsFile f(folder.file("missing")); },
                          {"missing: cannot open", std::strerror(ENOENT)});
  expect_error<FileError>([&] { SafetensorsFile f(folder.path().string()); }, {"is a folder"});
  expect_error<FileError>([] { SafetensorsFile f("/dev/zero"); }, {"/dev/zero", "device"});
  std::filesystem::create_symlink("nowhere", folder.path() / "dangling");
  expect_error<FileError>([&] { SafetensorsFile f(folder.file("dangling")); },
                          {"dangling", std::strerror(ENOENT)});
}

}  // namespace
}  // namespace luge::io
