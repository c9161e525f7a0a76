// Files as raw inputs of a network: pictures, and the rows of tables.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "experiment/data_sets.h"
#include "experiment/inference.h"
#include "luge/data/record.h"
#include "luge/experiment/run.h"
#include "luge/nn/metadata.h"

namespace luge::experiment {

struct RawInput {
  std::string name;
  data::Record record;   // the field "input", or "text"
  std::string changes;   // what was done to make it fit
  std::string inverted;  // what to do when it looks so

  /// Both, for people.
  std::string note() const { return changes + (changes.empty() || inverted.empty() ? "" : "; ") + inverted; }
};

struct RawInputs {
  std::vector<RawInput> inputs;
  int skipped = 0;
};

/// Text where `text` is true; else tables and pictures. A file, or a folder's files in the order of their
/// names. What is no input in a folder is counted and told, never passed over in silence. Throws FileError
/// and FormatError for a file, and ValueError for a folder that holds no input.
RawInputs read_inputs(const std::filesystem::path& path, const nn::Metadata& metadata,
                      const TableFormat& format, bool text, const Poll& poll, const Tell& skipped);

/// Turns dark and bright of pictures.
void invert(RawInputs& inputs);

}  // namespace luge::experiment
