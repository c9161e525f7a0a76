#include "luge/io/safetensors.h"

#include <gtest/gtest.h>

#include <bit>
#include <cstring>

#include "luge/error.h"
#include "support/errors.h"
#include "support/temp_dir.h"

namespace luge::io {
namespace {

using testing::expect_error;
using testing::read_file;
using testing::TempDir;

template <class T>
TensorView view(std::string name, Shape shape, const std::vector<T>& values) {
  return {std::move(name), dtype_of<T>, shape, std::as_bytes(std::span(values))};
}

const std::vector<float> kWeights = {1, 2, 3, 4, 5, 6};
const std::vector<std::int64_t> kStep = {42};
const std::vector<std::uint8_t> kMask = {1, 0, 1};

std::vector<TensorView> sample() {
  return {view("weight", {2, 3}, kWeights), view("mask", {3}, kMask), view("step", {}, kStep),
          TensorView{"nothing", f32, {0, 7}, {}}};
}

TEST(Safetensors, ComesBackAsWritten) {
  const TempDir folder;
  const std::string path = folder.file("model.safetensors");
  write_safetensors(path, sample(), {{"format", "1"}, {"words", "quote \" newline \n 你好 \x01"}});
  const SafetensorsFile file(path);
  EXPECT_EQ(file.names(), (std::vector<std::string>{"step", "nothing", "weight", "mask"}));
  EXPECT_EQ(file.metadata().size(), 2u);
  EXPECT_EQ(file.metadata().at("words"), "quote \" newline \n 你好 \x01");
  EXPECT_TRUE(file.has_checksums());
  EXPECT_EQ(file.type("weight").dtype, f32);
  EXPECT_EQ(file.type("weight").shape, (Shape{2, 3}));
  EXPECT_EQ(file.type("nothing").shape, (Shape{0, 7}));
  std::vector<float> weights(6);
  file.read("weight", std::as_writable_bytes(std::span(weights)));
  EXPECT_EQ(weights, kWeights);
  EXPECT_EQ(file.read("step").size(), 8u);
  EXPECT_EQ(file.read_all().size(), 4u);
  EXPECT_NO_THROW(file.verify());
}

TEST(Safetensors, EveryTypeComesBack) {
  const TempDir folder;
  const std::string path = folder.file("types.safetensors");
  const std::vector<std::byte> zeros(8);
  std::vector<TensorView> tensors;
  for (const DType type : {f32, f64, bf16, f16, i8, u8, i16, i32, i64, boolean}) {
    tensors.push_back({std::string(name(type)), type, {1}, std::span(zeros).first(size_of(type))});
  }
  write_safetensors(path, tensors);
  const SafetensorsFile file(path);
  for (const TensorView& tensor : tensors) EXPECT_EQ(file.type(tensor.name).dtype, tensor.dtype);
}

TEST(Safetensors, SameContentGivesSameBytes) {
  const TempDir folder;
  auto tensors = sample();
  write_safetensors(folder.file("a"), tensors, {{"x", "1"}, {"a", "2"}});
  std::swap(tensors[0], tensors[2]);
  write_safetensors(folder.file("b"), tensors, {{"a", "2"}, {"x", "1"}});
  EXPECT_EQ(read_file(folder.file("a")), read_file(folder.file("b")));
}

TEST(Safetensors, DataIsAligned) {
  const TempDir folder;
  for (const std::string name : {"a", "ab", "abc", "abcd", "abcde", "abcdef", "abcdefg", "abcdefgh"}) {
    write_safetensors(folder.file("f"), std::vector{view(name, {6}, kWeights), view("odd", {3}, kMask)});
    std::uint64_t length;
    const std::string bytes = read_file(folder.file("f"));
    std::memcpy(&length, bytes.data(), 8);
    EXPECT_EQ(length % 8, 0u);
    EXPECT_EQ(bytes[8], '{');
    EXPECT_EQ(SafetensorsFile(folder.file("f")).type(name).begin % 4, 0u);
  }
}

TEST(Safetensors, WriterRefusesWhatReadersWould) {
  const TempDir folder;
  const std::string path = folder.write("model.safetensors", "old");
  const auto refuse = [&](std::vector<TensorView> tensors, std::map<std::string, std::string> metadata,
                          std::initializer_list<std::string> parts) {
    expect_error<ValueError>([&] { write_safetensors(path, tensors, metadata); }, parts);
    EXPECT_EQ(read_file(path), "old");
  };
  refuse({view("a", {6}, kWeights), view("a", {3}, kMask)}, {},
         {path, "two tensors are named \"a\"", "nothing was written"});
  refuse({view("a", {5}, kWeights)}, {}, {"\"a\"", "f32[5]", "20 bytes", "24"});
  refuse({view("__metadata__", {6}, kWeights)}, {}, {"__metadata__"});
  refuse({view("a\xFF", {6}, kWeights)}, {}, {"UTF-8"});
  refuse({view(std::string("a\0b", 3), {6}, kWeights)}, {}, {"NUL"});
  refuse({}, {{"key", "\xC0"}}, {"metadata \"key\"", "UTF-8"});
  refuse({}, {{"luge.xxh64", "0"}}, {"Luge's own"});
  refuse({}, {{"big", std::string(100'000'001, 'x')}}, {"at most 100000000"});
}

TEST(Safetensors, AskingForAMissingTensorNamesTheNearest) {
  const TempDir folder;
  write_safetensors(folder.file("f"), sample());
  const SafetensorsFile file(folder.file("f"));
  expect_error<FormatError>([&] { file.read("weights"); },
                            {file.path(), "no tensor \"weights\"", "did you mean weight?"});
  std::vector<std::byte> small(3);
  expect_error<ValueError>([&] { file.read("weight", small); }, {"24 bytes", "room for 3"});
}

TEST(BadInput, C41_DamagedBytesAreNoticed) {
  const TempDir folder;
  const std::string path = folder.file("model.safetensors");
  write_safetensors(path, sample(), {{"step", "100"}});
  const std::string good = read_file(path);
  const std::size_t key = good.find("luge.xxh64");
  for (std::size_t at = 0; at < good.size(); ++at) {
    if (at >= key && at < key + 10)
      continue;  // the name of the checksums: the file looks like one without them
    for (const std::size_t bit : {at % 8, (at + 5) % 8}) {
      std::string bad = good;
      bad[at] = static_cast<char>(bad[at] ^ (1 << bit));
      folder.write("damaged", bad);
      EXPECT_THROW(SafetensorsFile(folder.file("damaged")).verify(), FormatError)
          << "byte " << at << " bit " << bit;
    }
  }
  std::string bad = good;
  bad[bad.size() - 3 - 5] ^= 1;  // the end of weight, before the 3 bytes of mask
  folder.write("damaged", bad);
  const SafetensorsFile file(folder.file("damaged"));
  for (const auto& read :
       {std::function([&] { file.verify(); }), std::function([&] { file.read("weight"); })}) {
    expect_error<FormatError>(read, {"damaged: tensor \"weight\" is damaged", "checksum"});
  }
  EXPECT_NO_THROW(file.read("mask"));
}

TEST(BadInput, C48_SavingOntoTheFileBeingRead) {
  const TempDir folder;
  const std::string path = folder.file("model.safetensors");
  write_safetensors(path, sample());
  const SafetensorsFile old(path);
  const std::vector<float> other = {9, 9, 9, 9, 9, 9};
  write_safetensors(path, std::vector{view("weight", {2, 3}, other)});
  std::vector<float> weights(6);
  old.read("weight", std::as_writable_bytes(std::span(weights)));
  EXPECT_EQ(weights, kWeights);
  SafetensorsFile(path).read("weight", std::as_writable_bytes(std::span(weights)));
  EXPECT_EQ(weights, other);
}

}  // namespace
}  // namespace luge::io
