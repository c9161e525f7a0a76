#include "draw/matrix_layout.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "draw/content.h"

namespace luge::draw {
namespace {

constexpr std::int64_t kMostCells = 1000;
// A confusion of one sample in a hundred would be as good as white without a root, and in the small cells of
// many classes with a square root, too.
constexpr std::int64_t kFewCells = 64;
constexpr double kMargin = 12, kAxisTitle = 20, kLongestLabel = 150, kBar = 14, kBarGap = 18, kBarLabels = 46;

// Large enough for numbers while there are few, for every name up to about 100, and at least two pixels of a
// PNG. Halves of a unit are whole pixels there.
double cell_side(std::int64_t cells) {
  const double n = static_cast<double>(cells);
  const double side = cells <= 120 ? std::clamp(640 / n, 9.0, 84.0) : std::max(1.0, 900 / n);
  return std::floor(2 * side) / 2;
}

// 1, 2, 5, 10, 20 …: the smallest that is at least `least`.
std::int64_t round_number(double least) {
  for (std::int64_t power = 1;; power *= 10) {
    for (const std::int64_t factor : {1, 2, 5}) {
      if (static_cast<double>(factor * power) >= least) return factor * power;
    }
  }
}

void choose_text(MatrixLayout& layout, const ConfusionMatrix& matrix, Canvas& ruler) {
  if (layout.classes_each > 1 || layout.cell < 12) return;
  std::int64_t largest = 0;
  for (const auto& row : matrix.counts)
    largest = std::max(largest, *std::max_element(row.begin(), row.end()));
  for (const double size : {13.0, 11.0, 10.0, 9.0, 8.0, 7.0}) {
    if (size > 0.45 * layout.cell) continue;
    const double count = ruler.measure({.text = std::to_string(largest), .size = size}).width;
    const double share = ruler.measure({.text = "99.9%", .size = 0.8 * size}).width;
    if (count > layout.cell - 5) continue;
    layout.text_size = size;
    layout.text =
        share <= layout.cell - 5 && 2.6 * size <= layout.cell ? CellText::count_and_share : CellText::count;
    return;
  }
}

}  // namespace

std::string class_of(const ConfusionMatrix& matrix, std::int64_t k) {
  return matrix.classes.empty() ? std::to_string(k) : matrix.classes[static_cast<std::size_t>(k)];
}

Text title_of(const ConfusionMatrix& matrix, double width) {
  return figure_title(matrix.title, width - 2 * kMargin);
}

MatrixLayout lay_out(const ConfusionMatrix& matrix, Canvas& ruler) {
  MatrixLayout layout;
  const auto classes = static_cast<std::int64_t>(matrix.counts.size());
  layout.classes_each = (classes + kMostCells - 1) / kMostCells;
  const std::int64_t cells = layout.cells(classes);
  layout.cell = cell_side(cells);
  layout.root = cells <= kFewCells ? 2 : 3;
  layout.label_size = std::clamp(0.85 * layout.cell, 7.5, 11.0);
  layout.label_every = round_number(layout.label_size * 1.15 / layout.cell);
  double widest = 0;
  for (std::int64_t k = 0; k < cells; k += layout.label_every) {
    const Text label{.text = class_of(matrix, k * layout.classes_each), .size = layout.label_size};
    widest = std::max(widest, ruler.measure(label).width);
  }
  layout.row_label_width = std::min(widest, kLongestLabel) + 1;
  const double pitch = layout.cell * static_cast<double>(layout.label_every);
  const bool level = widest <= pitch - 6;
  layout.column_degrees = level ? 0 : pitch >= 18 ? -45 : -90;
  const double angle = -layout.column_degrees * std::numbers::pi / 180;
  layout.column_label_height =
      level ? 16 : 6 + std::sin(angle) * layout.row_label_width + std::cos(angle) * layout.label_size;
  choose_text(layout, matrix, ruler);

  const double side = layout.cell * static_cast<double>(cells);
  // A turned label of the first column reaches to the left.
  const double overhang = std::cos(angle) * layout.row_label_width * (level ? 0 : 1) - layout.cell / 2;
  const double left = kMargin + kAxisTitle + std::max(layout.row_label_width + 8, overhang - kAxisTitle);
  layout.extent.width = std::max(330.0, left + side + kBarGap + kBar + kBarLabels + kMargin);
  layout.title_height =
      matrix.title.empty() ? kMargin : ruler.measure(title_of(matrix, layout.extent.width)).height + 22;
  layout.body = {left, layout.title_height, side, side};
  layout.bar = {layout.body.right() + kBarGap, layout.body.y, kBar, std::clamp(side, 120.0, 320.0)};
  layout.extent.height =
      std::max(layout.body.bottom() + layout.column_label_height + 6 + kAxisTitle, layout.bar.bottom()) +
      kMargin;
  return layout;
}

}  // namespace luge::draw
