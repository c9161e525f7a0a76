// The names of the filters, for options structs.
#pragma once

#include "luge/io/resize.h"
#include "luge/options.h"

namespace luge::options {

template <>
struct Names<io::ResizeFilter> {
  static constexpr std::pair<io::ResizeFilter, const char*> all[] = {{io::ResizeFilter::nearest, "nearest"},
                                                                     {io::ResizeFilter::bilinear, "bilinear"},
                                                                     {io::ResizeFilter::bicubic, "bicubic"},
                                                                     {io::ResizeFilter::lanczos, "lanczos"},
                                                                     {io::ResizeFilter::area, "area"}};
};

}  // namespace luge::options
