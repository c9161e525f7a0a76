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
/// The points f32[points,3] of a record: those that its field "visible" says, or else those whose third
/// number is not 0. `names` name them where there are as many. None where it has no such field.
std::vector<draw::Dot> dots_of(const data::Record& record, const std::vector<std::string>& names);
/// In a few words: the class or the text and its probability, or the first field.
std::string said_text(const data::Record& said, const std::vector<std::string>& classes);
/// The regions of a mask of classes with their names, those of class 0 left out; none when the mask is of
/// another size.
std::vector<draw::Mask> masks_of(const data::HostArray& mask, const io::Image& picture,
                                 const std::vector<std::string>& classes);

/// The boxes of a record, in pixels; those whose score is below `least` are left out.
std::vector<draw::Box> boxes_of(const data::Record& record, const std::vector<std::string>& classes,
                                double least = 0);
/// How many boxes of each class there are: "cell 12, platelet 1".
std::string counts_text(const std::vector<draw::Box>& boxes);

/// The raw picture as the network saw it, in the size that the recipe gives it, or in its own size where
/// boxes were found or a mask has that size, with them or points on it. Its caption is `name` and what was
/// said: classes, boxes of each class, or the share of each class of a mask. Throws ValueError when the
/// record is not a picture.
draw::Picture drawn_prediction(const tasks::Learned& learned, const data::Record& raw,
                               const data::Record& said, const std::vector<std::string>& classes,
                               const std::string& name);

}  // namespace luge::experiment
