// mask_folder: pictures, and masks of the same names.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "data/bad_files.h"
#include "data/distinct.h"
#include "data/pictures/annotated.h"
#include "data/pictures/file_mark.h"
#include "data/sources/image_folder/picture.h"
#include "luge/data/picture_fields.h"
#include "luge/error.h"
#include "luge/io/image_facts.h"

namespace luge::data {
namespace fs = std::filesystem;
namespace {

constexpr const char *kImages = "images", *kMasks = "masks";
constexpr std::size_t kLooked =
    16;  // masks that say whether all are binary, pictures whether they have colors

struct Pair {
  std::string picture, mask;
  // What is wrong with a pixel, if pixels are 0 and 255, and if they are numbers of classes; known once bad
  // files are looked for.
  std::string not_binary = {}, not_class = {};
};

std::map<std::string, std::string> by_stem(const fs::path& folder) {
  std::map<std::string, std::string> files;
  for (const auto& entry : fs::directory_iterator(folder)) {
    const fs::path& path = entry.path();
    if (!is_picture_name(path) || path.filename().string().starts_with(".")) continue;
    if (!files.emplace(path.stem().string(), path.string()).second)
      throw FormatError(
          fmt::format("{}: has two pictures named '{}'", folder.string(), path.stem().string()));
  }
  return files;
}

bool has_colors(const io::Image& image) {
  if (image.channels < 3) return false;
  for (std::size_t k = 0; k < image.pixels.size(); k += static_cast<std::size_t>(image.channels)) {
    const std::uint8_t* p = image.pixels.data() + k;
    if (p[0] != p[1] || p[0] != p[2]) return true;
  }
  return false;
}

// A byte for each pixel: the number of the class where classes have colors, else what the file has.
class MaskReader {
 public:
  explicit MaskReader(const MaskClasses& classes) {
    for (const MaskColor& color : classes.colors) numbers_.emplace(color, numbers_.size());
  }
  io::Image operator()(const std::string& path) const {
    io::Image mask = io::read_image(path);
    if (!numbers_.empty()) return by_color(path, io::with_channels(mask, 3));
    if (has_colors(mask)) {
      throw FormatError(
          fmt::format("{}: is a mask with colors, and nothing says which class a color is; "
                      "expected gray numbers of classes, or next to the folders a file "
                      "labelmap.txt with a line NAME:RED,GREEN,BLUE for each class",
                      path));
    }
    return mask.channels == 1 ? mask : io::with_channels(mask, 1);
  }

