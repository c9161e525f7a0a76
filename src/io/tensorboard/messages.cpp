#include "io/tensorboard/messages.h"

#include <fmt/format.h>

#include "io/image/png.h"
#include "io/tensorboard/fields.h"
#include "luge/error.h"

namespace luge::io {
namespace {

MessageWriter plugin_message(std::string_view name, std::string_view content = {}) {
  MessageWriter plugin, metadata;
  plugin.bytes(field::metadata::plugin_name, name);
  if (!content.empty()) plugin.bytes(field::metadata::plugin_content, content);
  return metadata.message(field::metadata::plugin, plugin);
}

MessageWriter shape_message(std::span<const std::int64_t> extents) {
  MessageWriter shape;
  for (const std::int64_t extent : extents) {
    MessageWriter dim;
    dim.whole(field::tensor::size, extent);
    shape.message(field::tensor::extent, dim);
  }
  return shape;
}

void check(const Image& image) {
  const std::int64_t pixels = image.height * image.width * image.channels;
  if (image.channels >= 1 && image.channels <= 4 && image.height > 0 && image.width > 0 &&
      pixels == static_cast<std::int64_t>(image.pixels.size()))
    return;
  throw ValueError(
      fmt::format("EventWriter: the picture has {}x{} pixels of {} channels and {} values; "
                  "expected 1 to 4 channels, extents above 0, and a value for each pixel and channel",
                  image.height, image.width, image.channels, image.pixels.size()));
}

}  // namespace

MessageWriter scalar_message(double value) {
  MessageWriter made;
  made.message(field::value::metadata, plugin_message(kScalars));
  return made.single(field::value::simple, static_cast<float>(value));
}

MessageWriter histogram_message(const Histogram& histogram) {
  MessageWriter counted, made;
  counted.real(field::histogram::min, histogram.min)
      .real(field::histogram::max, histogram.max)
      .real(field::histogram::count, histogram.count)
      .real(field::histogram::sum, histogram.sum)
      .real(field::histogram::sum_squares, histogram.sum_squares)
      .reals(field::histogram::limits, histogram.limits)
      .reals(field::histogram::counts, histogram.counts);
  made.message(field::value::metadata, plugin_message(kHistograms));
  return made.message(field::value::histogram, counted);
}

MessageWriter image_message(const Image& image) {
  check(image);
  return image_message(LoggedImage{image.height, image.width, image.channels, encode_png(image)});
}

MessageWriter image_message(const LoggedImage& image) {
  MessageWriter picture, made;
  picture.whole(field::image::height, image.height)
      .whole(field::image::width, image.width)
      .whole(field::image::channels, image.channels)
      .bytes(field::image::encoded, image.encoded);
  made.message(field::value::metadata, plugin_message(kImages));
  return made.message(field::value::image, picture);
}

MessageWriter text_message(const std::string& text) {
  MessageWriter tensor, made;
  const std::int64_t one[] = {1};
  tensor.whole(field::tensor::dtype, field::tensor::text)
      .message(field::tensor::shape, shape_message(one))
      .bytes(field::tensor::strings, text);
  made.message(field::value::metadata, plugin_message(kText));
  return made.message(field::value::tensor, tensor);
}

MessageWriter pr_curve_message(const PrCurve& curve) {
  constexpr int kThresholds = 2;  // field of PrCurvePluginData
  const std::vector<double>* const rows[] = {&curve.true_positives, &curve.false_positives,
                                             &curve.true_negatives, &curve.false_negatives,
                                             &curve.precision,      &curve.recall};
  const std::size_t columns = curve.recall.size();
  std::vector<float> numbers;
  for (const std::vector<double>* row : rows) {
    if (row->size() != columns)
      throw ValueError(
          fmt::format("EventWriter: the PR curve has rows of {} and {} thresholds; expected "
                      "equal ones",
                      row->size(), columns));
    numbers.insert(numbers.end(), row->begin(), row->end());
  }
  MessageWriter content, tensor, made;
  content.whole(kThresholds, static_cast<std::int64_t>(columns));
  const std::int64_t extents[] = {static_cast<std::int64_t>(std::size(rows)),
                                  static_cast<std::int64_t>(columns)};
  tensor.whole(field::tensor::dtype, field::tensor::f32)
      .message(field::tensor::shape, shape_message(extents))
      .bytes(field::tensor::content,
             {reinterpret_cast<const char*>(numbers.data()), numbers.size() * sizeof(float)});
  made.message(field::value::metadata, plugin_message(kPrCurves, content.text()));
  return made.message(field::value::tensor, tensor);
}

MessageWriter graph_message(const std::vector<GraphNode>& nodes) {
  constexpr std::int64_t kProducer = 22;  // a version of TensorFlow's graphs
  MessageWriter graph, versions;
  for (const GraphNode& node : nodes) {
    MessageWriter made;
    made.bytes(field::graph::name, node.name).bytes(field::graph::op, node.op);
    for (const std::string& input : node.inputs) made.bytes(field::graph::input, input);
    const auto attribute = [&](std::string_view name, const MessageWriter& value) {
      MessageWriter entry;
      entry.bytes(field::graph::key, name).message(field::graph::value, value);
      made.message(field::graph::attribute, entry);
    };
    if (node.shape) {
      MessageWriter list, shapes;
      std::vector<std::int64_t> extents;
      for (int axis = 0; axis < node.shape->rank(); ++axis)
        extents.push_back((*node.shape)[axis] == unknown ? -1 : (*node.shape)[axis]);
      shapes.message(field::graph::list_shape, shape_message(extents));
      attribute("_output_shapes", list.message(field::graph::list, shapes));
    }
    if (!node.dtype.empty()) {
      MessageWriter text;
      attribute("dtype", text.bytes(field::graph::text, node.dtype));
    }
    graph.message(field::graph::node, made);
  }
  versions.whole(field::graph::producer, kProducer);
  return graph.message(field::graph::versions, versions);
}

}  // namespace luge::io
