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
#include "luge/data/augment.h"
#include "luge/data/batches.h"
#include "luge/data/image_folder.h"
#include "luge/data/recipe.h"
#include "luge/data/sources.h"
#include "luge/data/spent.h"
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

// Soft shapes with the grain of a photo: 224x224 become 2.6 bits a pixel at quality 90, as photos of hands
// do.
io::Image scene(std::size_t number, const Extents& size) {
  io::Image image{size.height, size.width, 3,
                  std::vector<std::uint8_t>(static_cast<std::size_t>(size.height * size.width * 3))};
  const double phase = static_cast<double>(number);
  for (std::int64_t y = 0; y < size.height; ++y) {
    for (std::int64_t x = 0; x < size.width; ++x) {
      const auto hash = static_cast<std::uint32_t>(x * 2654435761 + y * 40503 * (x + 7));
      const auto grain = static_cast<double>((hash >> 16) % 23);
      for (std::int64_t c = 0; c < 3; ++c) {
        const double u = static_cast<double>(x) / 40 + phase + static_cast<double>(c),
                     v = static_cast<double>(y) / 30 - phase;
        const double value = 110 + 60 * std::sin(u) * std::cos(v) + 50 * std::sin(u * v / 3) + grain;
        image.pixels[static_cast<std::size_t>((y * size.width + x) * 3 + c)] =
            static_cast<std::uint8_t>(std::clamp(value, 0.0, 255.0));
      }
    }
  }
  return image;
}

std::string file_in(const fs::path& folder, std::size_t i) {
  return (folder / "a" / fmt::format("{}.jpg", i)).string();
}

void write_pictures(const fs::path& folder, const Extents& size) {
  fs::create_directories(folder / "a");
  for (std::size_t i = 0; i < kFiles; ++i) io::write_jpeg(file_in(folder, i), scene(i, size), 90);
}

// A folder for the files of the measurement.
class Folder {
 public:
  explicit Folder(const Extents& size)
      : path_(fs::temp_directory_path() / fmt::format("luge-bench-{}", io::this_process().pid)) {
    write_pictures(path_, size);
  }
  ~Folder() {
    std::error_code error;
    fs::remove_all(path_, error);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  const fs::path& path() const { return path_; }
  std::string file(std::size_t i) const { return file_in(path_, i); }

 private:
  fs::path path_;
};

void read_content(const std::string& path, std::vector<unsigned char>& content) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rb"), std::fclose);
  if (!file) throw FileError(fmt::format("{}: cannot open", path));
  content.resize(fs::file_size(path));
  content.resize(std::fread(content.data(), 1, content.size(), file.get()));
}

// What a program that only decodes does with a file it has read. The files are sound: we have just made them.
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

// A way to make pictures from the same files.
struct Way {
  std::string name;
  std::function<void()> run;  // all files once
};

// Pictures a second of each way, and how that compares with the first one. Rounds in turns, compared one by
// one, so that a busy machine slows all ways alike.
void add_ways(const std::string& files, const std::vector<Way>& ways, double seconds,
              std::vector<Figure>& figures) {
  std::vector<std::vector<double>> times(ways.size()), ratios(ways.size());
  const Clock::time_point start = Clock::now();
  for (const Way& way : ways) way.run();  // warm
  while (since(start) < seconds * static_cast<double>(ways.size()) || times[0].size() < 5) {
    for (std::size_t w = 0; w < ways.size(); ++w) {
      const Clock::time_point begin = Clock::now();
      ways[w].run();
      times[w].push_back(since(begin));
      ratios[w].push_back(times[0].back() / times[w].back());
    }
  }
  for (std::size_t w = 0; w < ways.size(); ++w) {
    const std::string name = fmt::format("{}, {}", files, ways[w].name);
    figures.push_back({name, static_cast<double>(kFiles) / median(times[w]), "pictures/s", 0});
    if (w > 0) figures.push_back({name + " : " + ways[0].name, median(ratios[w]), "", 0.8});
  }
}

// Files, and what libjpeg alone needs to decode them.
struct Files {
  explicit Files(const Extents& size)
      : folder(size), pixels(static_cast<std::size_t>(size.height * size.width * 3)) {}
  Folder folder;
  std::vector<unsigned char> content, pixels;
  void decode_all() {
    for (std::size_t i = 0; i < kFiles; ++i) {
      read_content(folder.file(i), content);
      decode_alone(content, pixels);
    }
  }
};

