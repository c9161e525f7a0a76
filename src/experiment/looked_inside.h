// What a trained network sees in a picture: filters, maps of features, and what its answer depends on.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "luge/data/record.h"
#include "luge/draw/picture_grid.h"
#include "luge/nn/module.h"
#include "luge/nn/receptive_field.h"
#include "luge/tasks/registry.h"

namespace luge::experiment {

/// What is looked at.
struct LookOptions {
  std::string unit = {};     // name or number of an output; empty: the largest
  std::string layer = {};    // for Grad-CAM; empty: the last of 16 positions or more
  std::int64_t maps = 8;     // channels shown of each layer
  std::int64_t window = 0;   // pixels covered at a time; 0: a sixth of the picture
  std::int64_t samples = 1;  // of the saliency
};

struct Looked {
  std::int64_t unit = 0;
  std::string name;                    // of the unit
  double answer = 0;                   // of the unit, as the network gives it
  std::vector<draw::Picture> filters;  // of the first convolution; none where there is none
  std::vector<draw::Picture> maps;     // the strongest channels, layer by layer
  std::vector<draw::Picture> reasons;  // the picture, saliency, Grad-CAM where there are features, occlusion
};

/// Looks at one raw picture. `net` has its layers, as a run has them; `learned` brings the picture to what it
/// takes. Throws ValueError for a unit or a layer that does not exist and for a network that does not look at
/// pictures.
Looked look_inside(const nn::Module& net, const tasks::Learned& learned, const nn::Metadata& metadata,
                   const data::Record& raw, const LookOptions& options);

/// The receptive fields of the layers for such a picture. Throws as look_inside.
std::vector<nn::LayerField> layer_fields(const nn::Module& net, const tasks::Learned& learned,
                                         const nn::Metadata& metadata, const data::Record& raw);

}  // namespace luge::experiment
