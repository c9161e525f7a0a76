// Arrays in files of NumPy.
#include "luge/io/npy.h"

#include <gtest/gtest.h>

#include <cstring>

#include "luge/error.h"
#include "support/errors.h"
#include "support/numpy_files.h"
#include "support/temp_dir.h"

namespace luge::io {
namespace {

using testing::expect_error;
using testing::Member;
using testing::npy;
using testing::raw;
using testing::TempDir;
using testing::zip;

template <class T>
std::vector<T> values(const NpyArray& array) {
  std::vector<T> list(array.bytes.size() / sizeof(T));
  if (!list.empty()) std::memcpy(list.data(), array.bytes.data(), array.bytes.size());
  return list;
}

TEST(Npy, ReadsDtypesOrdersAndShapes) {
  const TempDir folder;
  const auto read = [&](const std::string& bytes) { return read_npy(folder.write("a.npy", bytes)); };
  const NpyArray floats = read(npy("<f4", "(2, 3)", raw<float>({1, 2, 3, 4, 5, 6})));
  EXPECT_EQ(floats.dtype, DType::f32);
  EXPECT_EQ(floats.shape, Shape({2, 3}));
  EXPECT_EQ(values<float>(floats), (std::vector<float>{1, 2, 3, 4, 5, 6}));
  const NpyArray turned = read(npy("<f8", "(2, 3)", raw<double>({1, 4, 2, 5, 3, 6}), true));
  EXPECT_EQ(values<double>(turned), (std::vector<double>{1, 2, 3, 4, 5, 6}));
  EXPECT_EQ(values<std::int16_t>(read(npy(">i2", "(2,)", std::string("\1\2\xff\xfe", 4)))),
            (std::vector<std::int16_t>{258, -2}));
  EXPECT_EQ(values<std::int32_t>(read(npy("<u2", "(1,)", "\xff\xff"))), std::vector<std::int32_t>{65535});
  EXPECT_EQ(values<std::int64_t>(read(npy(">u4", "(1,)", "\xff\xff\xff\xfe"))),
            std::vector<std::int64_t>{4294967294});
  EXPECT_EQ(read(npy("<f2", "()", "ab")).dtype, DType::f16);
  EXPECT_EQ(read(npy("|b1", "(0, 5)", "")).shape, Shape({0, 5}));
  EXPECT_EQ(values<std::uint8_t>(read(npy("|b1", "(2,)", std::string("\7\0", 2)))),
            (std::vector<std::uint8_t>{1, 0}));
}

TEST(Npy, ReadsArchives) {
  const TempDir folder;
  const auto arrays = read_npz(folder.write(
      "a.npz", zip({{"x.npy", npy("<f4", "(1,)", raw<float>({3}))}, {"y.npy", npy("|u1", "(2,)", "ab")}})));
  ASSERT_EQ(arrays.size(), 2u);
  EXPECT_EQ(arrays[0].first, "x");
  EXPECT_EQ(values<float>(arrays[0].second), std::vector<float>{3});
  EXPECT_EQ(arrays[1].second.shape, Shape{2});
}

TEST(BadInput, C66_ArraysOfOtherDtypes) {
  const TempDir folder;
  const auto refuse = [&](const std::string& descr, const std::string& word) {
    expect_error<FormatError>(
        [&] { read_npy(folder.write("a.npy", npy(descr, "(1,)", "0123456789abcdef"))); },
        {"a.npy", descr, word});
  };
  refuse("|V2", "bfloat16");
  refuse("<c8", "complex");
  refuse("<U4", "texts");
  refuse("|O", "Python objects");
  refuse("<M8[s]", "times");
  refuse("<f16", "long doubles");
  expect_error<FormatError>(
      [&] {
        read_npy(folder.write("a.npy",
                              npy("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,)}", "")));
      },
      {"structured"});
}

TEST(BadInput, C65_HeadersOfArrays) {
  const TempDir folder;
  const auto read = [&](const std::string& bytes) { return read_npy(folder.write("a.npy", bytes)); };
  expect_error<FormatError>([&] { read(npy("<f8", "(4611686018427387904, 8)", "")); }, {"overflows"});
  expect_error<ValueError>([&] { read(npy("<f8", "(1000000, 1000000)", "")); }, {"at most 4294967296"});
  expect_error<FormatError>([&] { read(npy("<f4", "(2,)", "1234")); }, {"8 bytes", "holds 4", "cut short"});
  expect_error<FormatError>([&] { read(npy("<f4", "(1,)", "12345")); }, {"something was added"});
  expect_error<FormatError>([&] { read(npy("<f4", "(-1,)", "")); }, {"whole number from 0"});
  expect_error<FormatError>([&] { read(npy("<f4", "(1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1)", "1234")); },
                            {"axes"});
  expect_error<FormatError>([&] { read("\x93NUMPY"); }, {"is not an NPY file"});
  expect_error<FormatError>([&] { read("text"); }, {"is not an NPY file"});
  expect_error<FormatError>([&] { read(npy("{'descr': '<f4'}", "")); }, {"expected descr"});
  const std::string whole = npy("<f4", "(2, 2)", raw<float>({1, 2, 3, 4}));
  for (std::size_t size = 0; size < whole.size(); ++size)
    EXPECT_THROW(read(whole.substr(0, size)), FormatError) << size;
}

TEST(BadInput, C78_ArchivesWithPathsLinksAndBombs) {
  const TempDir folder;
  const std::string array = npy("|u1", "(1,)", "a");
  const auto read = [&](const std::vector<Member>& members) {
    read_npz(folder.write("a.npz", zip(members)));
  };
  expect_error<FormatError>([&] { read({{"../x.npy", array}}); }, {"a.npz", "../x.npy", "path"});
  expect_error<FormatError>([&] { read({{"a/x.npy", array}}); }, {"path"});
  expect_error<FormatError>([&] { read({{"x.npy", array, ~std::uint64_t{0}, 0120777}}); }, {"is a link"});
  expect_error<FormatError>([&] { read({{"x.txt", array}}); }, {"x.txt", "not an NPY"});
  EXPECT_THROW(read({{"x.npy", array}, {"x.npy", array}}), FormatError);
  EXPECT_THROW(read({{"x.npy", array, 4000000000}}), Error);
  expect_error<ValueError>(
      [&] {
        read_npz(folder.write("a.npz", zip({{"x.npy", array}, {"y.npy", array}})), {.max_members = 1});
      },
      {"2 members"});
  expect_error<FormatError>([&] { read_npz(folder.write("a.npz", "PK\3\4 no")); }, {"a.npz", "ZIP"});
  const std::string whole = zip({{"x.npy", array}});
  for (std::size_t size = 0; size < whole.size(); ++size)
    EXPECT_THROW(read_npz(folder.write("a.npz", whole.substr(0, size))), FormatError) << size;
}

}  // namespace
}  // namespace luge::io
