// What a network says about a picture, drawn on it.
#pragma once

#include <string>
#include <vector>

#include "luge/data/record.h"
#include "luge/draw/picture_grid.h"
#include "luge/tasks/registry.h"

namespace luge::experiment {

/// The numbers of a field; none of other dtypes than u8, i32, i64, f32 and f64.
std::vector<double> numbers_of(const data::HostArray& value);
/// A few numbers, or the name of a class.
std::string text_of(const data::HostArray& value, const std::vector<std::string>& classes);
/// In a few words: the class and its probability, or the first field.
std::string said_text(const data::Record& said, const std::vector<std::string>& classes);
/// The regions of a mask of classes with their names, those of class 0 left out; none when the mask is of
/// another size.
std::vector<draw::Mask> masks_of(const data::HostArray& mask, const io::Image& picture,
                                 const std::vector<std::string>& classes);

/// The raw picture as the network saw it, in the size that the recipe gives it, or in its own size where a
/// mask has that, with the mask on it where one was found. Its caption is `name` and what was said: classes,
/// or the share of each class of a mask. Throws ValueError when the record is not a picture.
draw::Picture drawn_prediction(const tasks::Learned& learned, const data::Record& raw,
                               const data::Record& said, const std::vector<std::string>& classes,
                               const std::string& name);

}  // namespace luge::experiment
