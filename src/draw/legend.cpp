#include "draw/legend.h"

#include <algorithm>
#include <array>

#include "draw/shades.h"

namespace luge::draw {
namespace {

constexpr double kSize = 11, kRow = 19, kSample = 24, kGap = 6, kBetween = 18, kWidth = 1.8, kDot = 2.6;

const std::array<std::vector<double>, 4> kDashes = {{{}, {6, 2.5}, {1.8, 2}, {7, 2, 1.8, 2}}};

}  // namespace

Legend::Legend(const std::vector<Panel>& panels) {
  for (const Panel& panel : panels) {
    for (const Line& line : panel.lines) {
      if (std::find(labels_.begin(), labels_.end(), line.label) != labels_.end()) continue;
      labels_.push_back(line.label);
      if (!line.label.empty()) entries_.push_back({line.label, stroke_of(line), line.points});
    }
  }
}

Stroke Legend::stroke_of(const Line& line) const {
  const auto found = std::find(labels_.begin(), labels_.end(), line.label);
  const std::int64_t index = found - labels_.begin();
  const auto style = static_cast<std::size_t>(index / color_count() + (line.dashed ? 1 : 0));
  return {line.color.value_or(color_of(index)), kWidth, kDashes[style % kDashes.size()]};
}

Text Legend::text_of(const LegendEntry& entry) const {
  return {.text = entry.label, .size = kSize, .max_width = widest_};
}

double Legend::arrange(double width, double top, Canvas& ruler) {
  if (entries_.empty()) return 0;
  widest_ = std::max(40.0, width - kSample - kGap);
  double x = 0, y = top + kRow / 2;
  std::size_t first = 0;  // of the row
  const auto center = [&](std::size_t end) {
    const double shift = std::max(0.0, (width - (x - kBetween)) / 2);
    for (; first < end; ++first) entries_[first].at.x += shift;
  };
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    const double own =
        kSample + kGap + std::min(widest_, ruler.measure(text_of(entries_[i])).width) + kBetween;
    if (x > 0 && x + own - kBetween > width) {
      center(i);
      x = 0, y += kRow;
    }
    entries_[i].at = {x, y};
    x += own;
  }
  center(entries_.size());
  return y + kRow / 2 - top;
}

void Legend::draw(Canvas& canvas) const {
  for (const LegendEntry& entry : entries_) {
    const Point ends[] = {entry.at, {entry.at.x + kSample, entry.at.y}};
    if (entry.points) {
      canvas.disc({entry.at.x + kSample / 2, entry.at.y}, kDot, entry.stroke.color);
    } else {
      canvas.line(ends, entry.stroke);
    }
    canvas.text({ends[1].x + kGap, entry.at.y}, text_of(entry));
  }
}

}  // namespace luge::draw
