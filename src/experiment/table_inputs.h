// The rows of tables as raw inputs of a network.
#pragma once

#include <filesystem>

#include "experiment/raw_inputs.h"

namespace luge::experiment {

/// Whether the name ends like that of a table.
bool is_table(const std::filesystem::path& path);
/// Adds the rows of a table. A row with a cell that is not a number, where the network takes numbers, is
/// added to `bad`. Throws FileError, FormatError for a file that is not a table, and ValueError for a network
/// that does not take rows.
void add_table(const std::filesystem::path& path, const nn::Metadata& metadata, const TableFormat& format,
               RawInputs& into);

}  // namespace luge::experiment
