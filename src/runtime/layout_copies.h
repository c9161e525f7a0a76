// The content of buffers in other layouts: converted when first asked for, and kept beside the buffer.
#pragma once

#include <vector>

#include "runtime/program.h"

namespace luge {

/// Returns a buffer's content in a layout: the buffer itself, the copy made before, or a new one. A new copy
/// stays beside the buffer until the content changes, if `keep` is true.
BufferRef in_layout(const BufferRef& buffer, LayoutId layout, const Type& type, const Backend& backend,
                    bool keep);

/// Converts the leaves to the layouts in which the Program reads them.
void convert_leaves(const Program& program, std::vector<BoundLeaf>& leaves);

}  // namespace luge
