// image_folder: pictures that are decoded when they are read, and kept where memory allows.
#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <mutex>

#include "data/distinct.h"
#include "data/fingerprint.h"
#include "data/sources/image_folder/listing.h"
#include "data/sources/image_folder/picture.h"
#include "io/files/input_file.h"
#include "io/files/last_part.h"
#include "io/image/scratch.h"
#include "luge/error.h"

namespace luge::data {
namespace fs = std::filesystem;
namespace {

// Decoded pictures of one size. A picture that another thread is just keeping is decoded once more.
class Kept {
 public:
  Kept(std::size_t count, std::size_t bytes) : bytes_(bytes), state_(count) {
    memory_ = std::make_unique_for_overwrite<std::uint8_t[]>(count * bytes);
  }
  bool read(std::size_t index, std::span<std::uint8_t> to) const {
    if (state_[index].load(std::memory_order_acquire) != kThere) return false;
    std::memcpy(to.data(), memory_.get() + index * bytes_, bytes_);
    return true;
  }
  void keep(std::size_t index, std::span<const std::uint8_t> from) {
    int expected = kEmpty;
    if (!state_[index].compare_exchange_strong(expected, kBusy)) return;
    std::memcpy(memory_.get() + index * bytes_, from.data(), bytes_);
    state_[index].store(kThere, std::memory_order_release);
  }

 private:
  static constexpr int kEmpty = 0, kBusy = 1, kThere = 2;
  std::size_t bytes_;
  std::vector<std::atomic<int>> state_;
  std::unique_ptr<std::uint8_t[]> memory_;
};

class PictureSource final : public Source {
 public:
  PictureSource(fs::path folder, std::vector<PictureFile> files, const PictureOptions& pictures, Info info)
      : folder_(std::move(folder)), files_(std::move(files)), pictures_(pictures), info_(std::move(info)) {}

  void keep() { kept_ = std::make_unique<Kept>(files_.size(), info_.input().bytes()); }

  std::int64_t size() const override { return static_cast<std::int64_t>(files_.size()); }
  const Info& info() const override { return info_; }
  void read(std::int64_t index, Row& row) const override {
    const auto i = static_cast<std::size_t>(index);
    if (row.wants(kTargetField)) row.write_as<std::int64_t>(kTargetField)[0] = files_[i].label;
    if (!row.wants(kInputField)) return;
    if (kept_ && kept_->read(i, row.write_as<std::uint8_t>(kInputField))) return;
    io::Image image = read_wanted(path_of(i), pictures_);
    const std::span<std::uint8_t> to =
        row.write_as<std::uint8_t>(kInputField, {image.channels, image.height, image.width});
    to_planes(image, to);
    io::give_back(std::move(image.pixels));
    if (kept_) kept_->keep(i, to);
  }
  std::string where(std::int64_t index) const override {
    return path_of(static_cast<std::size_t>(index)).string();
  }
  Shape shape_of(std::int64_t index, std::size_t field) const override {
    const Field& of = info_.fields[field];
    if (of.fixed()) return of.shape;
    const PictureFile& file = files_[static_cast<std::size_t>(index)];
    return {channels_of(pictures_.color), file.height, file.width};
  }
  std::uint64_t fingerprint() const override {
    std::call_once(hashed_, [this] { hash_ = hash_of_files(); });
    return hash_;
  }

  static constexpr std::size_t kInputField = 0, kTargetField = 1;

 private:
  fs::path path_of(std::size_t index) const { return folder_ / files_[index].name; }
  std::uint64_t hash_of_files() const {
    Fingerprint hash;
    hash.add(static_cast<std::uint64_t>(pictures_.height)).add(static_cast<std::uint64_t>(pictures_.width));
    hash.add(static_cast<std::uint64_t>(pictures_.color)).add(static_cast<std::uint64_t>(pictures_.filter));
    std::vector<std::byte> block(std::size_t{1} << 18);
    for (std::size_t i = 0; i < files_.size(); ++i) {
      const io::InputFile file(path_of(i).string());
      hash.add(files_[i].name).add(static_cast<std::uint64_t>(files_[i].label)).add(file.size());
      for (std::uint64_t at = 0; at < file.size(); at += block.size()) {
        const std::size_t got = file.read_some(at, block);
        hash.add(std::span<const std::byte>(block).first(got));
      }
    }
    return hash.value();
  }

  fs::path folder_;
  std::vector<PictureFile> files_;
  PictureOptions pictures_;
  Info info_;
  std::unique_ptr<Kept> kept_;  // null: pictures are decoded each time
  mutable std::once_flag hashed_;
  mutable std::uint64_t hash_ = 0;
};

// What all files have in common, as far as it was not asked for.
PictureOptions settled(const PictureListing& listing, PictureOptions pictures) {
  std::int64_t channels = 1;
  const PictureFile& first = listing.parts.front().files.front();
  bool same = true;
  for (const PicturePart& part : listing.parts) {
    for (const PictureFile& file : part.files) {
      channels = std::max(channels, file.channels);
      same = same && file.height == first.height && file.width == first.width;
    }
  }
  if (pictures.height == 0 && same) {
    pictures.height = first.height;
    pictures.width = first.width;
  }
  return with_color(pictures, channels);
}

std::int64_t bytes_of(const PictureListing& listing, const Field& input) {
  std::int64_t files = 0, bytes = 0;
  for (const PicturePart& part : listing.parts) files += static_cast<std::int64_t>(part.files.size());
  return __builtin_mul_overflow(files, static_cast<std::int64_t>(input.bytes()), &bytes) ? INT64_MAX : bytes;
}

}  // namespace

ImageFolder image_folder(const fs::path& folder, const ImageFolderOptions& options) {
  check_options("image_folder", options.pictures);
  check_distinct("image_folder", "classes", options.classes);
  PictureListing listing = list_pictures(folder, options);
  const PictureOptions pictures = settled(listing, options.pictures);
  const auto extent = [](std::int64_t size) { return size == 0 ? unknown : size; };
  Info info;
  info.name = io::last_part(folder);
  info.classes = listing.classes;
  const Field input{u8, {channels_of(pictures.color), extent(pictures.height), extent(pictures.width)}};
  info.fields = {{std::string(kInput), input}, {std::string(kTarget), {i64, {}}}};
  const bool keeps = input.fixed() && bytes_of(listing, input) <= options.memory;
  std::vector<Dataset> parts;
  for (PicturePart& part : listing.parts) {
    auto source = std::make_shared<PictureSource>(folder, std::move(part.files), pictures, info);
    if (keeps) source->keep();
    parts.push_back(Dataset(std::move(source)).affine({{0.0f}, {1.0f / 255.0f}}));
  }
  ImageFolder made{parts.front(), {}, {}, pictures, std::move(listing.notes)};
  for (std::size_t k = 1; k < parts.size(); ++k)
    (listing.parts[k].name == "test" ? made.test : made.validation) = parts[k];
  return made;
}

}  // namespace luge::data
