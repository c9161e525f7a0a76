// digit_bitmaps: fixed codes of classes for the output layer of LeNet-5.
#pragma once

#include "luge/init/init.h"

namespace luge::init {

/// Codes of -1 and 1, one row for each class. In a matrix [out,84] the first ten rows are the digits 0 to 9
/// as pictures of 12 rows with 7 pixels, where 1 is ink; two of them differ in at least 12 pixels. All other
/// elements are drawn with equal chances for both signs. The returned initializer throws ShapeError when the
/// weight is not a matrix. Source: the centers of the output layer of LeCun et al. 1998, which names random
/// codes as the other choice; the pictures here are drawn for Luge.
Initializer digit_bitmaps();

}  // namespace luge::init
