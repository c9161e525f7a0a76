// Names of the means over classes, for listings.
#pragma once

#include "luge/metrics/class_scores.h"
#include "luge/options.h"

template <>
struct luge::options::Names<luge::metrics::Average> {
  static constexpr std::pair<luge::metrics::Average, const char*> all[] = {
      {luge::metrics::Average::macro, "macro"},
      {luge::metrics::Average::micro, "micro"},
      {luge::metrics::Average::weighted, "weighted"},
      {luge::metrics::Average::binary, "binary"},
      {luge::metrics::Average::none, "none"}};
};
