// The numbers of the fields that event files have, by message. They are facts of the format (TensorFlow's
// event.proto, summary.proto, tensor.proto, graph.proto; TensorBoard's hparams and pr_curves).
#pragma once

#include <string_view>

namespace luge::io::field {

namespace event {
inline constexpr int wall_time = 1, step = 2, file_version = 3, graph = 4, summary = 5, session = 7;
}
namespace session {
inline constexpr int status = 1, start = 1;  // `start` is a value of the status
}
namespace summary {
inline constexpr int value = 1;
}
namespace value {
inline constexpr int tag = 1, simple = 2, image = 4, histogram = 5, tensor = 8, metadata = 9;
}
namespace metadata {
inline constexpr int plugin = 1, plugin_name = 1, plugin_content = 2;
}
namespace image {
inline constexpr int height = 1, width = 2, channels = 3, encoded = 4;
}
namespace histogram {
inline constexpr int min = 1, max = 2, count = 3, sum = 4, sum_squares = 5, limits = 6, counts = 7;
}
namespace tensor {
inline constexpr int dtype = 1, shape = 2, content = 4, floats = 5, doubles = 6, strings = 8;
inline constexpr int f32 = 1, f64 = 2, text = 7;  // values of the dtype
inline constexpr int extent = 2, size = 1;        // of a shape, and of one of its extents
}  // namespace tensor
namespace graph {
inline constexpr int node = 1, versions = 4, producer = 1;
inline constexpr int name = 1, op = 2, input = 3, attribute = 5, key = 1, value = 2;
inline constexpr int list = 1, list_shape = 7, text = 2, unknown_rank = 3;
}  // namespace graph
namespace hparams {
inline constexpr int experiment = 2, session_start = 3, session_end = 4;
inline constexpr int info = 4, metric = 5, info_name = 1, info_type = 4, metric_name = 1, metric_group = 1,
                     metric_tag = 2, metric_shown = 3;
inline constexpr int start_values = 1, start_group = 4, start_time = 5, end_status = 1, end_time = 2;
inline constexpr int map_key = 1, map_value = 2, number = 2, text = 3, truth = 4;  // google.protobuf.Value
inline constexpr int type_text = 1, type_truth = 2, type_number = 3;
}  // namespace hparams

}  // namespace luge::io::field

namespace luge::io {

inline constexpr std::string_view kEventVersion = "brain.Event:2", kScalars = "scalars",
                                  kHistograms = "histograms", kImages = "images", kText = "text",
                                  kPrCurves = "pr_curves", kHparams = "hparams";
inline constexpr std::string_view kEventFile = "events.out.tfevents.";

}  // namespace luge::io
