// data.size= and data.color_mode= for pictures that do not come from a folder of files.
#pragma once

#include "experiment/data_sets.h"

namespace luge::experiment {

/// The data set with pictures of the size and the channels that the network (`layout`) or else the
/// configuration asks for, and with the step `picture` in its recipe. The step is also there
/// where augment= makes another size of pictures of one size. A data set whose reader has done that already,
/// or that nothing is asked of, is returned as it is. Throws SettingError where samples are not
/// pictures, or have boxes or masks, which must move with them.
DataSet with_picture_size(const Config& config, DataSet data, const TableLayout& layout);

}  // namespace luge::experiment
