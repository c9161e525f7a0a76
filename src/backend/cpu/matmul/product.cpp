#include "backend/cpu/matmul/product.h"

#include <fmt/format.h>
#include <omp.h>

#include <algorithm>
#include <set>

namespace luge::cpu::matmul {
namespace {

// Rows of A that are taken at a time: with a panel of B they stay in the second cache.
constexpr int64_t kHigh = 192;
// Panels of B that are walked together: what is written of a row of C lies together.
constexpr int64_t kTogether = 2;
// The longest block of the inner extent, whose panel stays in the first cache.
int64_t longest(x64::Isa isa) { return isa == x64::Isa::avx2 ? 256 : 512; }

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
  blocks_ = blocks(problem.depth, longest(*isa));
  deepest_ = blocks(problem.depth, blocks_);
  cut_for_threads(*isa);
  tiles_.resize(static_cast<std::size_t>(kinds * widest_ * tallest_));
  possible_ = write_code(*isa);
}

// Threads that share rows pack B together and meet after it; with columns of its own a thread packs just
// what it reads and waits for no other, but each packs A.
void Product::cut_for_threads(x64::Isa isa) {
  if (isa == x64::Isa::avx2 && !packs_a() && (panels_ % threads_ == 0 || panels_ >= 8 * threads_)) {
    column_parts_ = threads_;
    return;
  }
  while (row_parts_ * 2 <= threads_ && problem_.rows >= row_parts_ * 2 * tallest_) row_parts_ *= 2;
  if (problem_.rows >= threads_ * tallest_) row_parts_ = threads_;
  column_parts_ = threads_ / row_parts_;
}

std::size_t Product::packed_b() const { return static_cast<std::size_t>(deepest_ * vectors_ * lanes_); }

// The last panel may be written past its end by less than a vector.
std::size_t Product::packed_a() const {
  if (!packs_a()) return 0;
  return static_cast<std::size_t>(kHigh * deepest_ + lanes_);
}

std::size_t Product::scratch() const {
  return sizeof(float) * (packed_b() + packed_a() * static_cast<std::size_t>(threads_));
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
bool Product::write_code(x64::Isa isa) {
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
  shape.width = problem_.columns;
  for (const int sum : sums) {
    shape.add = sum & adds;
    shape.bias = (sum & ends) && problem_.bias;
    shape.post_ops = sum & ends ? problem_.post_ops : std::vector<TilePostOp>{};
    for (const auto& [vectors, partly] : widths) {
      shape.part = partly != 0;
      shape.vectors = static_cast<int>(vectors);
      shape.b_step = vectors * lanes_;
      for (const int64_t rows : heights) {
        shape.rows = static_cast<int>(rows);
        shape.a_row = packs_a() ? 1 : problem_.a.outer;
        shape.a_step = packs_a() ? rows : 1;
        auto code = x64::Code::make(generate_tile(shape, isa));
        if (!code) return false;
        tiles_[tile_index(sum | partly, vectors, rows)] = code->as<TileFunction>();
        codes_.push_back(std::move(code));
      }
    }
  }
  return true;
}

std::pair<int64_t, int64_t> Product::rows_of(int row_part) const {
  const int64_t row = problem_.rows * row_part / row_parts_;
  return {row, problem_.rows * (row_part + 1) / row_parts_ - row};
}

std::pair<int64_t, int64_t> Product::panels_of(int column_part) const {
  return {panels_ * column_part / column_parts_, panels_ * (column_part + 1) / column_parts_};
}

void Product::run(const Arrays& arrays, void* scratch) const {
#pragma omp parallel num_threads(threads_) if (threads_ > 1)
  { share(arrays, static_cast<float*>(scratch), omp_get_thread_num(), omp_get_num_threads()); }
}

// What thread `thread` of `of` does; there may be fewer than there are parts.
void Product::share(const Arrays& arrays, float* scratch, int thread, int of) const {
  const int parts = row_parts_ * column_parts_;
  const Sides sides{.b = scratch, .a = scratch + packed_b() + packed_a() * static_cast<std::size_t>(thread)};
  for (int64_t block = 0; block < blocks_; ++block) {
    if (row_parts_ == 1) {
      for (int part_index = thread; part_index < parts; part_index += of) {
        const auto [begin, end] = panels_of(part_index);
        pack_panels(arrays, sides, block, begin, end);
      }
    } else {
      if (block > 0) {
#pragma omp barrier  // the panels before are still read
      }
      pack_panels(arrays, sides, block, panels_ * thread / of, panels_ * (thread + 1) / of);
#pragma omp barrier
    }
    for (int part_index = thread; part_index < parts; part_index += of)
      multiply(arrays, sides, block, part_index);
  }
}

void Product::pack_panels(const Arrays& arrays, const Sides& sides, int64_t block, int64_t begin,
                          int64_t end) const {
  const int64_t k = block_begin(block), depth = block_begin(block + 1) - k;
  for (int64_t panel = begin; panel < end; ++panel) {
    const int64_t column = panel_begin(panel), width = panel_begin(panel + 1) - column;
    packing_.pack(arrays.b + column * problem_.b.outer + k * problem_.b.inner, problem_.b,
                  std::min(width, problem_.columns - column), depth, sides.b + column * deepest_, width);
  }
}

// Panels as high as the tiles that read them.
void Product::pack_rows(const float* from, int64_t rows, int64_t depth, float* to) const {
  int64_t bounds[kHigh + 1] = {}, panels = 0;
  cut(0, rows, tallest_, [&](int64_t first, int64_t height) { bounds[++panels] = first + height; });
  packing_.pack_across(from, problem_.a.inner, bounds, panels, depth, to);
}

void Product::multiply(const Arrays& arrays, const Sides& sides, int64_t block, int part_index) const {
  const auto [row, rows] = rows_of(part_index / column_parts_);
  const auto [begin, end] = panels_of(part_index % column_parts_);
  const int64_t k = block_begin(block), depth = block_begin(block + 1) - k;
  cut(row, rows, kHigh, [&](int64_t high, int64_t count) {
    const auto rows_from = [&](int64_t first) {
      return arrays.a + first * problem_.a.outer + k * problem_.a.inner;
    };
    if (packs_a()) pack_rows(rows_from(high), count, depth, sides.a);
    for (int64_t panel = begin; panel < end; panel += kTogether) {
      cut(high, count, tallest_, [&](int64_t first, int64_t height) {
        const float* a = packs_a() ? sides.a + (first - high) * depth : rows_from(first);
        for (int64_t p = panel; p < std::min(panel + kTogether, end); ++p)
          multiply_tile(arrays, sides, block, a, first, height, p);
      });
    }
  });
}

void Product::multiply_tile(const Arrays& arrays, const Sides& sides, int64_t block, const float* a,
                            int64_t row, int64_t rows, int64_t panel) const {
  const int64_t k = block_begin(block), depth = block_begin(block + 1) - k, column = panel_begin(panel),
                width = panel_begin(panel + 1) - column, at = row * problem_.columns + column;
  TileCall call{.a = a,
                .b = sides.b + column * deepest_,
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
