// Whether what a configuration chooses of each family is there, with the options that it has.
#pragma once

#include "luge/experiment/config.h"

namespace luge::experiment {

/// Throws SettingError for a name that is not known, for an option that the member does not have, and for a
/// value that is out of range, before anything is loaded.
void check_choices(const Config& config);

}  // namespace luge::experiment
