// Arrays in files as data: IDX, NPY and NPZ.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "luge/data/dataset.h"

namespace luge::data {

/// Options of array_file.
struct ArrayOptions {
  std::vector<std::string> classes = {};  ///< the names of the classes; empty: the labels as text
};
/// What a file of arrays holds.
struct ArrayParts {
  Dataset train;                ///< the samples, or those of training
  std::optional<Dataset> test;  ///< the samples of the test, where the file has them
};
/// Reads a file of arrays whose first axis counts the samples, by the end of its name: .npy, .npz, or an IDX
/// file of any name. One array is "input". In an NPZ file x, X, input or inputs is "input", and y, Y, target,
/// label or labels is "target"; with the ends _train and _test they are two parts; other arrays keep their
/// names as fields. Whole numbers [samples] or [samples,1] of a target are labels i64[], other numbers
/// [samples] are f32[1]. Pictures of bytes become f32 from 0 to 1, and [samples,height,width] of bytes gets
/// one channel. [samples,height,width,1 or 3] of bytes or floating numbers becomes
/// [samples,channels,height,width]. Other inputs are f32, but i64 stays, as for ids. Throws FileError,
/// FormatError naming the array whose number of samples or labels do not fit, and as io::read_npy and
/// io::read_idx do.
ArrayParts array_file(const std::filesystem::path& file, const ArrayOptions& options = {});

}  // namespace luge::data
