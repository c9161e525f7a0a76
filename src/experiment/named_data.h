// The data sets that add_data_set added, and those that come with Luge.
#pragma once

#include <optional>
#include <string>

#include "luge/experiment/data_sets.h"

namespace luge::experiment {

bool is_data_set(const std::string& name);
/// The data set of this name with these options; none when there is none.
std::optional<DataSet> named_data_set(const std::string& name, const options::Values& values = {});

}  // namespace luge::experiment
