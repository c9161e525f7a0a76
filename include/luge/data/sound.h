// Folders of sounds as data.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "luge/data/bad_file.h"
#include "luge/data/dataset.h"

namespace luge::data {

/// Options of sound_folder.
struct SoundOptions {
  /// Where the class is in the names of the files: text, * for any text, and once {class}, such as
  /// "{class}_*.wav". Empty: the folder that a file is in is its class.
  std::string pattern = {};
  /// The names of files that are read, as in a shell: "*_[0-4].wav". Empty: all.
  std::string only = {};
  /// The names of files that are left out, of these. Empty: none.
  std::string without = {};
  /// Samples of a channel in a second; other files are resampled linearly. 0: as the first file has it, and a
  /// file with another rate is an error.
  std::int64_t rate = 0;
  /// The number of samples of each record: longer sounds are cut at their end, shorter ones end with zeros.
  /// 0: as many as the file has.
  std::int64_t length = 0;
  bool mono = true;  ///< one channel, the mean of all; otherwise as many as the first file has
  std::vector<std::string> classes =
      {};  ///< the class names in the order of labels; empty: in ascending order
  std::function<void(const std::string&)> tell = {};  ///< is told which files were left out
  BadFile bad = {};                                   ///< is told sounds that cannot be read
  std::string name = {};                              ///< the name of the data set; empty: that of the folder
};
/// Reads a folder of sounds: "input" f32[channels,length] or f32[channels,?], "target" i64[], the label, and
/// "rate" i64[]. Files are in the order of their names; those whose name does not match the pattern or that
/// are not sounds by their name are left out, which is told. Throws FileError, FormatError naming a file of
/// another rate or another number of channels, and ValueError for a pattern without {class}.
Dataset sound_folder(const std::filesystem::path& folder, const SoundOptions& options = {});

}  // namespace luge::data
