// Summaries in the manner of TensorFlow 1: what a graph computes becomes events that TensorBoard shows.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "luge/graph.h"
#include "luge/io/tensorboard.h"
#include "luge/nn/module.h"
#include "luge/tensor.h"

namespace luge::io {

/// Returns the nodes that compute the fetches, for EventWriter::graph. Name scopes are the paths. What only
/// operations need is in the scope "training".
std::vector<GraphNode> graph_of(const std::vector<graph::Fetch>& fetches);
/// Returns the nodes of a network for these inputs; their first extent is the batch, which becomes unknown.
/// The paths of layers are the scopes: what block1.conv computes is "block1/conv/conv2d". Only dtypes and
/// shapes of the inputs count; nothing is computed. Throws as the network does.
std::vector<GraphNode> graph_of(const nn::Module& net, const Tensors& inputs);

}  // namespace luge::io

namespace luge::summary {

/// Returns a tensor that holds a number and its tag, for FileWriter::add_summary. The tag begins with the
/// open name scope. Throws ShapeError when the value is not one number. Source: TensorFlow 1 summary.scalar.
Tensor scalar(const std::string& tag, const Tensor& value);
/// Returns a tensor that holds values of any shape, of which add_summary makes a histogram. Source:
/// TensorFlow 1 summary.histogram.
Tensor histogram(const std::string& tag, const Tensor& values);
/// Returns a tensor that holds pictures [N,1|3|4,height,width], of which add_summary logs the first
/// `max_outputs` as TAG/0, TAG/1 … Elements of u8 are 0 (dark) to 255 (bright), floating ones 0 to 1. Throws
/// ShapeError for another shape, and ValueError when max_outputs is below 1. Source: TensorFlow 1
/// summary.image.
Tensor image(const std::string& tag, const Tensor& images, std::int64_t max_outputs = 3);
/// Returns one tensor that holds several summaries. Throws ValueError for none. Source: TensorFlow 1
/// summary.merge.
Tensor merge(const Tensors& summaries);
/// Returns one tensor that holds all summaries that were made since the last reset. Throws StateError when
/// there are none. Source: TensorFlow 1 summary.merge_all.
Tensor merge_all();
/// Forgets all summaries for merge_all, and so what they would keep in memory.
void reset();

/// Writes events into a folder.
///
///     summary::scalar("loss", loss);
///     Tensor merged = summary::merge_all();
///     summary::FileWriter writer("logs/run1", {loss, step});
///     writer.add_summary(session.run(merged, feeds), i);
class FileWriter {
 public:
  /// Begins an event file. Throws as io::EventWriter.
  explicit FileWriter(const std::filesystem::path& folder);
  /// Does the same, and logs the graph of these fetches.
  FileWriter(const std::filesystem::path& folder, const std::vector<graph::Fetch>& graph);

  /// Logs what a session computed of a summary. Throws ValueError for a tensor that is none. NaN and infinite
  /// elements of histograms are left out, and counted as the scalar TAG/not_finite.
  void add_summary(const Tensor& computed, std::int64_t step);
  /// Logs the graph of these fetches.
  void add_graph(const std::vector<graph::Fetch>& fetches);
  /// Writes what is kept. The destructor does so, too, but tells no errors.
  void flush();
  /// Returns the writer, for what is not part of a graph.
  io::EventWriter& events();

 private:
  io::EventWriter writer_;
};

}  // namespace luge::summary
