// What a fine-tuning says: what is taken of other weights, and what is not trained.
#pragma once

#include <string>
#include <vector>

#include "experiment/option_keys.h"
#include "luge/nn/take_weights.h"
#include "luge/options.h"

namespace luge::options {

template <>
struct Names<nn::Head> {
  static constexpr std::pair<nn::Head, const char*> all[] = {
      {nn::Head::automatic, "auto"}, {nn::Head::renew, "new"}, {nn::Head::keep, "keep"}};
};
template <>
struct Names<nn::Channels> {
  static constexpr std::pair<nn::Channels, const char*> all[] = {{nn::Channels::refuse, "refuse"},
                                                                 {nn::Channels::adapt, "adapt"}};
};

}  // namespace luge::options

namespace luge::experiment {

/// How the weights of model.init are taken.
struct InitOptions {
  static constexpr const char* table = "init";
  bool strict = true;
  nn::Head head = nn::Head::automatic;
  nn::Channels channels = nn::Channels::refuse;
  std::vector<std::string> rename = {};
  bool averages = true;
  static void fields(auto& self, auto&& field) {
    using namespace options;
    const Needs on = needs("model.init");
    field("strict", self.strict, "refuse weights of which some are missing, left over or of another shape",
          on);
    field("head", self.head,
          "the last layer: new, keep (take its weights), or auto: new where its outputs differ", on);
    field("channels", self.channels,
          "a first layer for another number of channels: adapt divides the filters for one channel among "
          "several, or adds up those for several",
          on);
    field("rename", self.rename,
          "names in the file and what they are here, such as backbone.*:features.*; the first that matches "
          "counts",
          takes("pairs FROM:TO with commas between them, each with at most one * on both sides"), on);
    field("averages", self.averages, "take the averages of the weights (averaging=) where the file has them",
          elsewhere({"use_ema"}), on);
  }
};

/// What a training leaves as it is.
struct FreezeOptions {
  static constexpr const char* table = "train";
  std::vector<std::string> freeze = {};
  static void fields(auto& self, auto&& field) {
    using namespace options;
    field("freeze", self.freeze,
          "patterns of the parameters that are not trained, such as features.*; with those of a "
          "normalization its statistics",
          takes("patterns of the paths of parameters, with commas between them"),
          elsewhere({"frozen", "freeze_layers"}));
  }
};

}  // namespace luge::experiment
