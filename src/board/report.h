// report.html: one file that shows a run, with everything it needs in it.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "board/run_status.h"

namespace luge::board {

/// The page of these documents (run_document) as one file.
std::string report_page(const nlohmann::ordered_json& run);
/// Writes RUN/report.html, or `to`, from the other files of the run, and returns its path. `ended`: what
/// became of the run, when the one who ends it writes the page. Throws FileError.
std::filesystem::path write_report(const std::filesystem::path& run, const std::filesystem::path& to = {},
                                   const std::optional<RunState>& ended = {});

/// The page that asks a server for the runs.
std::string board_page();
/// What that page names.
std::string page_script();
std::string page_style();

}  // namespace luge::board
