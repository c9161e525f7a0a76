// Summaries of a graph. What a session computes of one is a list of numbers: for each summary its number,
// how many elements it has, and these.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <mutex>
#include <optional>

#include "luge/error.h"
#include "luge/io/summary.h"
#include "luge/name_scope.h"
#include "luge/ops/math.h"
#include "luge/ops/reduce.h"
#include "luge/ops/shape.h"

namespace luge::summary {
namespace {

enum class Kind : std::uint8_t { scalar, histogram, image };
struct Known {
  Kind kind;
  std::string tag;
  Shape picture = {};     // channels, height, width
  std::int64_t most = 0;  // pictures
  double brightest = 1;
};

// Numbers of summaries begin high, so that other tensors are seldom taken for one.
constexpr std::int64_t kFirst = 7'000'000'001;
struct All {
  std::mutex mutex;
  std::vector<Known> known;  // by number
  Tensors since_reset;
};
All& all() {
  static All made;
  return made;
}

Tensor add(Known about, const Tensor& values) {
  if (const std::string scope = graph::name_scope(); !scope.empty()) about.tag = scope + "/" + about.tag;
  const Tensor flat = reshape(cast(values, f64), {-1});
  const Tensor count = values.shape().known() ? full({1}, static_cast<double>(values.shape().elements()), f64)
                                              : reshape(sum(ones_like(flat)), {1});
  const std::lock_guard lock(all().mutex);
  const auto number = kFirst + static_cast<std::int64_t>(all().known.size());
  all().known.push_back(std::move(about));
  return all().since_reset.emplace_back(
      concat({full({1}, static_cast<double>(number), f64), count, flat}, 0));
}

std::optional<Known> known_as(double number) {
  const std::lock_guard lock(all().mutex);
  const double index = number - static_cast<double>(kFirst);
  if (!(index >= 0) || index >= static_cast<double>(all().known.size()) || index != std::floor(index))
    return std::nullopt;
  return all().known[static_cast<std::size_t>(index)];
}

io::Image picture_of(std::span<const double> values, const Known& about) {
  const std::int64_t channels = about.picture[0], height = about.picture[1], width = about.picture[2];
  io::Image made{height, width, channels, {}};
  for (std::int64_t at = 0; at < height * width; ++at) {
    for (std::int64_t c = 0; c < channels; ++c) {
      const double value = values[static_cast<std::size_t>(c * height * width + at)] * 255 / about.brightest;
      made.pixels.push_back(value >= 255 ? 255 : value > 0 ? static_cast<std::uint8_t>(value + 0.5) : 0);
    }
  }
  return made;
}

void log_one(io::EventWriter& writer, const Known& about, std::span<const double> values, std::int64_t step) {
  if (about.kind == Kind::scalar) return writer.scalar(about.tag, values[0], step);
  if (about.kind == Kind::histogram) return writer.histogram(about.tag, io::histogram_of(values), step);
  const auto one = static_cast<std::size_t>(about.picture.elements());
  for (std::size_t k = 0; k < static_cast<std::size_t>(about.most) && (k + 1) * one <= values.size(); ++k) {
    writer.image(fmt::format("{}/{}", about.tag, k), picture_of(values.subspan(k * one, one), about), step);
  }
}

}  // namespace

Tensor scalar(const std::string& tag, const Tensor& value) {
  if (!value.shape().known() || value.elements() != 1) {
    throw ShapeError(fmt::format("summary::scalar: '{}' has the shape {}; expected one number", tag,
                                 value.shape().to_string()));
  }
  return add({.kind = Kind::scalar, .tag = tag}, value);
}

Tensor histogram(const std::string& tag, const Tensor& values) {
  return add({.kind = Kind::histogram, .tag = tag}, values);
}

Tensor image(const std::string& tag, const Tensor& images, std::int64_t max_outputs) {
  const Shape& shape = images.shape();
  const bool right =
      shape.rank() == 4 && shape.without(0).known() && shape[1] >= 1 && shape[1] <= 4 && shape[1] != 2;
  if (!right) {
    throw ShapeError(fmt::format("summary::image: '{}' has the shape {}; expected [N,1|3|4,height,width]",
                                 tag, shape.to_string()));
  }
  if (max_outputs < 1) {
    throw ValueError(
        fmt::format("summary::image: max_outputs of '{}' is {}; expected at least 1", tag, max_outputs));
  }
  return add({.kind = Kind::image,
              .tag = tag,
              .picture = shape.without(0),
              .most = max_outputs,
              .brightest = is_floating(images.dtype()) ? 1.0 : 255.0},
             images);
}

Tensor merge(const Tensors& summaries) {
  if (summaries.empty()) throw ValueError("summary::merge: there are no summaries");
  return concat(summaries, 0);
}

Tensor merge_all() {
  const std::lock_guard lock(all().mutex);
  if (all().since_reset.empty())
    throw StateError(
        "summary::merge_all: there are no summaries; make some with summary::scalar or its like");
  return concat(all().since_reset, 0);
}

void reset() {
  const std::lock_guard lock(all().mutex);
  all().since_reset.clear();
}

FileWriter::FileWriter(const std::filesystem::path& folder) : writer_(folder) {}
FileWriter::FileWriter(const std::filesystem::path& folder, const std::vector<graph::Fetch>& graph)
    : writer_(folder) {
  add_graph(graph);
}

void FileWriter::add_graph(const std::vector<graph::Fetch>& fetches) { writer_.graph(io::graph_of(fetches)); }
void FileWriter::flush() { writer_.flush(); }
io::EventWriter& FileWriter::events() { return writer_; }

void FileWriter::add_summary(const Tensor& computed, std::int64_t step) {
  const auto refuse = [&] {
    throw ValueError(
        fmt::format("FileWriter::add_summary: the tensor {}{} is not a summary; expected what a session "
                    "computed of summary::merge_all() or of one summary",
                    name(computed.dtype()), computed.shape().to_string()));
  };
  if (computed.dtype() != f64 || computed.rank() != 1) refuse();
  const auto numbers = computed.to_vector<double>();
  const std::span<const double> list(numbers);
  std::vector<std::pair<Known, std::span<const double>>> found;
  for (std::size_t at = 0; at < list.size();) {
    const auto about = known_as(list[at]);
    if (!about || at + 2 > list.size() || !(list[at + 1] >= 0) ||
        list[at + 1] > static_cast<double>(list.size() - at - 2))
      refuse();
    const auto count = static_cast<std::size_t>(list[at + 1]);
    found.emplace_back(*about, list.subspan(at + 2, count));
    at += 2 + count;
  }
  for (const auto& [about, values] : found) log_one(writer_, about, values, step);
}

}  // namespace luge::summary
