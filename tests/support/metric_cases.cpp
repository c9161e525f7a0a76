#include "support/metric_cases.h"

#include <algorithm>
#include <set>

#include "luge/io/safetensors.h"
#include "luge/ops/shape.h"
#include "support/paths.h"

namespace luge::metrics {
namespace {

using Fields = std::map<std::string, Tensor>;

const Fields& file() {
  static const Fields all = [] {
    Fields read;
    for (const char* name : {"metrics", "metrics_points"}) {
      const io::SafetensorsFile stored((testing::source_dir() / "tests/golden" / name).string() +
                                       ".safetensors");
      for (const io::StoredTensor& each : stored.tensors())
        read[each.name] = tensor_from_bytes(stored.read(each.name), each.dtype, each.shape);
    }
    return read;
  }();
  return all;
}

// The bytes of one sample; `length` of the first axis are there.
data::HostArray sample_of(const Tensor& all, std::int64_t sample, std::optional<std::int64_t> length,
                          bool text) {
  Shape shape = all.shape().without(0);
  const Shape full = shape;
  if (length) shape = shape.with(0, *length);
  const auto fill = [&]<class T>(DType dtype, T) {
    data::HostArray value(data::Field{dtype, shape});
    const auto elements = all.to_vector<T>();
    const auto from = elements.begin() + sample * full.elements();
    std::copy(from, from + shape.elements(), value.as<T>().begin());
    return value;
  };
  if (!text) return all.dtype() == f64 ? fill(f64, double()) : fill(i64, std::int64_t());
  const data::HostArray codes = fill(i64, std::int64_t());
  std::string bytes;
  for (const std::int64_t code : codes.as<std::int64_t>()) bytes += static_cast<char>(code);
  return data::HostArray::of_text(bytes);
}

std::vector<data::Record> records_of(const Fields& fields, bool text) {
  std::vector<data::Record> all;
  for (const auto& [name, value] : fields) {
    if (name.ends_with(".length")) continue;
    const auto lengths = fields.find(name + ".length");
    all.resize(static_cast<std::size_t>(value.extent(0)));
    for (std::size_t k = 0; k < all.size(); ++k) {
      const auto length = lengths == fields.end()
                              ? std::nullopt
                              : std::optional(lengths->second.to_vector<std::int64_t>()[k]);
      all[k].set(name, sample_of(value, static_cast<std::int64_t>(k), length, text));
    }
  }
  return all;
}

GoldenCase case_of(const std::string& name, const Fields& parts) {
  GoldenCase one;
  one.metric = name.substr(0, name.find('|'));
  one.value = parts.at("value").to_vector<double>();
  if (parts.contains("prediction")) {
    one.prediction = parts.at("prediction");
    one.target = parts.at("target");
    if (parts.contains("counted")) one.counted = parts.at("counted");
    one.outputs = static_cast<OutputKind>(parts.at("kind").item<std::int64_t>());
    return one;
  }
  Fields of_prediction, of_truth;
  for (const auto& [part, value] : parts) {
    if (part.starts_with("p.")) of_prediction[part.substr(2)] = value;
    if (part.starts_with("t.")) of_truth[part.substr(2)] = value;
  }
  const bool text = of_prediction.contains("text");
  one.predictions = records_of(of_prediction, text);
  one.truths = records_of(of_truth, text);
  for (std::int64_t k = 0; k < parts.at("classes").item<std::int64_t>(); ++k)
    one.classes.push_back("c" + std::to_string(k));
  return one;
}

}  // namespace

void GoldenCase::add(const Metric& to, std::int64_t from, std::int64_t stop) const {
  const auto part = [&](const Tensor& x) { return x.defined() ? slice(x, 0, from, stop) : x; };
  to.update(part(prediction), part(target), part(counted));
}

void GoldenCase::add(const HostMetric& to, std::int64_t from, std::int64_t stop) const {
  for (auto k = static_cast<std::size_t>(from); k < static_cast<std::size_t>(stop); ++k)
    to.update(predictions[k], truths[k]);
}

const std::map<std::string, GoldenCase>& golden_cases() {
  static const std::map<std::string, GoldenCase> all = [] {
    std::map<std::string, Fields> parts;
    for (const auto& [name, value] : file()) {
      const std::size_t bar = name.find('|');
      if (bar == name.npos) continue;
      const std::size_t dot = name.find('.', bar);
      parts[name.substr(0, dot)][name.substr(dot + 1)] = value;
    }
    std::map<std::string, GoldenCase> cases;
    for (const auto& [name, fields] : parts) cases.emplace(name, case_of(name, fields));
    return cases;
  }();
  return all;
}

Tensor golden_tensor(const std::string& name) { return file().at(name); }

std::vector<std::pair<std::int64_t, std::int64_t>> uneven_parts(std::int64_t samples) {
  std::vector<std::pair<std::int64_t, std::int64_t>> parts;
  std::int64_t from = 0;
  for (const std::int64_t length : std::vector<std::int64_t>{1, 4, 0, 2, 7, samples}) {
    const std::int64_t stop = std::min(samples, from + length);
    parts.emplace_back(from, stop);
    from = stop;
  }
  return parts;
}

std::vector<double> values_of(const HostMetric& metric) {
  std::vector<double> all;
  for (const Figure& figure : metric.figures()) all.push_back(figure.value);
  return all;
}

}  // namespace luge::metrics
