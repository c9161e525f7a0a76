#include "data/pictures/annotated.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <cmath>

#include "core/nearest.h"
#include "data/bad_files.h"
#include "data/fingerprint.h"
#include "data/pictures/file_mark.h"
#include "data/sources/image_folder/picture.h"
#include "io/files/input_file.h"
#include "io/files/last_part.h"
#include "luge/data/picture_fields.h"
#include "luge/error.h"
#include "luge/io/image_facts.h"

namespace luge::data {
namespace fs = std::filesystem;
namespace {

io::Image read_picture_of(const Annotated& each) {
  io::Image image = io::read_image(each.picture);
  if (each.width != 0 && (image.width != each.width || image.height != each.height))
    throw FormatError(fmt::format("{}: has {}x{} pixels; {} states {}x{}", each.picture, image.width,
                                  image.height, each.file, each.width, each.height));
  return image;
}

class AnnotatedSource final : public Source {
 public:
  explicit AnnotatedSource(AnnotatedSet set) : set_(std::move(set)) {
    info_.name = set_.name;
    info_.classes = set_.classes;
    info_.fields = {{std::string(kImage), {u8, {set_.channels, unknown, unknown}}},
                    {std::string(kBoxes), {f32, {unknown, 4}}},
                    {std::string(kLabels), {i64, {unknown}}}};
    for (const std::string& flag : set_.flags) info_.fields.set(flag, {u8, {unknown}});
    flags_end_ = info_.fields.size();
    if (set_.points) info_.fields.set(kPoints, {f32, {unknown, 3}});
    if (set_.masks) info_.fields.set(kMask, {i64, {unknown, unknown}});
  }
  std::int64_t size() const override { return static_cast<std::int64_t>(set_.pictures.size()); }
  const Info& info() const override { return info_; }
  std::string where(std::int64_t index) const override { return at(index).picture; }

  void read(std::int64_t index, Row& row) const override {
    const Annotated& each = at(index);
    const auto count = static_cast<std::int64_t>(each.labels.size());
    std::int64_t width = each.width, height = each.height;
    if (row.wants(0)) {
      const io::Image image = io::with_channels(read_picture_of(each), set_.channels);
      width = image.width, height = image.height;
      to_planes(image, row.write_as<std::uint8_t>(0, {set_.channels, height, width}));
    } else if (width == 0 && row.wants(1)) {
      const io::ImageFacts facts = io::image_facts(each.picture);
      width = facts.width, height = facts.height;
    }
    if (row.wants(1)) {
      const std::span<float> boxes = row.write_as<float>(1, {count, 4});
      for (std::size_t k = 0; k < boxes.size(); ++k)
        boxes[k] =
            each.relative ? each.boxes[k] * static_cast<float>(k % 2 == 0 ? width : height) : each.boxes[k];
    }
    if (row.wants(2))
      std::copy(each.labels.begin(), each.labels.end(), row.write_as<std::int64_t>(2, {count}).begin());
    for (std::size_t k = 3; k < flags_end_; ++k) {
      if (row.wants(k))
        std::copy(each.flags[k - 3].begin(), each.flags[k - 3].end(),
                  row.write_as<std::uint8_t>(k, {count}).begin());
    }
    std::size_t next = flags_end_;
    if (set_.points) {
      const auto points = static_cast<std::int64_t>(each.points.size() / 3);
      if (row.wants(next))
        std::copy(each.points.begin(), each.points.end(), row.write_as<float>(next, {points, 3}).begin());
      ++next;
    }
    if (set_.masks && row.wants(next)) {
      const std::span<std::int64_t> mask = row.write_as<std::int64_t>(next, {height, width});
      std::fill(mask.begin(), mask.end(), 0);
      for (std::size_t k = 0; k < each.areas.size(); ++k)
        paint(each.areas[k], each.labels[k] + 1, width, height, mask);
    }
  }
  Shape shape_of(std::int64_t index, std::size_t field) const override {
    const auto count = static_cast<std::int64_t>(at(index).labels.size());
    if (field == 0) {
      const io::ImageFacts facts = io::image_facts(at(index).picture);
      return {set_.channels, facts.height, facts.width};
    }
    if (field == 1) return {count, 4};
    if (field >= 2 && field < flags_end_) return {count};
    return Source::shape_of(index, field);
  }
  // Pictures are known by the sizes and times of their files, annotations by what they say.
  std::uint64_t fingerprint() const override {
    Fingerprint hash;
    for (const Annotated& each : set_.pictures) {
      add_file(hash, each.picture);
      hash.add(std::span<const float>(each.boxes)).add(std::span<const std::int64_t>(each.labels));
      hash.add(std::span<const float>(each.points));
      for (const auto& flag : each.flags) hash.add(std::span<const std::uint8_t>(flag));
    }
    return hash.value();
  }