 private:
  io::Image by_color(const std::string& path, const io::Image& mask) const {
    io::Image numbers{mask.height, mask.width, 1, {}};
    const auto width = static_cast<std::size_t>(mask.width);
    for (std::size_t k = 0; k < mask.pixels.size() / 3; ++k) {
      const MaskColor color{mask.pixels[3 * k], mask.pixels[3 * k + 1], mask.pixels[3 * k + 2]};
      const auto found = numbers_.find(color);
      if (found == numbers_.end()) {
        throw FormatError(
            fmt::format("{}: the pixel ({}, {}) has the color {},{},{}; expected one of the {} "
                        "colors of labelmap.txt",
                        path, k % width, k / width, color[0], color[1], color[2], numbers_.size()));
      }
      numbers.pixels.push_back(static_cast<std::uint8_t>(found->second));
    }
    return numbers;
  }
  std::map<MaskColor, std::size_t> numbers_;
};

void check_extents(const std::string& path, const io::Image& mask, const io::Image& image) {
  if (mask.height == image.height && mask.width == image.width) return;
  throw FormatError(fmt::format("{}: the mask has {}x{} pixels, the picture {}x{}", path, mask.width,
                                mask.height, image.width, image.height));
}

// What is wrong with the first pixel that means nothing; empty where all have a meaning.
std::string wrong_pixel(const std::string& path, const io::Image& mask, bool binary, std::size_t classes) {
  for (std::size_t k = 0; k < mask.pixels.size(); ++k) {
    const std::uint8_t value = mask.pixels[k];
    if (binary ? value == 0 || value == 255 : classes == 0 || value < classes) continue;
    const auto width = static_cast<std::size_t>(mask.width);
    return fmt::format("{}: the pixel ({}, {}) is {}; expected {}", path, k % width, k / width, value,
                       binary ? "0 or 255" : fmt::format("a class, 0 to {}", classes - 1));
  }
  return "";
}

// Decodes all of them where there is a function that is told the bad ones.
void leave_out_bad(std::vector<Pair>& pairs, const MaskReader& mask_in, std::size_t classes,
                   const BadFile& bad) {
  if (!bad) return;
  std::erase_if(pairs, [&](Pair& pair) {
    io::Image image;
    const bool picture = worked(bad, pair.picture, [&] { image = io::read_image(pair.picture); });
    const bool mask = worked(bad, pair.mask, [&] {
      const io::Image found = mask_in(pair.mask);
      if (picture) check_extents(pair.mask, found, image);
      pair.not_binary = wrong_pixel(pair.mask, found, true, classes);
      pair.not_class = wrong_pixel(pair.mask, found, false, classes);
    });
    return !picture || !mask;
  });
}

// Those whose pixels mean nothing, once it is known what pixels are.
void leave_out_wrong(std::vector<Pair>& pairs, bool binary, const BadFile& bad) {
  std::erase_if(pairs, [&](const Pair& pair) {
    const std::string& wrong = binary ? pair.not_binary : pair.not_class;
    return !worked(bad, pair.mask, [&] {
      if (!wrong.empty()) throw FormatError(wrong);
    });
  });
}

class MaskSource final : public Source {
 public:
  MaskSource(std::string name, std::vector<Pair> pairs, const MaskOptions& options, MaskReader mask_in,
             bool binary)
      : pairs_(std::move(pairs)), mask_in_(std::move(mask_in)), channels_(options.channels), binary_(binary) {
    info_.name = std::move(name);
    info_.classes = options.classes.names;
    if (binary && info_.classes.size() != 2) info_.classes = {"background", "foreground"};
    const io::ImageFacts first = io::image_facts(pairs_.front().picture);
    height_ = first.height, width_ = first.width;
    for (const Pair& pair : pairs_) {
      const io::ImageFacts each = io::image_facts(pair.picture);
      if (each.height != height_) height_ = unknown;
      if (each.width != width_) width_ = unknown;
      if (height_ == unknown && width_ == unknown) break;
    }
    info_.fields = {{std::string(kImage), {u8, {channels_, height_, width_}}},
                    {std::string(kMask), {u8, {height_, width_}}}};
  }
  std::int64_t size() const override { return static_cast<std::int64_t>(pairs_.size()); }
  const Info& info() const override { return info_; }
  std::string where(std::int64_t index) const override {
    return pairs_[static_cast<std::size_t>(index)].picture;
  }
  void read(std::int64_t index, Row& row) const override {
    const Pair& pair = pairs_[static_cast<std::size_t>(index)];
    const io::Image image = io::with_channels(io::read_image(pair.picture), channels_);
    if (row.wants(0)) to_planes(image, row.write_as<std::uint8_t>(0, {channels_, image.height, image.width}));
    if (!row.wants(1)) return;
    const io::Image mask = mask_in_(pair.mask);
    check_extents(pair.mask, mask, image);
    if (const std::string wrong = wrong_pixel(pair.mask, mask, binary_, info_.classes.size()); !wrong.empty())
      throw FormatError(wrong);
    const std::span<std::uint8_t> to = row.write_as<std::uint8_t>(1, {mask.height, mask.width});
    for (std::size_t k = 0; k < to.size(); ++k) to[k] = binary_ ? mask.pixels[k] == 255 : mask.pixels[k];
  }
  std::uint64_t fingerprint() const override {
    Fingerprint hash;
    for (const Pair& pair : pairs_) add_file(hash, pair.picture), add_file(hash, pair.mask);
    return hash.add(static_cast<std::uint64_t>(binary_)).value();
  }

