// Files as raw inputs of a network: pictures, and the rows of tables.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "experiment/data_sets.h"
#include "experiment/inference.h"
#include "luge/data/record.h"
#include "luge/data/unknown_text.h"
#include "luge/experiment/run.h"
#include "luge/nn/metadata.h"

namespace luge::experiment {

struct RawInput {
  std::string name;
  data::Record record;             // the field "input", or "text"
  std::string changes;             // what was done to make it fit
  std::string inverted;            // what to do when it looks so
  std::int64_t line = 0;           // of a row of a table
  data::UnknownText unknown = {};  // of a text, once it is predicted
  // Pixels of the file for each pixel of what the network is given, where the whole picture was stretched.
  double x_scale = 1, y_scale = 1;

  /// All of them, for people.
  std::string note() const;
};

struct RawInputs {
  std::vector<RawInput> inputs;
  int skipped = 0;                         // files of a folder
  std::vector<std::string> bad = {};       // rows that cannot be read: where, and why
  std::vector<std::string> left_out = {};  // rows that miss a cell, as the training left such rows out
};

/// Text where `text` is true; else tables and pictures. A file, or all files of a folder in the order of
/// files_below. What is no input in a folder is counted and told, never passed over in silence. Throws
/// FileError and FormatError for a file, and ValueError for a folder that holds no input.
RawInputs read_inputs(const std::filesystem::path& path, const nn::Metadata& metadata,
                      const TableFormat& format, bool text, const Poll& poll, const Tell& skipped);

/// Turns dark and bright of pictures.
void invert(RawInputs& inputs);

}  // namespace luge::experiment
