// How pictures in files are read: their size and channels, and what happens with those that cannot be read.
#pragma once

#include <vector>

#include "experiment/option_keys.h"
#include "io/image/resize_names.h"
#include "luge/data/image_folder.h"

namespace luge::experiment {

/// Height and width in pixels; both 0: those of the files.
struct PictureSize {
  std::int64_t height = 0, width = 0;
};

}  // namespace luge::experiment

namespace luge::options {

template <>
struct Type<experiment::PictureSize> {
  static constexpr Kind kind = Kind::mixed;
  static void describe(Info& info) {
    info.takes = "auto, a number of pixels such as 64, or HEIGHTxWIDTH, at most 89,478,485 pixels";
  }
  static Value get(const experiment::PictureSize& member);
  static void set(experiment::PictureSize& member, const Value& value);
};

}  // namespace luge::options

namespace luge::experiment {

/// What pictures become.
struct PictureKeys {
  static constexpr const char* table = "data";
  PictureSize size = {};
  std::vector<std::int64_t> sizes = {};
  data::PictureColor color_mode = data::PictureColor::automatic;
  io::ResizeFilter resize_filter = io::ResizeFilter::bilinear;
  static void fields(auto& self, auto&& field) {
    using namespace options;
    field("size", self.size, "height and width that pictures get; auto: those that all have",
          also({"target_size"}), elsewhere({"image_size", "img_size", "imgsz", "input_size"}));
    field("sizes", self.sizes,
          "sizes of square training pictures, such as 224,256,288: those of each batch get one of them",
          within(8, 4096), elsewhere({"multi_scale", "multiscale"}));
    field("color_mode", self.color_mode,
          "channels that they get; auto: rgb where any picture has colors, else gray",
          elsewhere({"colour", "grayscale"}));
    field("resize_filter", self.resize_filter, "how they are resized",
          elsewhere({"interpolation", "resample"}));
  }
};

/// What is done with files of a folder that cannot be read.
struct BadFileKeys {
  static constexpr const char* table = "data";
  data::OnBadFile on_bad = data::OnBadFile::stop;
  static void fields(auto& self, auto&& field) {
    field("on_bad", self.on_bad,
          "a picture, mask or sound that cannot be read: stop, or skip it and say so (all are decoded once "
          "to find them)",
          options::elsewhere({"on_error", "ignore_errors"}));
  }
};

/// How the pictures of a folder are kept.
struct PictureFileKeys {
  static constexpr const char* table = "data";
  Bytes keep_decoded = {std::size_t{1} << 30};
  static void fields(auto& self, auto&& field) {
    using namespace options;
    field("keep_decoded", self.keep_decoded, "decoded pictures are kept when all of them take at most this",
          takes("a number of bytes such as 512MiB or 2GB"), elsewhere({"cache"}));
  }
};

}  // namespace luge::experiment