 private:
  std::vector<Pair> pairs_;
  MaskReader mask_in_;
  std::int64_t channels_, height_ = 0, width_ = 0;
  bool binary_;
  Info info_;
};

std::int64_t channels_of(const std::vector<Pair>& pairs) {
  for (std::size_t k = 0; k < std::min(pairs.size(), kLooked); ++k) {
    if (has_colors(io::read_image(pairs[k].picture))) return 3;
  }
  return 1;
}

bool look_binary(const std::vector<Pair>& pairs, const MaskReader& mask_in) {
  for (std::size_t k = 0; k < std::min(pairs.size(), kLooked); ++k) {
    const io::Image mask = mask_in(pairs[k].mask);
    if (std::any_of(mask.pixels.begin(), mask.pixels.end(),
                    [](std::uint8_t v) { return v != 0 && v != 255; }))
      return false;
  }
  return true;
}

}  // namespace

Dataset mask_folder(const fs::path& folder, const MaskOptions& given) {
  MaskOptions options = given;
  if (options.classes.names.empty()) options.classes = mask_classes(folder);
  const std::vector<std::string>& names = options.classes.names;
  check_distinct("mask_folder", "classes", names);
  if (options.channels != 0 && options.channels != 1 && options.channels != 3)
    throw ValueError(fmt::format("mask_folder: channels is {}; expected 1, 3 or 0", options.channels));
  if (!options.classes.colors.empty() && options.classes.colors.size() != names.size()) {
    throw ValueError(fmt::format("mask_folder: there are {} colors for {} classes; expected one each",
                                 options.classes.colors.size(), names.size()));
  }
  std::error_code error;
  const fs::path images = folder / kImages / options.part, known = folder / kMasks / options.part;
  for (const fs::path& part : {images, known}) {
    if (!fs::is_directory(part, error))
      throw FileError(fmt::format("{}: is not a folder; expected {} and {}", part.string(), images.string(),
                                  known.string()));
  }
  const std::map<std::string, std::string> pictures = by_stem(images), masks = by_stem(known);
  std::vector<Pair> pairs;
  for (const auto& [stem, picture] : pictures) {
    const auto mask = masks.find(stem);
    const bool found = worked(options.bad, picture, [&] {
      if (mask == masks.end())
        throw FileError(fmt::format("{}: there is no mask of this name in {}", picture, known.string()));
    });
    if (found) pairs.push_back({picture, mask->second});
  }
  for (const auto& [stem, mask] : masks) {
    if (pictures.contains(stem)) continue;
    worked(options.bad, mask, [&, &mask = mask] {
      throw FileError(fmt::format("{}: there is no picture of this name in {}", mask, images.string()));
    });
  }
  const MaskReader mask_in(options.classes);
  leave_out_bad(pairs, mask_in, names.size(), options.bad);
  if (pairs.empty()) throw FormatError(fmt::format("{}: holds no pictures", folder.string()));
  // Numbers of classes may be 0 alone; then the names say that they are no bytes of 0 and 255.
  const bool numbers = !options.classes.colors.empty() || names.size() > 2;
  const bool binary = options.pixels == MaskPixels::binary ||
                      (options.pixels == MaskPixels::automatic && !numbers && look_binary(pairs, mask_in));
  leave_out_wrong(pairs, binary, options.bad);
  if (pairs.empty()) throw FormatError(fmt::format("{}: no mask can be used", folder.string()));
  if (options.channels == 0) options.channels = channels_of(pairs);
  return Dataset(std::make_shared<MaskSource>(options.name.empty() ? folder_name(folder) : options.name,
                                              std::move(pairs), options, mask_in, binary));
}

}  // namespace luge::data
