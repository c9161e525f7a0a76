// The content of buffers in other layouts and on other devices: copied when first asked for, and kept next to
// the buffer.
#pragma once

#include <vector>

#include "runtime/program.h"

namespace luge {

/// Returns a buffer's content in a layout of a backend and in its memory: the buffer itself, the copy made
/// before, or a new one. A new copy stays next to the buffer until the content changes, if `keep` is true.
/// Layouts belong to backends: from one memory to another the content goes through the public layout.
BufferRef in_layout(const BufferRef& buffer, LayoutId layout, const Type& type, const Backend& backend,
                    bool keep);

/// Brings the leaves to the layouts and the memories in which the Program reads them.
void convert_leaves(const Program& program, std::vector<BoundLeaf>& leaves);

}  // namespace luge
