// The names of what a picture can become, for options structs.
#pragma once

#include "io/image/resize_names.h"
#include "luge/data/image_folder.h"
#include "luge/options.h"

namespace luge::options {

template <>
struct Names<data::PictureColor> {
  static constexpr std::pair<data::PictureColor, const char*> all[] = {
      {data::PictureColor::automatic, "auto"},
      {data::PictureColor::gray, "gray"},
      {data::PictureColor::rgb, "rgb"},
      {data::PictureColor::rgba, "rgba"}};
};
template <>
struct Names<data::OnBadFile> {
  static constexpr std::pair<data::OnBadFile, const char*> all[] = {{data::OnBadFile::stop, "stop"},
                                                                    {data::OnBadFile::skip, "skip"}};
};

}  // namespace luge::options
