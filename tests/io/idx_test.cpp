#include "luge/io/idx.h"

#include <gtest/gtest.h>
#include <zlib.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <initializer_list>

#include "luge/error.h"
#include "support/errors.h"
#include "support/faulty_calls.h"
#include "support/temp_dir.h"

namespace luge::io {
namespace {

using namespace std::string_literals;
using testing::expect_error;
using testing::TempDir;

std::string big_endian(std::uint32_t value) {
  return {static_cast<char>(value >> 24), static_cast<char>(value >> 16), static_cast<char>(value >> 8),
          static_cast<char>(value)};
}

std::string idx(int type, std::initializer_list<std::uint32_t> extents, const std::string& data) {
  std::string bytes = {'\0', '\0', static_cast<char>(type), static_cast<char>(extents.size())};
  for (const std::uint32_t extent : extents) bytes += big_endian(extent);
  return bytes + data;
}

std::string gzip(const std::string& content) {
  z_stream stream{};
  deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY);
  std::string result(deflateBound(&stream, content.size()), '\0');
  std::string input = content;
  stream.next_in = reinterpret_cast<Bytef*>(input.data());
  stream.avail_in = static_cast<uInt>(input.size());
  stream.next_out = reinterpret_cast<Bytef*>(result.data());
  stream.avail_out = static_cast<uInt>(result.size());
  deflate(&stream, Z_FINISH);
  result.resize(stream.total_out);
  deflateEnd(&stream);
  return result;
}

IdxArray read(const std::string& content) {
  const TempDir folder;
  return read_idx(folder.write("data-idx", content));
}

template <class T>
std::vector<T> values(const IdxArray& array) {
  std::vector<T> result(array.bytes.size() / sizeof(T));
  std::memcpy(result.data(), array.bytes.data(), array.bytes.size());
  return result;
}

void expect_rejected(const std::string& content, std::initializer_list<std::string> parts) {
  const TempDir folder;
  const std::string path = folder.write("bad-idx", content);
  expect_error<FormatError>([&] { read_idx(path); }, parts);
  expect_error<FormatError>([&] { read_idx(path); }, {path});
}

TEST(Idx, EveryType) {
  EXPECT_EQ(values<std::uint8_t>(read(idx(0x08, {2, 2}, "\x01\x02\x03\xFF"))),
            (std::vector<std::uint8_t>{1, 2, 3, 255}));
  EXPECT_EQ(values<std::int8_t>(read(idx(0x09, {1}, "\xFE"))), (std::vector<std::int8_t>{-2}));
  EXPECT_EQ(values<std::int16_t>(read(idx(0x0B, {2}, "\x01\x02\xFF\xFE"))),
            (std::vector<std::int16_t>{258, -2}));
  EXPECT_EQ(values<std::int32_t>(read(idx(0x0C, {1}, "\x01\x02\x03\x04"))),
            (std::vector<std::int32_t>{0x01020304}));
  EXPECT_EQ(values<float>(read(idx(0x0D, {1}, "\x3F\xC0\0\0"s))), (std::vector<float>{1.5f}));
  EXPECT_EQ(values<double>(read(idx(0x0E, {1}, "\xBF\xF8\0\0\0\0\0\0"s))), (std::vector<double>{-1.5}));
}

TEST(Idx, ShapesPlainAndCompressed) {
  const std::string plain = idx(0x08, {3, 2, 1}, "abcdef");
  for (const std::string& content : {plain, gzip(plain), gzip(plain.substr(0, 7)) + gzip(plain.substr(7))}) {
    const IdxArray array = read(content);
    EXPECT_EQ(array.dtype, DType::u8);
    EXPECT_EQ(array.shape, (Shape{3, 2, 1}));
    EXPECT_EQ(values<char>(array), (std::vector<char>{'a', 'b', 'c', 'd', 'e', 'f'}));
  }
  EXPECT_EQ(read(idx(0x08, {0, 28, 28}, "")).bytes.size(), 0u);
  EXPECT_EQ(read(gzip(idx(0x08, {0, 28, 28}, ""))).shape, (Shape{0, 28, 28}));
  const TempDir folder;
  EXPECT_EQ(read_idx_header(folder.write("d", gzip(plain))).shape, (Shape{3, 2, 1}));
}

TEST(Idx, LargeCompressedContent) {
  std::string data(1'000'000, '\0');
  for (std::size_t i = 0; i < data.size(); ++i) data[i] = static_cast<char>(i * i >> 7);
  const IdxArray array = read(gzip(idx(0x08, {1000, 1000}, data)));
  EXPECT_EQ(std::memcmp(array.bytes.data(), data.data(), data.size()), 0);
}

TEST(BadInput, C30_PlainFilesOfAnotherLength) {
  expect_rejected(idx(0x08, {60000, 28, 28}, std::string(1000, 'x')),
                  {"u8[60000,28,28]", "47040000 bytes", "holds 1000", "cut short"});
  expect_rejected(idx(0x08, {2, 2}, "abcde"), {"u8[2,2]", "takes 4 bytes", "holds 5", "added"});
  expect_rejected(idx(0x0D, {2}, "abcd"), {"f32[2]", "takes 8 bytes", "holds 4", "cut short"});
}

TEST(BadInput, C30_CompressedFilesOfAnotherLength) {
  expect_rejected(gzip(idx(0x08, {10}, "abc")), {"u8[10]", "takes 10 bytes", "holds 3", "cut short"});
  expect_rejected(gzip(idx(0x08, {2}, "abc")), {"u8[2]", "takes 2 bytes", "holds more", "added"});
  expect_rejected(gzip(idx(0x08, {2}, "ab")) + "rubbish", {"gzip data is damaged"});
  std::string bad_sum = gzip(idx(0x08, {2}, "ab"));
  bad_sum[bad_sum.size() - 6] ^= 1;
  expect_rejected(bad_sum, {"gzip data is damaged", "incorrect data check"});
}

TEST(BadInput, C30_CutAtEveryByte) {
  const TempDir folder;
  const std::string plain = idx(0x0B, {2, 2}, "\x01\x02\x03\x04\x05\x06\x07\x08");
  for (const std::string& whole : {plain, gzip(plain)}) {
    for (std::size_t length = 0; length < whole.size(); ++length) {
      const std::string path = folder.write("part", whole.substr(0, length));
      expect_error<FormatError>([&] { read_idx(path); }, {path + ": "});
    }
  }
}

TEST(BadInput, C30_HeadersThatAreWrong) {
  expect_rejected("", {"needs 4 bytes", "holds 0"});
  expect_rejected(std::string("\0\0\x08\x03\0\0\0", 7), {"needs 16 bytes", "holds 7"});
  expect_rejected("\x89PNG\r\n\x1a\n", {"expected an IDX file", "89 50", "PNG"});
  expect_rejected(idx(0x0A, {1}, "a"), {"element type 0x0A"});
  expect_rejected(idx(0x08, {}, "a"), {"0 axes", "1 to 8"});
  expect_rejected(idx(0x08, {1, 1, 1, 1, 1, 1, 1, 1, 1}, "a"), {"9 axes", "1 to 8"});
}

TEST(BadInput, C80_DeclaredExtentsAreCheckedBeforeMemoryIsTaken) {
  constexpr std::uint32_t kMost = 0xFFFFFFFF;
  expect_rejected(idx(0x0E, {kMost, kMost, kMost, kMost}, "x"), {"f64[4294967295", "overflows"});
  const TempDir folder;
  const std::string huge = folder.write("huge", idx(0x08, {kMost, 2}, "x"));
  expect_error<ValueError>([&] { read_idx(huge); }, {huge, "8589934590 bytes", "at most 4294967296"});
  const std::string packed = folder.write("packed", gzip(idx(0x08, {kMost, 2}, "x")));
  expect_error<ValueError>([&] { read_idx(packed); }, {packed, "at most 4294967296"});
  expect_rejected(gzip(idx(0x08, {4'000'000'000u}, "x")),
                  {"4000000000 bytes", "compressed bytes cannot hold"});
  const std::string small = folder.write("small", idx(0x08, {5}, "abcde"));
  expect_error<ValueError>([&] { read_idx(small, {.max_bytes = 4}); }, {"5 bytes, at most 4"});
}

TEST(BadInput, C80_ACompressedBombIsBoundedByItsExtents) {
  expect_rejected(gzip(idx(0x08, {10}, std::string(50'000'000, 'x'))), {"takes 10 bytes", "holds more"});
}

TEST(BadInput, C82_IdxThatIsNoFile) {
  const TempDir folder;
  expect_error<FileError>([&] { read_idx(folder.file("missing")); }, {"missing", std::strerror(ENOENT)});
  expect_error<FileError>([&] { read_idx(folder.path().string()); }, {"is a folder"});
  const std::string path = folder.write("d", gzip(idx(0x08, {3}, "abc")));
  testing::FaultyCalls calls;
  calls.fail(testing::Call::pread, EIO, 1);
  expect_error<FileError>([&] { read_idx(path); }, {path, "cannot read", std::strerror(EIO)});
}

}  // namespace
}  // namespace luge::io
