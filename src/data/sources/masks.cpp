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

constexpr std::size_t kLooked = 16;  // masks that say whether all are binary

struct Pair {
  std::string picture, mask;
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

io::Image mask_in(const std::string& path) {
  io::Image mask = io::read_image(path);
  return mask.channels == 1 ? mask : io::with_channels(mask, 1);
}

void check_extents(const std::string& path, const io::Image& mask, const io::Image& image) {
  if (mask.height == image.height && mask.width == image.width) return;
  throw FormatError(fmt::format("{}: the mask has {}x{} pixels, the picture {}x{}", path, mask.width,
                                mask.height, image.width, image.height));
}

// Decodes all of them where there is a function that is told the bad ones.
void leave_out_bad(std::vector<Pair>& pairs, const BadFile& bad) {
  if (!bad) return;
  std::erase_if(pairs, [&](const Pair& pair) {
    io::Image image;
    const bool picture = worked(bad, pair.picture, [&] { image = io::read_image(pair.picture); });
    const bool mask = worked(bad, pair.mask, [&] {
      const io::Image found = mask_in(pair.mask);
      if (picture) check_extents(pair.mask, found, image);
    });
    return !picture || !mask;
  });
}

class MaskSource final : public Source {
 public:
  MaskSource(std::string name, std::vector<Pair> pairs, const MaskOptions& options, bool binary)
      : pairs_(std::move(pairs)), channels_(options.channels), binary_(binary) {
    info_.name = std::move(name);
    info_.classes = binary ? std::vector<std::string>{"background", "foreground"} : options.classes;
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
    const io::Image mask = mask_in(pair.mask);
    check_extents(pair.mask, mask, image);
    const std::span<std::uint8_t> to = row.write_as<std::uint8_t>(1, {mask.height, mask.width});
    const std::size_t classes = info_.classes.size();
    for (std::size_t k = 0; k < to.size(); ++k) {
      const std::uint8_t value = mask.pixels[k];
      const bool right = binary_ ? value == 0 || value == 255 : classes == 0 || value < classes;
      if (!right) {
        throw FormatError(fmt::format("{}: the pixel ({}, {}) is {}; expected {}", pair.mask,
                                      k % static_cast<std::size_t>(mask.width),
                                      k / static_cast<std::size_t>(mask.width), value,
                                      binary_ ? "0 or 255" : fmt::format("a class, 0 to {}", classes - 1)));
      }
      to[k] = binary_ ? value == 255 : value;
    }
  }
  std::uint64_t fingerprint() const override {
    Fingerprint hash;
    for (const Pair& pair : pairs_) add_file(hash, pair.picture), add_file(hash, pair.mask);
    return hash.add(static_cast<std::uint64_t>(binary_)).value();
  }

 private:
  std::vector<Pair> pairs_;
  std::int64_t channels_, height_ = 0, width_ = 0;
  bool binary_;
  Info info_;
};

bool look_binary(const std::vector<Pair>& pairs) {
  for (std::size_t k = 0; k < std::min(pairs.size(), kLooked); ++k) {
    const io::Image mask = mask_in(pairs[k].mask);
    if (std::any_of(mask.pixels.begin(), mask.pixels.end(),
                    [](std::uint8_t v) { return v != 0 && v != 255; }))
      return false;
  }
  return true;
}

}  // namespace

Dataset mask_folder(const fs::path& folder, const MaskOptions& options) {
  check_distinct("mask_folder", "classes", options.classes);
  if (options.channels != 1 && options.channels != 3)
    throw ValueError(fmt::format("mask_folder: channels is {}; expected 1 or 3", options.channels));
  std::error_code error;
  for (const char* part : {"images", "masks"}) {
    if (!fs::is_directory(folder / part, error))
      throw FileError(fmt::format("{}: has no folder {}; expected images and masks", folder.string(), part));
  }
  const std::map<std::string, std::string> pictures = by_stem(folder / "images"),
                                           masks = by_stem(folder / "masks");
  std::vector<Pair> pairs;
  for (const auto& [stem, picture] : pictures) {
    const auto mask = masks.find(stem);
    const bool found = worked(options.bad, picture, [&] {
      if (mask == masks.end())
        throw FileError(
            fmt::format("{}: there is no mask of this name in {}", picture, (folder / "masks").string()));
    });
    if (found) pairs.push_back({picture, mask->second});
  }
  for (const auto& [stem, mask] : masks) {
    if (pictures.contains(stem)) continue;
    worked(options.bad, mask, [&, &mask = mask] {
      throw FileError(
          fmt::format("{}: there is no picture of this name in {}", mask, (folder / "images").string()));
    });
  }
  leave_out_bad(pairs, options.bad);
  if (pairs.empty()) throw FormatError(fmt::format("{}: holds no pictures", folder.string()));
  const bool binary =
      options.pixels == MaskPixels::binary || (options.pixels == MaskPixels::automatic && look_binary(pairs));
  return Dataset(std::make_shared<MaskSource>(options.name.empty() ? folder_name(folder) : options.name,
                                              std::move(pairs), options, binary));
}

}  // namespace luge::data
