// Layout ids and oneDNN's memory descriptors: an id is a format tag, found again by comparing where the
// elements lie.
#pragma once

#include <optional>

#include "backend/cpu/layout.h"
#include "backend/cpu/onednn/api.h"

namespace luge::cpu::onednn {

/// Empty for element types that oneDNN lacks.
std::optional<memory::data_type> onednn_type(DType type);

/// Throws dnnl::error when the layout does not belong to values of this rank.
Desc describe(LayoutId layout, const Dims& dims, memory::data_type type);
Desc describe(LayoutId layout, const Type& type);

/// The id of a descriptor's layout; empty where it is no plain blocking. Two descriptors whose elements lie
/// in the same order get the same id: nChw16c with exactly 16 channels is nhwc.
std::optional<LayoutId> layout_of(const Desc& desc);

Dims dims_of(const Shape& shape);

}  // namespace luge::cpu::onednn
