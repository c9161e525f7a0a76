// From the keys of `train` to a Trainer: what train, resume, plan, explain and gradcheck share.
#pragma once

#include <cstdint>
#include <string>

#include "cli/arguments.h"
#include "luge/data/dataset.h"
#include "luge/models/gallery.h"
#include "luge/train/trainer.h"

namespace luge::cli {

struct Setup {
  std::string model;
  train::Trainer trainer;
  data::Info info;  // of the training part, as the network sees it
  Shape input;
};

/// Seeds the generator, makes network and optimizer for such data.
Setup set_up(const Arguments& arguments, const models::Entry& entry, const data::Info& info,
             std::int64_t updates, const data::Affine& targets = {});
/// Sets the number of threads; says so when there are fewer processors than that.
void use_threads(std::int64_t wanted);

}  // namespace luge::cli