 private:
  const Annotated& at(std::int64_t index) const { return set_.pictures[static_cast<std::size_t>(index)]; }
  AnnotatedSet set_;
  Info info_;
  std::size_t flags_end_ = 0;
};

}  // namespace

std::shared_ptr<const Source> annotated_source(AnnotatedSet set) {
  if (set.pictures.empty()) throw FormatError(fmt::format("{}: holds no annotated pictures", set.name));
  return std::make_shared<AnnotatedSource>(std::move(set));
}

void leave_out_bad(AnnotatedSet& set, const BadFile& bad) {
  if (!bad) return;
  std::erase_if(set.pictures, [&](const Annotated& each) {
    return !worked(bad, each.picture, [&] { read_picture_of(each); });
  });
}

void check_alone(const fs::path& picture, const BadFile& bad) {
  worked(bad, picture.string(), [&] { io::read_image(picture.string()); });
}

bool BoxChecker::keep(std::span<float, 4> box, bool empty, double width, double height,
                      const std::string& where) {
  for (const float value : box) {
    if (!std::isfinite(value))
      throw FormatError(fmt::format("{}: a box holds a number that is not finite", where));
  }
  const std::string shown = fmt::format("({}, {}, {}, {})", box[0], box[1], box[2], box[3]);
  const float before[4] = {box[0], box[1], box[2], box[3]};
  if (width > 0) {
    for (std::size_t k = 0; k < 4; ++k)
      box[k] = std::clamp(box[k], 0.0f, static_cast<float>(k % 2 == 0 ? width : height));
  }
  if (empty || box[2] <= box[0] || box[3] <= box[1]) {
    const std::string what = fmt::format("{}: the box {} has no area in the picture", where, shown);
    if (options_.empty_boxes == EmptyBox::stop) throw FormatError(what);
    if (options_.tell) options_.tell(what + "; it is left out");
    return false;
  }
  bool clipped = false;  // by more than a rounded number
  for (std::size_t k = 0; k < 4; ++k) clipped = clipped || std::abs(box[k] - before[k]) > 1e-3f;
  if (clipped && clipped_++ == 0) first_clipped_ = where;
  return true;
}

void BoxChecker::tell(const std::string& name) const {
  if (!options_.tell) return;
  if (clipped_ > 0)
    options_.tell(fmt::format("{}: {} boxes left their pictures and were clipped, the first in {}", name,
                              clipped_, first_clipped_));
  if (missing_ > 0)
    options_.tell(
        fmt::format("{}: {} pictures have no label file and count as pictures without boxes, the first is {}",
                    name, missing_, first_missing_));
}

std::int64_t label_of(const std::vector<std::string>& classes, const std::string& name,
                      const std::string& where) {
  const auto found = std::find(classes.begin(), classes.end(), name);
  if (found != classes.end()) return found - classes.begin();
  throw FormatError(fmt::format(
      "{}: the class '{}' is not one of {}{}", where, name.substr(0, 60),
      fmt::join(classes.begin(), classes.begin() + std::min<std::ptrdiff_t>(20, std::ssize(classes)), ", "),
      suggestion(name.substr(0, 60), classes)));
}

void check_options(const AnnotationOptions& options) {
  if (options.channels != 1 && options.channels != 3)
    throw ValueError(fmt::format("annotations: channels is {}; expected 1 or 3", options.channels));
  if (options.base != 0 && options.base != 1)
    throw ValueError(fmt::format("annotations: base is {}; expected 0 or 1", options.base));
}

std::string text_of(const fs::path& file, std::uint64_t limit) {
  const io::InputFile in(file.string());
  if (in.size() > limit)
    throw ValueError(fmt::format("{}: has {} bytes; at most {} are read", file.string(), in.size(), limit));
  std::string text(in.size(), '\0');
  in.read(0, std::as_writable_bytes(std::span(text)));
  return text;
}

bool is_picture_name(const fs::path& file) {
  std::string end = file.extension().string();
  std::transform(end.begin(), end.end(), end.begin(), [](unsigned char c) { return std::tolower(c); });
  return end == ".png" || end == ".jpg" || end == ".jpeg" || end == ".bmp";
}

fs::path picture_of(const fs::path& folder, const std::string& stem) {
  std::error_code error;
  for (const char* end : {".jpg", ".png", ".jpeg", ".bmp", ".JPG", ".PNG", ".JPEG", ".BMP"}) {
    if (fs::exists(folder / (stem + end), error)) return folder / (stem + end);
  }
  return {};
}

std::string_view stripped(std::string_view text) {
  constexpr std::string_view blanks = " \t\r\n";
  const std::size_t begin = text.find_first_not_of(blanks);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(blanks) - begin + 1);
}

std::int64_t line_of(std::string_view text, std::size_t offset) {
  return 1 + std::count(text.begin(),
                        text.begin() + static_cast<std::ptrdiff_t>(std::min(offset, text.size())), '\n');
}

std::string folder_name(const fs::path& folder) { return io::last_part(folder.lexically_normal()); }

}  // namespace luge::data
