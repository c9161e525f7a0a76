#include "cli/bench/loader.h"

#include <fmt/format.h>

#include <cstdio>
// after cstdio, which it needs
#include <jpeglib.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <memory>
#include <optional>

#include "cli/bench/measure.h"
#include "io/files/process.h"
#include "luge/data/batches.h"
#include "luge/data/image_folder.h"
#include "luge/data/sources.h"
#include "luge/error.h"
#include "luge/io/resize.h"

namespace luge::cli::bench {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kWanted = 224;
constexpr std::size_t kFiles = 16;

struct Extents {
  std::int64_t height, width;
};

// Soft shapes, as photos have them: noise would be all that is decoded.
io::Image scene(std::size_t number, const Extents& size) {
  io::Image image{size.height, size.width, 3,
                  std::vector<std::uint8_t>(static_cast<std::size_t>(size.height * size.width * 3))};
  const double phase = static_cast<double>(number);
  for (std::int64_t y = 0; y < size.height; ++y) {
    for (std::int64_t x = 0; x < size.width; ++x) {
      for (std::int64_t c = 0; c < 3; ++c) {
        const double u = static_cast<double>(x) / 40 + phase + static_cast<double>(c),
                     v = static_cast<double>(y) / 30 - phase;
        const double value = 127 + 60 * std::sin(u) * std::cos(v) + 50 * std::sin(u * v / 3) + (x * y % 7);
        image.pixels[static_cast<std::size_t>((y * size.width + x) * 3 + c)] =
            static_cast<std::uint8_t>(std::clamp(value, 0.0, 255.0));
      }
    }
  }
  return image;
}

// A folder for the files of the measurement.
class Folder {
 public:
  explicit Folder(const Extents& size)
      : path_(fs::temp_directory_path() / fmt::format("luge-bench-{}", io::this_process().pid)) {
    fs::create_directories(path_ / "a");
    for (std::size_t i = 0; i < kFiles; ++i) io::write_jpeg(file(i), scene(i, size), 90);
  }
  ~Folder() {
    std::error_code error;
    fs::remove_all(path_, error);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  const fs::path& path() const { return path_; }
  std::string file(std::size_t i) const { return (path_ / "a" / fmt::format("{}.jpg", i)).string(); }

 private:
  fs::path path_;
};

std::vector<unsigned char> content_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// What a program that only decodes does, with the file in memory. The files are sound: we have just made
// them.
void decode_alone(const std::vector<unsigned char>& file, std::vector<unsigned char>& pixels) {
  jpeg_decompress_struct jpeg{};
  jpeg_error_mgr errors{};
  jpeg.err = jpeg_std_error(&errors);
  jpeg_create_decompress(&jpeg);
  jpeg_mem_src(&jpeg, file.data(), static_cast<unsigned long>(file.size()));
  jpeg_read_header(&jpeg, TRUE);
  jpeg.out_color_space = JCS_RGB;
  jpeg_start_decompress(&jpeg);
  const std::size_t row_bytes = std::size_t{jpeg.output_width} * 3;
  while (jpeg.output_scanline < jpeg.output_height) {
    JSAMPROW row = pixels.data() + jpeg.output_scanline * row_bytes;
    jpeg_read_scanlines(&jpeg, &row, 1);
  }
  jpeg_finish_decompress(&jpeg);
  jpeg_destroy_decompress(&jpeg);
}

// Pictures a second of each way: rounds in turns, so that a busy machine slows all of them alike.
std::vector<double> rates(const std::vector<std::function<void()>>& ways, double seconds) {
  std::vector<std::vector<double>> times(ways.size());
  const Clock::time_point start = Clock::now();
  while (since(start) < seconds * static_cast<double>(ways.size()) || times[0].size() < 5) {
    for (std::size_t w = 0; w < ways.size(); ++w) {
      const Clock::time_point begin = Clock::now();
      ways[w]();
      times[w].push_back(since(begin));
    }
  }
  std::vector<double> found;
  for (std::vector<double>& each : times) {
    std::nth_element(each.begin(), each.begin() + static_cast<std::ptrdiff_t>(each.size() / 2), each.end());
    found.push_back(static_cast<double>(kFiles) / each[each.size() / 2]);
  }
  return found;
}

void add_pictures(const Extents& size, double seconds, std::vector<Figure>& figures) {
  const Folder folder(size);
  std::vector<std::vector<unsigned char>> files;
  for (std::size_t i = 0; i < kFiles; ++i) files.push_back(content_of(folder.file(i)));
  std::vector<unsigned char> pixels(static_cast<std::size_t>(size.height * size.width * 3));
  const data::Dataset loaded =
      data::image_folder(folder.path(), {.pictures = {.height = kWanted, .width = kWanted}, .memory = 0})
          .train;
  const data::Batches batches = loaded.batch(kFiles);
  // As a random resized crop does: a part of the picture becomes the whole.
  const auto share = [](std::int64_t extent, double part) { return static_cast<double>(extent) * part; };
  const io::ResizeOptions crop{.box = io::PictureBox{share(size.width, 0.1), share(size.height, 0.1),
                                                     share(size.width, 0.85), share(size.height, 0.9)}};
  volatile std::uint8_t sink = 0;
  const std::vector<double> found =
      rates({[&] {
               for (const std::vector<unsigned char>& file : files) decode_alone(file, pixels);
             },
             [&] { batches.epoch(0).next(); },
             [&] {
               for (std::size_t i = 0; i < kFiles; ++i)
                 sink = io::resize(io::read_image(folder.file(i)), kWanted, kWanted, crop).pixels[i];
             }},
            seconds);
  static_cast<void>(sink);
  const std::string name = fmt::format("JPEG {}x{}", size.width, size.height);
  figures.push_back({name + ", libjpeg alone", found[0], "pictures/s", 0});
  figures.push_back({name + ", batches of 224x224", found[1], "pictures/s", 0});
  figures.push_back({name + ", cropped to 224x224", found[2], "pictures/s", 0});
  figures.push_back({name + ", batches : libjpeg alone", found[1] / found[0], "", 0.8});
  figures.push_back({name + ", cropped : libjpeg alone", found[2] / found[0], "", 0.8});
}

void add_fashion_mnist(double seconds, std::vector<Figure>& figures) {
  std::optional<data::TrainTest> parts;
  try {
    parts = data::fashion_mnist();
  } catch (const FileError&) {
    return;  // not installed
  }
  const data::Batches batches = parts->train.shuffle().batch(64);
  const Measured pass = measure(
      [&] {
        data::Epoch epoch = batches.epoch(0);
        while (epoch.next()) {
        }
      },
      seconds, 3, 1);
  figures.push_back({"Fashion-MNIST, shuffled, batches of 64",
                     static_cast<double>(parts->train.size()) / pass.median, "samples/s", 0});
}

}  // namespace

std::vector<Figure> loader(double seconds) {
  std::vector<Figure> figures;
  add_pictures({375, 500}, seconds, figures);
  add_pictures({750, 1000}, seconds, figures);
  add_fashion_mnist(seconds, figures);
  return figures;
}

}  // namespace luge::cli::bench
