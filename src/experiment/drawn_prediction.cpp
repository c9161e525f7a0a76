#include "experiment/drawn_prediction.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "experiment/pictures.h"
#include "luge/data/augment.h"
#include "luge/data/picture_fields.h"
#include "luge/data/sources.h"

namespace luge::experiment {

std::vector<double> numbers_of(const data::HostArray& value) {
  std::vector<double> all;
  switch (value.field.dtype) {
    case DType::u8: all.assign(value.as<std::uint8_t>().begin(), value.as<std::uint8_t>().end()); break;
    case DType::i32: all.assign(value.as<std::int32_t>().begin(), value.as<std::int32_t>().end()); break;
    case DType::i64: all.assign(value.as<std::int64_t>().begin(), value.as<std::int64_t>().end()); break;
    case DType::f32: all.assign(value.as<float>().begin(), value.as<float>().end()); break;
    case DType::f64: all.assign(value.as<double>().begin(), value.as<double>().end()); break;
    default: break;
  }
  return all;
}

// A few numbers, or the name of a class.
std::string text_of(const data::HostArray& value, const std::vector<std::string>& classes) {
  constexpr std::size_t kMost = 4;
  if (value.field.text) return std::string(value.text());
  std::vector<double> numbers = numbers_of(value);
  const bool whole = !is_floating(value.field.dtype);
  if (numbers.size() == 1 && whole && numbers[0] >= 0 && numbers[0] < static_cast<double>(classes.size()))
    return classes[static_cast<std::size_t>(numbers[0])];
  const bool more = numbers.size() > kMost;
  numbers.resize(std::min(numbers.size(), kMost));
  return fmt::format("{:.4g}{}", fmt::join(numbers, " "), more ? " …" : "");
}

// The regions of a mask of classes, those of class 0 left out.
std::vector<draw::Mask> masks_of(const data::HostArray& mask, const io::Image& picture,
                                 const std::vector<std::string>& names) {
  const std::vector<double> classes = numbers_of(mask);
  std::vector<draw::Mask> all;
  if (static_cast<std::int64_t>(classes.size()) != picture.height * picture.width) return all;
  for (const double each : std::set<double>(classes.begin(), classes.end())) {
    if (each <= 0) continue;
    const auto k = static_cast<std::size_t>(each);
    draw::Mask one{
        .inside = {}, .color = static_cast<std::int64_t>(k), .label = k < names.size() ? names[k] : ""};
    for (const double pixel : classes) one.inside.push_back(pixel == each);
    all.push_back(std::move(one));
  }
  return all;
}

std::vector<draw::Dot> dots_of(const data::Record& record, const std::vector<std::string>& names) {
  std::vector<draw::Dot> dots;
  const data::HostArray* points = record.find(data::kPoints);
  if (!points || points->field.dtype != f32 || points->field.shape.rank() != 2 || points->field.shape[1] != 3)
    return dots;
  const auto values = points->as<float>();
  const auto count = static_cast<std::size_t>(points->field.shape[0]);
  const data::HostArray* visible = record.find("visible");
  const std::vector<double> seen = visible ? numbers_of(*visible) : std::vector<double>();
  for (std::size_t k = 0; k < count; ++k) {
    const float* at = &values[3 * k];
    const bool shown = k < seen.size() ? seen[k] != 0 : at[2] != 0;
    if (!shown || !std::isfinite(at[0]) || !std::isfinite(at[1])) continue;
    dots.push_back({.x = at[0],
                    .y = at[1],
                    .label = names.size() == count ? names[k] : std::to_string(k),
                    .color = static_cast<std::int64_t>(k)});
  }
  return dots;
}

std::string said_text(const data::Record& said, const std::vector<std::string>& classes) {
  const data::HostArray *label = said.find("label"), *probability = said.find("probability");
  if (const data::HostArray* text = said.find("text"); text && text->field.text && probability)
    return fmt::format("{} {:.0f}%", text->text(), 100 * numbers_of(*probability).at(0));
  if (label && probability) {
    return fmt::format("{} {:.0f}%", text_of(*label, classes), 100 * numbers_of(*probability).at(0));
  }
  return said.size() > 0 ? text_of((*said.begin()).second, classes) : "";
}

std::vector<draw::Box> boxes_of(const data::Record& record, const std::vector<std::string>& classes,
                                double least) {
  const data::HostArray *corners = record.find(data::kBoxes), *labels = record.find(data::kLabels);
  std::vector<draw::Box> all;
  if (!corners) return all;
  const std::vector<double> numbers = numbers_of(*corners),
                            of = labels ? numbers_of(*labels) : std::vector<double>();
  const data::HostArray* scores = record.find("scores");
  const std::vector<double> sure = scores ? numbers_of(*scores) : std::vector<double>();
  for (std::size_t k = 0; 4 * k + 3 < numbers.size(); ++k) {
    if (k < sure.size() && sure[k] < least) continue;
    const auto label = static_cast<std::size_t>(k < of.size() ? of[k] : 0);
    draw::Box box{.x = numbers[4 * k],
                  .y = numbers[4 * k + 1],
                  .width = std::max(0.0, numbers[4 * k + 2] - numbers[4 * k]),
                  .height = std::max(0.0, numbers[4 * k + 3] - numbers[4 * k + 1]),
                  .label = label < classes.size() ? classes[label] : fmt::format("class {}", label),
                  .color = static_cast<std::int64_t>(label)};
    if (k < sure.size()) box.score = sure[k];
    all.push_back(std::move(box));
  }
  return all;
}

std::string counts_text(const std::vector<draw::Box>& boxes) {
  std::map<std::string, std::int64_t> counts;
  for (const draw::Box& box : boxes) ++counts[box.label];
  std::vector<std::string> parts;
  for (const auto& [label, count] : counts) parts.push_back(fmt::format("{} {}", label, count));
  return parts.empty() ? "nothing found" : fmt::format("{}", fmt::join(parts, ", "));
}

namespace {

// "cell 12.5 %, other 1.0 %", without the background, which is class 0.
std::string shares_text(const data::HostArray& mask, const std::vector<std::string>& classes) {
  constexpr std::size_t kMost = 4;
  std::map<double, std::int64_t> counts;
  const std::vector<double> pixels = numbers_of(mask);
  for (const double each : pixels) ++counts[each];
  std::vector<std::string> parts;
  for (const auto& [label, count] : counts) {
    if (label <= 0) continue;
    const auto k = static_cast<std::size_t>(label);
    parts.push_back(fmt::format("{} {:.1f} %", k < classes.size() ? classes[k] : fmt::format("class {}", k),
                                100 * static_cast<double>(count) / static_cast<double>(pixels.size())));
  }
  if (parts.empty()) return "nothing found";
  const bool more = parts.size() > kMost;
  parts.resize(std::min(parts.size(), kMost));
  return fmt::format("{}{}", fmt::join(parts, ", "), more ? ", …" : "");
}

}  // namespace

draw::Picture drawn_prediction(const tasks::Learned& learned, const data::Record& raw,
                               const data::Record& said, const std::vector<std::string>& classes,
                               const std::string& name) {
  if (said.contains(data::kBoxes)) {
    draw::Picture drawn{.image = picture_of(raw[data::kInput], {{0.0f}, {1.0f}}),
                        .boxes = boxes_of(said, classes)};
    drawn.caption = name + "\n" + counts_text(drawn.boxes);
    return drawn;
  }
  const data::HostArray* mask = said.find(data::kMask);
  const data::HostArray* points = said.find(data::kPoints);
  const Shape& own = raw[data::kInput].field.shape;
  const bool whole = points || (mask && mask->field.shape == own.without(0));
  const data::Dataset sized = data::steps::with_picture_sizes(learned.recipe, data::records({raw}));
  const data::HostArray shown = whole ? raw[data::kInput] : sized.record(0)[data::kInput];
  draw::Picture drawn{.image = picture_of(shown, {{0.0f}, {1.0f}})};
  if (mask) drawn.masks = masks_of(*mask, drawn.image, classes);
  if (points) {
    drawn.dots = dots_of(said, classes);
    drawn.caption =
        fmt::format("{}\n{} of {} points visible", name, drawn.dots.size(), points->field.shape[0]);
    return drawn;
  }
  drawn.caption = name + "\n" + (mask ? shares_text(*mask, classes) : said_text(said, classes));
  return drawn;
}

}  // namespace luge::experiment
