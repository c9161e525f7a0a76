// Between picture files and the inputs of networks.
#pragma once

#include <string>
#include <vector>

#include "luge/data/source.h"
#include "luge/io/image.h"

namespace luge::experiment {

/// The picture of an image input u8 or f32 [1|3|4,H,W] before its preprocessing. Throws ValueError when the
/// input is no image.
io::Image picture_of(const data::HostArray& input, const data::Affine& preprocessing);

/// A picture as raw input of the shape [1|3|4,H,W]: gray or colored as the shape says, resized (by area where
/// it shrinks, bilinear where it grows), values 0 … 255.
std::vector<float> raw_input(const io::Image& picture, const Shape& shape);

/// Whether samples of this shape can be shown: 1, 3 or 4 channels, height, width.
bool is_picture(const Shape& shape);

/// What had to be done to a picture so that it fits: "resized from 64x48 to 28x28, color turned into gray";
/// empty where nothing had.
std::string changes_for(const io::Image& picture, const Shape& shape);

}  // namespace luge::experiment
