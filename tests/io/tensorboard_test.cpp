// Event files: the bytes of records and messages, and an independent reader.
#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstring>
#include <limits>

#include "io/tensorboard/crc32c.h"
#include "io/tensorboard/record.h"
#include "luge/error.h"
#include "luge/io/tensorboard.h"
#include "luge/ops/shape.h"
#include "support/temp_dir.h"

namespace luge {
namespace {

using namespace std::string_view_literals;
using testing::TempDir;

// An independent reader of protocol buffers: the fields of a message, with a path of numbers before each.
struct Plain {
  std::string bytes;
  std::size_t at = 0;

  std::uint64_t fixed(int count) {
    std::uint64_t value = 0;
    for (int k = 0; k < count; ++k)
      value |= std::uint64_t{static_cast<unsigned char>(bytes.at(at++))} << (8 * k);
    return value;
  }
  std::uint64_t varint() {
    std::uint64_t value = 0;
    for (int shift = 0;; shift += 7) {
      const auto byte = static_cast<unsigned char>(bytes.at(at++));
      value |= std::uint64_t{byte & 127u} << shift;
      if (byte < 128) return value;
    }
  }
  std::string take(std::uint64_t count) {
    const std::string taken = bytes.substr(at, count);
    EXPECT_EQ(taken.size(), count);
    at += count;
    return taken;
  }
  // The bytes or bits of all fields with this number.
  std::vector<std::string> fields(int number) {
    std::vector<std::string> found;
    for (at = 0; at < bytes.size();) {
      const std::uint64_t key = varint();
      std::string value;
      switch (key & 7) {
        case 0: value = std::to_string(varint()); break;
        case 1: value = take(8); break;
        case 2: value = take(varint()); break;
        case 5: value = take(4); break;
        default: ADD_FAILURE() << "form " << (key & 7); return {};
      }
      if (key >> 3 == static_cast<std::uint64_t>(number)) found.push_back(value);
    }
    return found;
  }
};

std::string only(const std::string& message, std::initializer_list<int> path) {
  std::string now = message;
  for (const int number : path) {
    const auto found = Plain{now}.fields(number);
    if (found.size() != 1) {
      ADD_FAILURE() << found.size() << " fields " << number;
      return "";
    }
    now = found[0];
  }
  return now;
}

template <class T>
T number(const std::string& bytes) {
  T value{};
  EXPECT_EQ(bytes.size(), sizeof(T));
  std::memcpy(&value, bytes.data(), std::min(bytes.size(), sizeof(T)));
  return value;
}

// Bit by bit, as the polynomial defines it.
std::uint32_t slow_masked_crc(const std::string& bytes) {
  std::uint32_t crc = ~0u;
  for (const char c : bytes) {
    crc ^= static_cast<unsigned char>(c);
    for (int k = 0; k < 8; ++k) crc = crc >> 1 ^ (crc & 1 ? 0x82f63b78u : 0);
  }
  return std::rotr(~crc, 15) + 0xa282ead8u;
}

// The records of a file, each with both of its checksums.
std::vector<std::string> records(const std::filesystem::path& file) {
  Plain all{testing::read_file(file)};
  std::vector<std::string> found;
  while (all.at < all.bytes.size()) {
    const std::string head = all.take(8);
    EXPECT_EQ(all.fixed(4), slow_masked_crc(head));
    found.push_back(all.take(Plain{head}.fixed(8)));
    EXPECT_EQ(all.fixed(4), slow_masked_crc(found.back()));
  }
  return found;
}

io::EventWriter writer_in(const std::filesystem::path& folder, std::int64_t restart_at = 0) {
  return io::EventWriter(folder, {.restart_at = restart_at, .clock = [] { return 1234567890.5; }});
}

TEST(EventFile, HasTheChecksumsOfTheFormat) {
  EXPECT_EQ(io::crc32c(std::string(32, '\0')), 0x8a9136aau);
  EXPECT_EQ(io::masked_crc32c("\x1a\x11\x43RC test, one two"), 0x5794d08au);
  for (std::size_t length = 0; length < 40; ++length) {
    std::string bytes;
    for (std::size_t k = 0; k < length; ++k) bytes += static_cast<char>(37 * k + length);
    EXPECT_EQ(io::masked_crc32c(bytes), slow_masked_crc(bytes)) << length;
  }
}

// What TensorFlow wrote for tf.summary.scalar("accuracy", 0.99, step=77).
const std::string_view kVersion =
    "\x09\x00\x00\x80\x38\x99\xd6\xd7\x41\x1a\x0d"
    "brain.Event:2"sv;
const std::string_view kAccuracy =
    "\x09\xc4\x05\xb7\x3d\x99\xd6\xd7\x41\x10\x4d\x2a\x25\x0a\x23\x0a\x08"
    "accuracy\x42\x0a\x08\x01\x12\x00\x22\x04\xa4\x70\x7d\x3f\x4a\x0b\x0a\x09\x0a\x07"
    "scalars"sv;

TEST(EventFile, HasTheRecordsOfTheFormat) {
  std::string made;
  io::append_record(made, kVersion);
  EXPECT_EQ(made.substr(0, 12), "\x18\0\0\0\0\0\0\0\xa3\x7f\x4b\x22"sv);
  EXPECT_EQ(made.substr(12, 24), kVersion);
  EXPECT_EQ(made.substr(36), "\x12\x4b\x36\xab"sv);
  made.clear();
  io::append_record(made, kAccuracy);
  EXPECT_EQ(made.substr(0, 12), "\x32\0\0\0\0\0\0\0\x24\x19\x56\xec"sv);
  EXPECT_EQ(made.substr(62), "\xa5\x5b\x64\x33"sv);
}

TEST(EventFile, ReadsWhatTensorFlowWrote) {
  const TempDir folder;
  std::string file;
  io::append_record(file, kVersion);
  io::append_record(file, kAccuracy);
  folder.write("events.out.tfevents.1", file);
  const auto events = io::read_events(folder.path());
  ASSERT_EQ(events.size(), 2u);
  EXPECT_EQ(events[0].file_version, "brain.Event:2");
  EXPECT_EQ(events[1].step, 77);
  ASSERT_EQ(events[1].values.size(), 1u);
  EXPECT_EQ(events[1].values[0].tag, "accuracy");
  EXPECT_EQ(events[1].values[0].plugin, "scalars");
  EXPECT_EQ(std::get<double>(events[1].values[0].value), 0.99f);
}

TEST(EventFile, IsReadByAnIndependentReader) {
  const TempDir folder;
  auto writer = writer_in(folder.path());
  writer.scalar("loss", 0.25, 7);
  writer.scalar("late", -1e30, std::int64_t{1} << 40);
  writer.text("note", "*one*", 3);
  writer.flush();
  const auto found = records(writer.path());
  ASSERT_EQ(found.size(), 4u);
  EXPECT_EQ(only(found[0], {3}), "brain.Event:2");
  EXPECT_EQ(number<double>(only(found[0], {1})), 1234567890.5);
  EXPECT_EQ(only(found[1], {2}), "7");
  EXPECT_EQ(only(found[1], {5, 1, 1}), "loss");
  EXPECT_EQ(number<float>(only(found[1], {5, 1, 2})), 0.25f);
  EXPECT_EQ(only(found[1], {5, 1, 9, 1, 1}), "scalars");
  EXPECT_EQ(only(found[2], {2}), std::to_string(std::int64_t{1} << 40));
  EXPECT_EQ(number<float>(only(found[2], {5, 1, 2})), -1e30f);
  EXPECT_EQ(only(found[3], {5, 1, 8, 8}), "*one*");
}

TEST(EventFile, CountsNumbersInBuckets) {
  const std::vector<double> numbers = {0, 1, 1.05, -2, 1e-13, 1e30, -1e30, 0.5, 0.5};
  const io::Histogram found = io::histogram_of(numbers);
  EXPECT_EQ(found.count, 9);
  EXPECT_EQ(found.min, -1e30);
  EXPECT_EQ(found.max, 1e30);
  ASSERT_EQ(found.limits.size(), found.counts.size());
  for (std::size_t k = 0; k < found.limits.size(); ++k) {
    double expected = 0;
    for (const double each : numbers)
      expected += each < found.limits[k] && (k == 0 || each >= found.limits[k - 1]);
    EXPECT_EQ(found.counts[k], expected) << "bucket up to " << found.limits[k];
    EXPECT_TRUE(k == 0 || found.limits[k] > found.limits[k - 1]);
  }
  double counted = 0;
  for (const double count : found.counts) counted += count;
  EXPECT_EQ(counted, 9);
}

TEST(EventFile, TellsHistogramsPicturesGraphsAndCurvesAgain) {
  const TempDir folder;
  auto writer = writer_in(folder.path());
  const io::Histogram histogram = io::histogram_of(std::vector<double>{1, 2, 2.5, -3});
  writer.histogram("weights/a", histogram, 5);
  writer.image("picture",
               {.height = 2, .width = 3, .channels = 3, .pixels = std::vector<std::uint8_t>(18, 9)}, 5);
  writer.pr_curve("pr", io::pr_curve_of(std::vector<double>{0.1, 0.4, 0.9, 1}, {false, true, false, true}, 3),
                  5);
  writer.graph({{.name = "a/x", .op = "placeholder", .inputs = {}, .dtype = "f32", .shape = Shape{2, 3}},
                {.name = "b", .op = "relu", .inputs = {"a/x"}}});
  writer.flush();
  const auto events = io::read_events(folder.path());
  ASSERT_EQ(events.size(), 5u);
  EXPECT_EQ(only(events[1].graph, {4, 1}), "22");
  EXPECT_EQ(Plain{events[1].graph}.fields(1).size(), 2u);
  const auto& read = std::get<io::Histogram>(events[2].values[0].value);
  EXPECT_EQ(read.limits, histogram.limits);
  EXPECT_EQ(read.counts, histogram.counts);
  EXPECT_EQ(read.sum, 2.5);
  EXPECT_EQ(read.sum_squares, 1 + 4 + 6.25 + 9);
  const auto& picture = std::get<io::LoggedImage>(events[3].values[0].value);
  EXPECT_EQ(picture.width, 3);
  EXPECT_EQ(picture.encoded.substr(1, 3), "PNG");
  const auto& curve = std::get<io::LoggedNumbers>(events[4].values[0].value);
  EXPECT_EQ(curve.shape, (std::vector<std::int64_t>{6, 3}));
  EXPECT_EQ(events[4].values[0].plugin, "pr_curves");
  // Thresholds 0, 0.5 and 1: true positives 2, 1, 1 and false positives 2, 1, 0.
  EXPECT_EQ(std::vector<double>(curve.numbers.begin(), curve.numbers.begin() + 6),
            (std::vector<double>{2, 1, 1, 2, 1, 0}));
  EXPECT_EQ(std::vector<double>(curve.numbers.end() - 3, curve.numbers.end()),
            (std::vector<double>{1, 0.5, 0.5}));
}

TEST(EventFile, OfAResumedTrainingTakesThePlaceOfLaterSteps) {
  const TempDir folder;
  {
    auto first = writer_in(folder.path());
    for (std::int64_t step = 1; step <= 5; ++step) first.scalar("loss", double(step), step);
  }
  {
    auto second = writer_in(folder.path(), 4);
    for (std::int64_t step = 4; step <= 6; ++step) second.scalar("loss", double(10 * step), step);
  }
  ASSERT_EQ(io::event_files(folder.path()).size(), 2u);
  std::vector<double> values;
  for (const io::Event& event : io::read_events(folder.path())) {
    for (const io::LoggedValue& value : event.values) values.push_back(std::get<double>(value.value));
  }
  EXPECT_EQ(values, (std::vector<double>{1, 2, 3, 40, 50, 60}));
}

TEST(EventFile, GrowsWhileItIsRead) {
  const TempDir folder;
  auto writer = writer_in(folder.path());
  io::EventReader reader(writer.path());
  EXPECT_TRUE(reader.next());
  EXPECT_FALSE(reader.next());
  writer.scalar("loss", 1, 1);
  EXPECT_FALSE(reader.next());
  writer.flush();
  const auto event = reader.next();
  ASSERT_TRUE(event);
  EXPECT_EQ(event->step, 1);
  EXPECT_EQ(reader.damaged(), 0);
}

}  // namespace
}  // namespace luge
