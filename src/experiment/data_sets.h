// What data= names: a data set that has a name, or a file or folder that a reader knows (data_reader.h).
#pragma once

#include <string>
#include <vector>

#include "luge/data/image_folder.h"
#include "luge/data/sources.h"
#include "luge/experiment/config.h"
#include "luge/experiment/data_sets.h"

namespace luge::experiment {

/// How a table is written, as far as data.header and data.separator say.
struct TableFormat {
  data::CsvOptions::Header header;
  char separator;  // 0: found out
};
TableFormat table_format(const Config& config);

/// How the targets of a table are read.
using TargetKind = data::CsvOptions::Target;
/// What a table must hold, in which order, for a network that has been trained; all empty: what it has.
struct TableLayout {
  std::vector<std::string> features, classes;
  std::string target;
  bool cells = false;                                 // the network reads cells of any type
  std::optional<data::PictureOptions> pictures = {};  ///< of pictures in files
};
/// What data= is in a file that is read somewhere else later: a path becomes absolute.
std::string recorded_data(const std::string& name);
/// Reads a text file, whole in records, or with its end as validation part, as long as
/// data.validation_split says. A text of which that would be less than 1,024 bytes stays whole, and so does one
/// of which several trainings take different records. Throws SettingError when it is not there, FileError and
/// FormatError.
DataSet load_text(const Config& config, const std::string& name, bool whole = false);
/// Loads what data= names. Throws SettingError for a name that is not known, FileError and FormatError for
/// its files.
DataSet load_data(const Config& config, const std::string& name, TargetKind kind = TargetKind::automatic,
                  const TableLayout& layout = {});

}  // namespace luge::experiment
