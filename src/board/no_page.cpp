// A build with -DLUGE_BOARD=OFF.
#include "board/page.h"
#include "luge/error.h"

namespace luge::board {

const Page& page() {
  throw StateError("there are no pages: this Luge was built with -DLUGE_BOARD=OFF, without dygraphs");
}

}  // namespace luge::board
