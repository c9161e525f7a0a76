// The views that Dataset's members make: each is a Source that owns the source it reads.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "luge/data/source.h"

namespace luge::data {

using SourceRef = std::shared_ptr<const Source>;
using KeyedFunction = std::function<Sample(Sample, std::uint64_t key)>;

SourceRef map_view(SourceRef source, KeyedFunction function);
SourceRef augment_view(SourceRef source, KeyedFunction function, std::uint64_t seed);
SourceRef affine_view(SourceRef source, const Affine& affine);
SourceRef shuffle_view(SourceRef source, std::uint64_t seed);
SourceRef range_view(SourceRef source, std::int64_t first, std::int64_t count);
SourceRef select_view(SourceRef source, std::vector<std::int64_t> indices);

}  // namespace luge::data
