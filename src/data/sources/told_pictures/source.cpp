#include "data/sources/told_pictures/source.h"

#include <fmt/format.h>

#include <algorithm>

#include "data/bad_files.h"
#include "data/fingerprint.h"
#include "data/pictures/file_mark.h"
#include "data/sources/image_folder/picture.h"
#include "luge/data/picture_fields.h"
#include "luge/error.h"
#include "luge/io/image_facts.h"

namespace luge::data {
namespace {

class ToldSource final : public Source {
 public:
  ToldSource(ToldSet set, const PictureOptions& pictures) : set_(std::move(set)), pictures_(pictures) {
    const auto known = [](std::int64_t extent) { return extent > 0 ? extent : unknown; };
    info_.name = set_.name;
    info_.classes = set_.classes;
    info_.fields = {{std::string(kInput),
                     {u8, {channels_of(pictures_.color), known(pictures_.height), known(pictures_.width)}}},
                    {set_.field, set_.of}};
  }
  std::int64_t size() const override { return std::ssize(set_.pictures); }
  const Info& info() const override { return info_; }
  std::string where(std::int64_t index) const override { return at(index).where; }
  void read(std::int64_t index, Row& row) const override {
    const ToldPicture& each = at(index);
    if (row.wants(0)) {
      const io::Image image = read_wanted(each.path, pictures_);
      to_planes(image, row.write_as<std::uint8_t>(0, {image.channels, image.height, image.width}));
    }
    if (row.wants(1)) row.write(1, set_.field == kPoints ? moved(each) : each.value);
  }
  Shape shape_of(std::int64_t index, std::size_t field) const override {
    if (field != 0) return at(index).value.field.shape;
    const bool same = pictures_.height > 0;
    return {channels_of(pictures_.color), same ? pictures_.height : at(index).height,
            same ? pictures_.width : at(index).width};
  }
  // Pictures are known by the sizes and times of their files.
  std::uint64_t fingerprint() const override {
    Fingerprint hash;
    for (const ToldPicture& each : set_.pictures) {
      add_file(hash, each.path);
      hash.add(std::span<const std::byte>(each.value.bytes));
    }
    for (const std::int64_t extent : {pictures_.height, pictures_.width, channels_of(pictures_.color)})
      hash.add(static_cast<std::uint64_t>(extent));
    return hash.add(static_cast<std::uint64_t>(pictures_.filter)).value();
  }

 private:
  const ToldPicture& at(std::int64_t index) const { return set_.pictures[static_cast<std::size_t>(index)]; }
  // Points of the resized picture.
  HostArray moved(const ToldPicture& each) const {
    HostArray value = each.value;
    if (pictures_.height == 0) return value;
    const float x = static_cast<float>(pictures_.width) / static_cast<float>(each.width),
                y = static_cast<float>(pictures_.height) / static_cast<float>(each.height);
    const std::span<float> points = value.as<float>();
    for (std::size_t k = 0; k + 2 < points.size(); k += 3) points[k] *= x, points[k + 1] *= y;
    return value;
  }

  ToldSet set_;
  PictureOptions pictures_;
  Info info_;
};

// Extents that all pictures have, and colors where any has.
PictureOptions settled(PictureOptions options, const std::vector<ToldPicture>& pictures) {
  const auto most = std::max_element(pictures.begin(), pictures.end(),
                                     [](const auto& a, const auto& b) { return a.channels < b.channels; });
  options = with_color(options, most->channels);
  const bool same = std::all_of(pictures.begin(), pictures.end(), [&](const ToldPicture& each) {
    return each.height == most->height && each.width == most->width;
  });
  if (options.height == 0 && same) options.height = most->height, options.width = most->width;
  return options;
}

}  // namespace

bool look_at(ToldPicture& picture, const BadFile& bad) {
  return worked(bad, picture.path, [&] {
    const io::ImageFacts facts = io::image_facts(picture.path);
    if (bad) io::read_image(picture.path);
    picture.height = facts.height, picture.width = facts.width, picture.channels = facts.channels;
  });
}

ToldPictures told_pictures(ToldSet set, const ToldPicturesOptions& options) {
  check_options("pictures", options.pictures);
  if (set.pictures.empty())
    throw FormatError(fmt::format("{}: holds no pictures that can be used", set.name));
  const PictureOptions pictures = settled(options.pictures, set.pictures);
  const Dataset data(std::make_shared<ToldSource>(std::move(set), pictures));
  return {data.affine({{0.0f}, {1.0f / 255.0f}}), pictures};
}

}  // namespace luge::data
