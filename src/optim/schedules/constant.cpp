#include "luge/facts.h"
#include "luge/optim/schedule.h"

namespace luge::optim::schedule {

namespace {
const bool added_constant = add("constant", "the same learning rate at each step", constant);
const bool told_constant = facts::add(
    "schedule", {{"constant", {.formula = "factor = 1", .use = "for short trainings, and to find a rate."}}});

}  // namespace

Schedule constant() { return {}; }

}  // namespace luge::optim::schedule
