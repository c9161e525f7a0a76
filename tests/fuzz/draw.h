// Draws: each adds one op, or a pattern that some pass of the compiler looks for, to a draft.
#pragma once

#include <string_view>
#include <vector>

#include "fuzz/draft.h"

namespace luge::fuzz {

struct Draw {
  std::string_view name;
  int weight;
  void (*add)(Draft&);
};

/// All of them.
const std::vector<Draw>& draws();

std::vector<Draw> elementwise_draws();
std::vector<Draw> reduce_draws();
std::vector<Draw> shape_draws();
std::vector<Draw> index_draws();
std::vector<Draw> linalg_draws();
std::vector<Draw> image_draws();
std::vector<Draw> resample_draws();
std::vector<Draw> product_draws();
std::vector<Draw> sequence_draws();
std::vector<Draw> pattern_draws();
std::vector<Draw> loss_draws();

}  // namespace luge::fuzz
