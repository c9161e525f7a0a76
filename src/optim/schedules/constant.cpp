#include "luge/optim/schedule.h"

namespace luge::optim::schedule {

namespace {
const bool added = add("constant", "the same learning rate at each step", constant);
}  // namespace

Schedule constant() { return {}; }

}  // namespace luge::optim::schedule
