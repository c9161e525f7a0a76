#include "luge/draw/confusion_matrix.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "draw/content.h"
#include "draw/matrix_layout.h"
#include "draw/shades.h"
#include "luge/error.h"

namespace luge::draw {
namespace {

constexpr std::int64_t kMostSquares = 64;  // rows that are drawn as squares; more are one picture

void check(const ConfusionMatrix& matrix) {
  const std::size_t classes = matrix.counts.size();
  if (classes == 0) throw ValueError("confusion_matrix: there are no classes; expected at least one");
  for (std::size_t k = 0; k < classes; ++k) {
    if (matrix.counts[k].size() != classes) {
      throw ValueError(fmt::format("confusion_matrix: row {} has {} counts; expected {}, one for each class",
                                   k, matrix.counts[k].size(), classes));
    }
    const auto negative =
        std::find_if(matrix.counts[k].begin(), matrix.counts[k].end(), [](auto n) { return n < 0; });
    if (negative == matrix.counts[k].end()) continue;
    throw ValueError(fmt::format("confusion_matrix: row {}, column {} is {}; expected a count of 0 or more",
                                 k, negative - matrix.counts[k].begin(), *negative));
  }
  if (!matrix.classes.empty() && matrix.classes.size() != classes) {
    throw ValueError(
        fmt::format("confusion_matrix: there are {} names for {} classes", matrix.classes.size(), classes));
  }
}

using Counts = std::vector<std::vector<std::int64_t>>;

// Neighboring classes together, where there are more than cells.
Counts joined(const Counts& counts, std::int64_t each) {
  if (each == 1) return counts;
  const std::size_t cells =
      (counts.size() + static_cast<std::size_t>(each) - 1) / static_cast<std::size_t>(each);
  Counts sums(cells, std::vector<std::int64_t>(cells));
  for (std::size_t k = 0; k < counts.size(); ++k) {
    for (std::size_t g = 0; g < counts.size(); ++g)
      sums[k / static_cast<std::size_t>(each)][g / static_cast<std::size_t>(each)] += counts[k][g];
  }
  return sums;
}

double level_of(const MatrixLayout& layout, double share) { return std::pow(share, 1 / layout.root); }
Color shade_of(const MatrixLayout& layout, double share) { return shade(level_of(layout, share)); }

std::vector<std::vector<double>> shares_of(const Counts& counts) {
  std::vector<std::vector<double>> shares;
  for (const auto& row : counts) {
    const double sum = std::accumulate(row.begin(), row.end(), 0.0);
    shares.emplace_back();
    for (const std::int64_t count : row)
      shares.back().push_back(sum > 0 ? static_cast<double>(count) / sum : 0);
  }
  return shares;
}

io::Image shaded(const MatrixLayout& layout, const std::vector<std::vector<double>>& shares) {
  const auto n = static_cast<std::int64_t>(shares.size());
  io::Image image{n, n, 3, {}};
  for (const auto& row : shares) {
    for (const double share : row) {
      const Color color = shade_of(layout, share);
      image.pixels.insert(image.pixels.end(), {color.red, color.green, color.blue});
    }
  }
  return image;
}

void draw_cells(Canvas& canvas, const MatrixLayout& layout, const Counts& counts) {
  const auto shares = shares_of(counts);
  const auto n = static_cast<std::int64_t>(counts.size());
  if (n > kMostSquares) return canvas.image(shaded(layout, shares), layout.body, false);
  for (std::int64_t k = 0; k < n; ++k) {
    for (std::int64_t g = 0; g < n; ++g) {
      const Rect rect = layout.cell_at(k, g);
      const std::int64_t count = counts[static_cast<std::size_t>(k)][static_cast<std::size_t>(g)];
      const double share = shares[static_cast<std::size_t>(k)][static_cast<std::size_t>(g)];
      const Color color = shade_of(layout, share);
      canvas.fill(rect, color);
      if (count == 0 || layout.text == CellText::none) continue;
      const Point center{rect.x + rect.width / 2, rect.y + rect.height / 2};
      const bool both = layout.text == CellText::count_and_share;
      const double size = layout.text_size;
      canvas.text(
          {center.x, center.y - (both ? 0.55 * size : 0)},
          {.text = std::to_string(count), .size = size, .color = text_on(color), .align = Align::center});
      if (!both) continue;
      canvas.text({center.x, center.y + 0.75 * size},
                  {.text = fmt::format("{:.{}f}%", 100 * share, share < 0.9995 ? 1 : 0),
                   .size = 0.8 * size,
                   .color = text_on(color),
                   .align = Align::center});
    }
  }
  if (layout.cell < 12) return;
  for (std::int64_t k = 1; k < n; ++k) {
    const Rect at = layout.cell_at(k, k);
    const Point row[] = {{layout.body.x, at.y}, {layout.body.right(), at.y}},
                column[] = {{at.x, layout.body.y}, {at.x, layout.body.bottom()}};
    canvas.line(row, {kPale, 0.6});
    canvas.line(column, {kPale, 0.6});
  }
}

void draw_names(Canvas& canvas, const MatrixLayout& layout, const ConfusionMatrix& matrix) {
  const Rect& body = layout.body;
  const std::int64_t cells = layout.cells(static_cast<std::int64_t>(matrix.counts.size()));
  for (std::int64_t k = 0; k < cells; k += layout.label_every) {
    const Rect at = layout.cell_at(k, k);
    Text name{.text = class_of(matrix, k * layout.classes_each),
              .size = layout.label_size,
              .align = Align::right,
              .max_width = layout.row_label_width};
    canvas.text({body.x - 6, at.y + at.height / 2}, name);
    if (layout.column_degrees == 0) name.align = Align::center, name.max_width = 0;
    name.degrees = layout.column_degrees;
    canvas.text({at.x + at.width / 2, body.bottom() + (layout.column_degrees == 0 ? 11 : 7)}, name);
  }
  const Text title{.text = "true class", .size = 12, .color = kGray, .align = Align::center, .degrees = -90};
  canvas.text({14, body.y + body.height / 2}, title);
  canvas.text({body.x + body.width / 2, body.bottom() + layout.column_label_height + 16},
              {.text = "predicted class", .size = 12, .color = kGray, .align = Align::center});
}

void draw_bar(Canvas& canvas, const MatrixLayout& layout) {
  const Rect& bar = layout.bar;
  constexpr int kSteps = 128;
  io::Image steps{kSteps, 1, 3, {}};
  for (int i = 0; i < kSteps; ++i) {
    const Color color = shade(1 - (i + 0.5) / kSteps);
    steps.pixels.insert(steps.pixels.end(), {color.red, color.green, color.blue});
  }
  canvas.image(steps, bar, false);
  canvas.frame(bar, {{190, 190, 190}, 0.8});
  for (const double share : {0.0, 0.01, 0.05, 0.2, 0.5, 1.0}) {
    const double y = bar.bottom() - level_of(layout, share) * bar.height;
    const Point tick[] = {{bar.right(), y}, {bar.right() + 3, y}};
    canvas.line(tick, {{150, 150, 150}, 0.8});
    canvas.text({bar.right() + 6, y},
                {.text = fmt::format("{:.0f}%", 100 * share), .size = 9.5, .color = kGray});
  }
}

}  // namespace

Figure confusion_matrix(const ConfusionMatrix& matrix) {
  check(matrix);
  const MatrixLayout layout = lay_out(matrix, *ruler());
  return Figure({layout.extent, matrix.title.empty() ? "confusion matrix" : matrix.title,
                 [matrix, layout](Canvas& canvas) {
                   if (!matrix.title.empty())
                     canvas.text({layout.extent.width / 2, 10}, title_of(matrix, layout.extent.width));
                   draw_cells(canvas, layout, joined(matrix.counts, layout.classes_each));
                   canvas.frame(layout.body, {{150, 150, 150}, 0.8});
                   draw_names(canvas, layout, matrix);
                   draw_bar(canvas, layout);
                 }});
}

}  // namespace luge::draw