std::string name_of(const Extents& size) { return fmt::format("JPEG {}x{}", size.width, size.height); }

void run_epoch(const data::Batches& batches, std::int64_t number) {
  data::Epoch epoch = batches.epoch(number);
  while (auto batch = epoch.next()) data::give_back(std::move(*batch));
}

// Photos that are larger than the network wants them.
void add_larger(const Extents& size, double seconds, std::vector<Figure>& figures) {
  Files files(size);
  const data::Batches batches =
      data::image_folder(files.folder.path(),
                         {.pictures = {.height = kWanted, .width = kWanted}, .memory = 0})
          .train.batch(kFiles);
  // As a random resized crop does: a part of the picture becomes the whole.
  const auto share = [](std::int64_t extent, double part) { return static_cast<double>(extent) * part; };
  const io::ResizeOptions crop{.box = io::PictureBox{share(size.width, 0.1), share(size.height, 0.1),
                                                     share(size.width, 0.85), share(size.height, 0.9)}};
  volatile std::uint8_t sink = 0;
  add_ways(name_of(size),
           {{"libjpeg alone", [&] { files.decode_all(); }},
            {"batches of 224x224", [&] { run_epoch(batches, 0); }},
            {"cropped to 224x224",
             [&] {
               for (std::size_t i = 0; i < kFiles; ++i)
                 sink = io::resize(io::read_image(files.folder.file(i)), kWanted, kWanted, crop).pixels[i];
             }}},
           seconds, figures);
  static_cast<void>(sink);
}

// Pictures of the wanted size, as a training with augment=crop,flip reads them: standardized at the end.
void add_augmented(double seconds, std::vector<Figure>& figures) {
  const Extents size{kWanted, kWanted};
  Files files(size);
  const auto augmented = [&](std::int64_t memory) {
    const data::Dataset train = data::image_folder(files.folder.path(), {.memory = memory}).train;
    const data::Augmentation moved = data::augmentation("crop").then(data::augmentation("flip"));
    const data::Dataset standardized =
        data::Recipe({data::steps::scale()}).fit(train).training(train.augment(moved, 1));
    return standardized.shuffle({.seed = 1});
  };
  const data::Batches plain = data::image_folder(files.folder.path(), {.memory = 0}).train.batch(kFiles);
  const data::Batches decoded = augmented(0).batch(kFiles),
                      kept = augmented(std::int64_t{1} << 30).batch(kFiles),
                      threads = augmented(0).batch(kFiles / 4).prefetch({.workers = 2});
  std::int64_t epoch = 0;
  add_ways(name_of(size),
           {{"libjpeg alone", [&] { files.decode_all(); }},
            {"batches", [&] { run_epoch(plain, 0); }},
            {"augmented batches", [&] { run_epoch(decoded, ++epoch); }},
            {"augmented, 2 loader threads", [&] { run_epoch(threads, ++epoch); }},
            {"augmented, decoded once and kept", [&] { run_epoch(kept, ++epoch); }}},
           seconds, figures);
}

void add_fashion_mnist(double seconds, std::vector<Figure>& figures) {
  std::optional<data::TrainTest> parts;
  try {
    parts = data::fashion_mnist();
  } catch (const FileError&) {
    return;  // not installed
  }
  // What a training of LeNet reads.
  const data::Dataset train = data::Recipe({data::steps::scale()}).fit(parts->train).training(parts->train);
  const data::Batches batches = train.shuffle({.seed = 1}).batch(64);
  std::int64_t number = 0;
  const Measured pass = measure([&] { run_epoch(batches, ++number); }, seconds, 3, 1);
  figures.push_back({"Fashion-MNIST, standardized, shuffled, batches of 64",
                     static_cast<double>(parts->train.size()) / pass.median, "samples/s", 0});
}

}  // namespace

void write_loader_files(const fs::path& folder) { write_pictures(folder, {kWanted, kWanted}); }

std::vector<Figure> loader(double seconds) {
  std::vector<Figure> figures;
  add_augmented(seconds, figures);
  add_larger({375, 500}, seconds, figures);
  add_larger({750, 1000}, seconds, figures);
  add_fashion_mnist(seconds, figures);
  return figures;
}

}  // namespace luge::cli::bench
