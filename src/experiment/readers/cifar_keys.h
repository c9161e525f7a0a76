// Which labels of CIFAR-100 are read.
#pragma once

#include "experiment/option_keys.h"
#include "luge/data/cifar.h"

namespace luge::options {

template <>
struct Names<data::CifarLabels> {
  static constexpr std::pair<data::CifarLabels, const char*> all[] = {{data::CifarLabels::fine, "fine"},
                                                                      {data::CifarLabels::coarse, "coarse"}};
};

}  // namespace luge::options

namespace luge::experiment {

struct CifarKeys {
  static constexpr const char* table = "data";
  data::CifarLabels labels = data::CifarLabels::fine;
  static void fields(auto& self, auto&& field) {
    field("labels", self.labels, "labels of CIFAR-100: 100 fine or 20 coarse classes",
          options::elsewhere({"label_mode"}));
  }
};

}  // namespace luge::experiment
