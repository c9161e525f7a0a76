// The messages of event files: all of a value but its tag, and a graph.
#pragma once

#include <vector>

#include "io/tensorboard/wire.h"
#include "luge/io/tensorboard.h"

namespace luge::io {

MessageWriter scalar_message(double value);
MessageWriter histogram_message(const Histogram& histogram);
/// Throws ValueError as write_png does.
MessageWriter image_message(const Image& image);
MessageWriter image_message(const LoggedImage& image);
MessageWriter text_message(const std::string& text);
MessageWriter pr_curve_message(const PrCurve& curve);
MessageWriter experiment_message(const Hparams& hparams);
MessageWriter session_start_message(const Hparams& hparams, double now);
MessageWriter session_end_message(RunStatus status, double now);
MessageWriter graph_message(const std::vector<GraphNode>& nodes);

}  // namespace luge::io
