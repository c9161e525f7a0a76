// CIFAR-10 and CIFAR-100, from files that the test makes up.
#include "luge/data/cifar.h"

#include <gtest/gtest.h>

#include "luge/error.h"
#include "support/errors.h"
#include "support/temp_dir.h"

namespace luge::data {
namespace {

using testing::expect_error;
using testing::TempDir;

// A record whose pixels are all `level`, but for the first one of each plane.
std::string record(const std::string& labels, char level) {
  std::string pixels(3072, level);
  pixels[0] = 1, pixels[1024] = 2, pixels[2048] = 3;
  return labels + pixels;
}

std::string names(const char* prefix, int count) {
  std::string text;
  for (int k = 0; k < count; ++k) text += prefix + std::to_string(k) + "\n";
  return text + "\n";  // as the original ends
}

TEST(Cifar, ReadsTheFoldersOfBoth) {
  const TempDir ten;
  ten.write("data_batch_1.bin", record("\x03", 10) + record("\x09", 20));
  ten.write("data_batch_2.bin", record("\x01", 30));
  ten.write("test_batch.bin", record("\x02", 40));
  ten.write("batches.meta.txt", names("class ", 10));
  EXPECT_EQ(why_not_cifar(ten.path()), "");
  const TrainTest parts = cifar(ten.path());
  EXPECT_EQ(parts.train.size(), 3);
  EXPECT_EQ(parts.test.size(), 1);
  EXPECT_EQ(parts.train.info().fields.to_string(), "input f32[3,32,32], target i64[]");
  EXPECT_EQ(parts.train.info().classes[9], "class 9");
  EXPECT_EQ(parts.train.get(1).target.as<std::int64_t>()[0], 9);
  const Sample last = parts.train.get(2);
  EXPECT_FLOAT_EQ(last.input.as<float>()[1], 30.0f / 255);
  EXPECT_FLOAT_EQ(last.input.as<float>()[2048], 3.0f / 255);
  EXPECT_EQ(parts.train.where(2), ten.file("data_batch_2.bin") + ", record 0");

  const TempDir hundred;
  hundred.write("train.bin", record("\x05\x63", 10));
  hundred.write("test.bin", record("\x13\x01", 20));
  hundred.write("coarse_label_names.txt", names("coarse ", 20));
  EXPECT_EQ(why_not_cifar(hundred.path()), "");
  EXPECT_EQ(cifar(hundred.path()).train.get(0).target.as<std::int64_t>()[0], 99);
  EXPECT_EQ(cifar(hundred.path()).train.info().classes[99], "99") << "no names of fine classes";
  const TrainTest coarse = cifar(hundred.path(), {.labels = CifarLabels::coarse});
  EXPECT_EQ(coarse.train.get(0).target.as<std::int64_t>()[0], 5);
  EXPECT_EQ(coarse.test.info().classes[19], "coarse 19");
}

TEST(Cifar, ReadsOneFile) {
  const TempDir dir;
  const std::string path = dir.write("mine.bin", record("\x03", 10) + record("\x04", 20));
  EXPECT_EQ(why_not_cifar(path), "");
  EXPECT_EQ(cifar_file(path).size(), 2);
  const std::string two = dir.write("two.bin", record("\x03\x04", 10));
  EXPECT_EQ(cifar_file(two).get(0).target.as<std::int64_t>()[0], 4);
}

TEST(BadInput, C79_CifarThatDoesNotAddUp) {
  const TempDir dir;
  EXPECT_NE(why_not_cifar(dir.path()), "");
  dir.write("data_batch_1.bin", record("\x03", 10));
  EXPECT_EQ(why_not_cifar(dir.path()), "has data_batch_1.bin but not test_batch.bin");
  expect_error<FileError>([&] { cifar(dir.path()); }, {dir.file("test_batch.bin")});
  dir.write("test_batch.bin", record("\x03", 10).substr(1));
  expect_error<FormatError>([&] { cifar(dir.path()); },
                            {dir.file("test_batch.bin"), "3072 bytes", "records of 3073"});
  dir.write("test_batch.bin", record("\x03", 10) + record("\x0A", 10));
  expect_error<FormatError>([&] { cifar(dir.path()); }, {"label 10 of record 1", "0 to 9"});
  dir.write("test_batch.bin", record("\x03", 10));
  expect_error<ValueError>([&] { cifar(dir.path(), {.labels = CifarLabels::coarse}); }, {"no coarse labels"});
  dir.write("batches.meta.txt", names("x", 9));
  expect_error<FormatError>([&] { cifar(dir.path()); }, {"9 names of classes", "expected 10"});
}

}  // namespace
}  // namespace luge::data
