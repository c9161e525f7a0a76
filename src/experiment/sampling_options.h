// The keys of whitened inputs and of balanced drawing.
#pragma once

#include <string>

#include "experiment/option_keys.h"
#include "luge/data/whitening.h"
#include "luge/options.h"

namespace luge::experiment {

/// How whitening is computed.
struct WhiteningKeys {
  static constexpr const char* table = "data";
  std::int64_t components = 0;
  double epsilon = 1e-5;
  static void fields(auto& self, auto&& field) {
    using namespace options;
    const Needs whitens = needs("data.normalize", Type<data::Whitening>::names());
    field("components", self.components,
          "axes of the largest variance that normalize=pca and zca use; 0: all", at_least(0),
          elsewhere({"n_components"}), whitens);
    field("whitening_epsilon", self.epsilon, "what they add to each variance", at_least(0), whitens);
  }
};

/// Which training samples an epoch has.
struct SamplingKeys {
  static constexpr const char* table = "data";
  std::string sampling = "all", similar;
  static void fields(auto& self, auto&& field) {
    using namespace options;
    field("sampling", self.sampling,
          "what an epoch is: all samples, or as many that are drawn so that each class comes equally often",
          one_of({"all", "balanced"}), elsewhere({"sampler"}), needs("train.overfit_batches", {"0"}));
    field("similar", self.similar,
          "the field whose extents are alike in a batch, such as input, so that little is padded; empty: none",
          elsewhere({"bucket", "group_by_length", "buckets"}));
  }
};

}  // namespace luge::experiment
