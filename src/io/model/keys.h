// The keys and versions of model files.
#pragma once

namespace luge::io {

inline constexpr const char* kFormat = "luge.format";
/// Networks with one input and one output, and nothing else. Format 2 has several of them, entries, or
/// weights for evaluation; it is written where it is needed.
inline constexpr const char* kFormatOne = "1";
inline constexpr const char* kFormatSeveral = "2";
inline constexpr const char* kMetadata = "luge.notes";
inline constexpr const char* kEvalGraph = "luge.graph.eval";
inline constexpr const char* kTrainGraph = "luge.graph.train";
inline constexpr const char* kRoles = "luge.roles";
inline constexpr const char* kEntries = "luge.entries";
inline constexpr const char* kEvalWeights = "luge.eval_weights";

}  // namespace luge::io
