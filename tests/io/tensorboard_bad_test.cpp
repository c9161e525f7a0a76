// Event files on full disks, in deleted folders, cut and damaged; tags and numbers that are not usual.
#include <gtest/gtest.h>

#include <cerrno>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <limits>

#include "luge/error.h"
#include "luge/io/tensorboard.h"
#include "luge/ops/shape.h"
#include "support/errors.h"
#include "support/faulty_calls.h"
#include "support/temp_dir.h"

namespace luge {
namespace {

namespace fs = std::filesystem;
using testing::Call;
using testing::expect_error;
using testing::FaultyCalls;
using testing::read_file;
using testing::TempDir;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

std::vector<double> scalars_in(const fs::path& folder, const std::string& tag = "loss") {
  std::vector<double> found;
  for (const io::Event& event : io::read_events(folder)) {
    for (const io::LoggedValue& value : event.values) {
      if (value.tag == tag) found.push_back(std::get<double>(value.value));
    }
  }
  return found;
}

TEST(BadInput, C89_AFullDiskIsAnErrorAndTheFileStaysWhole) {
  for (const int error : {ENOSPC, EDQUOT, EIO, EFBIG}) {
    const TempDir folder;
    io::EventWriter writer(folder.path());
    writer.scalar("loss", 1, 1);
    writer.flush();
    {
      FaultyCalls calls;
      calls.shorten(10);  // a part of the record is written before the disk is full
      calls.fail(Call::write, error, 2);
      writer.scalar("loss", 2, 2);
      expect_error<FileError>([&] { writer.flush(); }, {writer.path().string(), "cannot write"});
    }
    writer.scalar("loss", 3, 3);
    writer.flush();
    EXPECT_EQ(scalars_in(folder.path()), (std::vector<double>{1, 3}));
  }
}

TEST(BadInput, C89_ADeletedFolderIsAnError) {
  const TempDir folder;
  io::EventWriter writer(folder.path() / "run" / "train");
  fs::remove_all(folder.path() / "run");
  writer.scalar("loss", 1, 1);
  expect_error<FileError>([&] { writer.flush(); }, {writer.path().string(), "was deleted"});
  folder.write("file", "");
  expect_error<FileError>([&] { io::EventWriter(folder.path() / "file"); }, {"file", "cannot make"});
}

TEST(BadInput, C90_TagsThatAreNone) {
  const TempDir folder;
  io::EventWriter writer(folder.path());
  for (const auto& [tag, part] :
       std::vector<std::pair<std::string, std::string>>{{"", "is empty"},
                                                        {"a\nb", "'a?b' has the character 0x0a"},
                                                        {std::string(1 << 20, 'x'), "has 1048576 bytes"},
                                                        {"\xff", "is not UTF-8"}}) {
    expect_error<ValueError>([&] { writer.scalar(tag, 1, 1); }, {"tag", part, "expected 1 to 1024 bytes"});
    expect_error<ValueError>([&] { writer.histogram(tag, {}, 1); }, {part});
    expect_error<ValueError>([&] { writer.text(tag, "text", 1); }, {part});
  }
  writer.scalar("längste/größe", 1, 1);
  writer.flush();
  EXPECT_EQ(scalars_in(folder.path(), "längste/größe").size(), 1u) << "nothing was written of the others";
  EXPECT_EQ(io::read_events(folder.path()).size(), 2u);
}

TEST(BadInput, C90_NanStepsThatGoBackAndHistogramsOfNothing) {
  const TempDir folder;
  io::EventWriter writer(folder.path());
  writer.scalar("loss", kNan, 5);
  writer.scalar("loss", 2, 3);
  writer.histogram("empty", io::histogram_of(std::vector<double>{}), 6);
  writer.histogram("weights",
                   io::histogram_of(tensor({1.0f, static_cast<float>(kNan), -INFINITY, 2.0f}, {4})), 7);
  writer.flush();
  const auto loss = scalars_in(folder.path());
  ASSERT_EQ(loss.size(), 2u);
  EXPECT_EQ(loss[0], 2) << "ordered by step";
  EXPECT_TRUE(std::isnan(loss[1]));
  EXPECT_EQ(scalars_in(folder.path(), "weights/not_finite"), std::vector<double>{2});
  for (const io::Event& event : io::read_events(folder.path())) {
    for (const io::LoggedValue& value : event.values) {
      if (value.plugin != "histograms") continue;
      const auto& read = std::get<io::Histogram>(value.value);
      EXPECT_EQ(read.count, value.tag == "empty" ? 0 : 2);
      EXPECT_EQ(read.limits.size(), read.counts.size());
      EXPECT_GE(read.limits.size(), 1u);
    }
  }
}

TEST(BadInput, C90_PicturesCurvesAndGraphsThatAreNone) {
  const TempDir folder;
  io::EventWriter writer(folder.path());
  expect_error<ValueError>([&] { writer.image("a", io::Image{2, 2, 3, {1, 2}}, 1); }, {"2x2", "2 values"});
  expect_error<ValueError>([&] { writer.image("a", io::LoggedImage{.encoded = "GIF89a"}, 1); },
                           {"not a PNG"});
  expect_error<ValueError>(
      [&] {
        io::pr_curve_of(std::vector<double>{0.5, 1.5}, {true, false});
      },
      {"score 1 is 1.5", "[0, 1]"});
  expect_error<ValueError>(
      [&] {
        io::pr_curve_of(std::vector<double>{0.5}, {true, false});
      },
      {"1 scores and 2 truths"});
  expect_error<ValueError>(
      [&] {
        writer.graph({{.name = "a", .op = "x"}, {.name = "a", .op = "y"}});
      },
      {"two nodes", "'a'"});
  expect_error<ValueError>([&] { writer.graph({{.name = "a", .op = "x", .inputs = {"b"}}}); },
                           {"'a' reads 'b'"});
}

std::string some_file(const TempDir& folder) {
  io::EventWriter writer(folder.path(), {.clock = [] { return 1000.0; }});
  for (std::int64_t step = 1; step <= 4; ++step) writer.scalar("loss", double(step), step);
  writer.histogram("weights", io::histogram_of(std::vector<double>{1, 2, 3}), 5);
  writer.flush();
  return read_file(writer.path());
}

TEST(BadInput, C91_AFileThatIsCutAnywhereGivesItsWholeRecords) {
  const TempDir folder, cut;
  const std::string whole = some_file(folder);
  std::vector<std::size_t> ends = {0};  // of records
  for (std::size_t at = 0; at < whole.size();) {
    std::uint64_t length = 0;
    for (int k = 0; k < 8; ++k)
      length |= std::uint64_t{static_cast<unsigned char>(whole[at + std::size_t(k)])} << (8 * k);
    at += 16 + length;
    ends.push_back(at);
  }
  ASSERT_EQ(ends.size(), 7u);
  for (std::size_t size = 0; size <= whole.size(); ++size) {
    const std::string file = cut.write("cut", whole.substr(0, size));
    io::EventReader reader(file);
    std::size_t count = 0;
    while (reader.next()) ++count;
    const auto expected = std::upper_bound(ends.begin(), ends.end(), size) - ends.begin() - 1;
    EXPECT_EQ(count, static_cast<std::size_t>(expected)) << size;
    EXPECT_EQ(reader.damaged(), 0) << size;
    cut.write("cut", whole);  // the rest comes
    while (reader.next()) ++count;
    EXPECT_EQ(count, 6u) << size;
  }
}

TEST(BadInput, C91_ADamagedByteCostsOneRecord) {
  const TempDir folder, damaged;
  const std::string whole = some_file(folder);
  for (std::size_t at = 0; at < whole.size(); ++at) {
    std::string bytes = whole;
    bytes[at] = static_cast<char>(bytes[at] ^ 0x55);
    io::EventReader reader(damaged.write("damaged", bytes));
    int count = 0;
    while (reader.next()) ++count;
    EXPECT_EQ(count, 5) << "byte " << at;
    EXPECT_EQ(reader.damaged(), 1) << "byte " << at;
  }
}

TEST(BadInput, C91_BytesThatAreNoEventsGiveNone) {
  const TempDir folder;
  std::string noise;
  for (int k = 0; k < 5000; ++k) noise += static_cast<char>(k * 2654435761u >> 13);
  io::EventReader reader(folder.write("noise", noise));
  EXPECT_FALSE(reader.next());
  expect_error<FileError>([&] { io::EventReader(folder.path()); }, {"not a regular file"});
  expect_error<FileError>([&] { io::EventReader(folder.path() / "none"); }, {"none", "cannot open"});
}

TEST(BadInput, C91_ANewTrainingOpensAFileWhoseNameComesLater) {
  const TempDir folder;
  double now = 2000;
  const auto begin = [&] { return io::EventWriter(folder.path(), {.clock = [&] { return now; }}).path(); };
  const fs::path first = begin();
  now = 1000;  // the clock went backwards
  const fs::path second = begin();
  EXPECT_LT(first.filename().string(), second.filename().string());
  EXPECT_EQ(io::event_files(folder.path()), (std::vector<fs::path>{first, second}));
}

}  // namespace
}  // namespace luge
