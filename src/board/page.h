// The page of runs: HTML, CSS and JavaScript of src/board/page, and the charting script, as the build found
// them.
#pragma once

#include <string_view>

namespace luge::board {

struct Page {
  std::string_view html;     // with {{...}} where content goes
  std::string_view style;    // CSS
  std::string_view script;   // our own JavaScript
  std::string_view charts;   // dygraphs
  std::string_view license;  // of dygraphs
};
/// Throws StateError in a build with -DLUGE_BOARD=OFF.
const Page& page();

}  // namespace luge::board
