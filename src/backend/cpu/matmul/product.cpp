#include "backend/cpu/matmul/product.h"

#include <fmt/format.h>
#include <omp.h>

#include <algorithm>
#include <set>

namespace luge::cpu::matmul {
namespace {

// The longest block of the inner extent.
constexpr int64_t kLongest = 512;
// Rows of A that are taken at a time: with a panel of B they stay in the second cache.
constexpr int64_t kHigh = 192;
// Panels of B that are walked together: what is written of a row of C lies together.
constexpr int64_t kTogether = 2;

int64_t blocks(int64_t extent, int64_t most) { return (extent + most - 1) / most; }

// Vectors of a panel. Wide tiles take the fewest instructions per product, which is what counts where two
// threads share a core: 1.47 of 9x3 vectors and 1.45 of 6x4, against 1.6 of 14x2. Of the two, 9x3 reads less
// of B.
int widest_of(x64::Isa isa, int64_t vectors) {
  if (isa == x64::Isa::avx2) return static_cast<int>(std::min<int64_t>(vectors, 2));
  return static_cast<int>(std::min<int64_t>(vectors, vectors % 3 == 0 ? 3 : 4));
}

}  // namespace

Product::Product(const Problem& problem, int threads) : problem_(problem), threads_(threads) {
  const auto isa = x64::instruction_set();
  if (!isa || packing_.lanes != lanes(*isa)) return;
  lanes_ = packing_.lanes;
  vectors_ = blocks(problem.columns, lanes_);
  widest_ = widest_of(*isa, vectors_);
  tallest_ = tallest(*isa, widest_);
  panels_ = blocks(vectors_, widest_);
  while (row_parts_ * 2 <= threads && problem.rows >= row_parts_ * 2 * tallest_) row_parts_ *= 2;
  if (problem.rows >= threads * tallest_) row_parts_ = threads;
  column_parts_ = threads / row_parts_;
  blocks_ = blocks(problem.depth, kLongest);
  tiles_.resize(static_cast<std::size_t>(kinds * widest_ * tallest_));
  write_code(*isa);
}

std::size_t Product::scratch() const {
  return sizeof(float) * static_cast<std::size_t>(blocks(problem_.depth, blocks_) * vectors_ * lanes_);
}

std::string Product::note() const { return fmt::format("tiles of {}x{}", tallest_, widest_ * lanes_); }

template <class Work>
void Product::cut(int64_t begin, int64_t extent, int64_t most, const Work& work) {
  const int64_t count = blocks(extent, most);
  for (int64_t k = 0; k < count; ++k) {
    const int64_t first = extent * k / count;
    work(begin + first, extent * (k + 1) / count - first);
  }
}

int64_t Product::panel_begin(int64_t panel) const { return vectors_ * panel / panels_ * lanes_; }

std::size_t Product::tile_index(int kind, int64_t vectors, int64_t rows) const {
  return static_cast<std::size_t>((kind * widest_ + vectors - 1) * tallest_ + rows - 1);
}

// One code for each height, width and kind of tile that a run meets.
void Product::write_code(x64::Isa isa) {
  std::set<int64_t> heights;
  for (int row_part = 0; row_part < row_parts_; ++row_part) {
    const auto [row, rows] = rows_of(row_part);
    cut(row, rows, kHigh, [&](int64_t high, int64_t count) {
      cut(high, count, tallest_, [&](int64_t, int64_t height) { heights.insert(height); });
    });
  }
  std::set<std::pair<int64_t, int>> widths;  // vectors, and whether the last is a part
  for (int64_t panel = 0; panel < panels_; ++panel)
    widths.emplace((panel_begin(panel + 1) - panel_begin(panel)) / lanes_, is_part(panel) ? part : 0);
  std::set<int> sums{blocks_ > 1 ? adds | ends : ends};
  if (blocks_ > 1) sums.insert(0);
  if (blocks_ > 2) sums.insert(adds);

  TileShape shape;
  shape.a_row = problem_.depth;
  shape.width = problem_.columns;
  for (const int sum : sums) {
    shape.add = sum & adds;
    shape.bias = (sum & ends) && problem_.bias;
    shape.post_ops = sum & ends ? problem_.post_ops : std::vector<TilePostOp>{};
    for (const auto& [vectors, partly] : widths) {
      shape.part = partly != 0;
      shape.vectors = static_cast<int>(vectors);
      for (const int64_t rows : heights) {
        shape.rows = static_cast<int>(rows);
        auto code = x64::Code::make(generate_tile(shape, isa));
        if (!code) return;
        tiles_[tile_index(sum | partly, vectors, rows)] = code->as<TileFunction>();
        codes_.push_back(std::move(code));
      }
    }
  }
  possible_ = true;
}

std::pair<int64_t, int64_t> Product::rows_of(int row_part) const {
  const int64_t row = problem_.rows * row_part / row_parts_;
  return {row, problem_.rows * (row_part + 1) / row_parts_ - row};
}

void Product::run(const Arrays& arrays, void* scratch) const {
#pragma omp parallel num_threads(threads_) if (threads_ > 1)
  { share(arrays, static_cast<float*>(scratch), omp_get_thread_num(), omp_get_num_threads()); }
}

// What thread `thread` of `of` does; there may be fewer than there are parts.
void Product::share(const Arrays& arrays, float* packed_b, int thread, int of) const {
  for (int64_t block = 0; block < blocks_; ++block) {
    if (block > 0) {
#pragma omp barrier  // the panels before are still read
    }
    for (int64_t panel = panels_ * thread / of; panel < panels_ * (thread + 1) / of; ++panel)
      pack_panel(arrays.b, packed_b, block, panel);
#pragma omp barrier
    for (int part_index = thread; part_index < row_parts_ * column_parts_; part_index += of)
      multiply(arrays, packed_b, block, part_index);
  }
}

void Product::pack_panel(const float* b, float* packed_b, int64_t block, int64_t panel) const {
  const int64_t begin = panel_begin(panel), width = panel_begin(panel + 1) - begin, k = block_begin(block),
                depth = block_begin(block + 1) - k;
  packing_.pack(b + begin * problem_.b.outer + k * problem_.b.inner, problem_.b,
                std::min(width, problem_.columns - begin), depth, packed_b + begin * depth, width);
}

void Product::multiply(const Arrays& arrays, const float* packed_b, int64_t block, int part_index) const {
  const auto [row, rows] = rows_of(part_index / column_parts_);
  const int64_t column_part = part_index % column_parts_, begin = panels_ * column_part / column_parts_,
                end = panels_ * (column_part + 1) / column_parts_;
  cut(row, rows, kHigh, [&](int64_t high, int64_t count) {
    for (int64_t panel = begin; panel < end; panel += kTogether) {
      cut(high, count, tallest_, [&](int64_t first, int64_t height) {
        for (int64_t p = panel; p < std::min(panel + kTogether, end); ++p)
          multiply_tile(arrays, packed_b, block, first, height, p);
      });
    }
  });
}

void Product::multiply_tile(const Arrays& arrays, const float* packed_b, int64_t block, int64_t row,
                            int64_t rows, int64_t panel) const {
  const int64_t k = block_begin(block), depth = block_begin(block + 1) - k, column = panel_begin(panel),
                width = panel_begin(panel + 1) - column, at = row * problem_.columns + column;
  TileCall call{.a = arrays.a + row * problem_.depth + k,
                .b = packed_b + column * depth,
                .c = arrays.c + at,
                .bias = problem_.bias ? arrays.bias + column : nullptr,
                .operands = {},
                .fours = depth / 4,
                .rest = depth % 4,
                .last = problem_.columns - column - (width - lanes_)};
  for (std::size_t step = 0; step < problem_.post_ops.size(); ++step) {
    if (arrays.operands[step]) call.operands[step] = arrays.operands[step] + at;
  }
  const int kind = (block > 0 ? adds : 0) | (block + 1 == blocks_ ? ends : 0) | (is_part(panel) ? part : 0);
  tiles_[tile_index(kind, width / lanes_, rows)](&call);
}

}  // namespace luge::cpu::matmul
