// luge train fast_dev_run=true: everything once, and nothing is kept.
#pragma once

#include "cli/arguments.h"

namespace luge::cli {

int fast_dev_run(const Arguments& arguments, experiment::Config config);

}  // namespace luge::cli
