// A product of two float32 matrices: how it is cut into parts for threads, blocks and tiles, and its run.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "backend/cpu/matmul/pack.h"
#include "backend/cpu/matmul/tile.h"
#include "backend/cpu/x64/code.h"

namespace luge::cpu::matmul {

/// C = A·B with what is done to each finished element; C has dense rows.
struct Problem {
  int64_t rows = 0, columns = 0, depth = 0;
  Side a{}, b{};      // rows of A, columns of B
  bool bias = false;  // one number per column
  std::vector<TilePostOp> post_ops;
};

/// Where a call finds them. operands[k] lies as the result does and belongs to post_ops[k]; null for relu.
struct Arrays {
  const float *a, *b;
  float* c;
  const float* bias;
  const float* operands[most_post_ops];
};

class Product {
 public:
  /// Code is written here. `threads` is the most that a run takes.
  Product(const Problem& problem, int threads);
  /// False where this machine runs no generated code; nothing else may be asked then.
  bool possible() const { return possible_; }
  /// In bytes.
  std::size_t scratch() const;
  /// What the tiles are, in words.
  std::string note() const;
  /// `scratch` as many bytes, of any contents.
  void run(const Arrays& arrays, void* scratch) const;

 private:
  // What differs between the codes of tiles, as bits of a number.
  enum Kind : int { adds = 1, ends = 2, part = 4, kinds = 8 };

  // Packed panels of B, and where this thread packs rows of A.
  struct Sides {
    float* b;
    float* a;
  };

  void cut_for_threads(x64::Isa isa);
  bool write_code(x64::Isa isa);
  void share(const Arrays& arrays, float* scratch, int thread, int of) const;
  void pack_panels(const Arrays& arrays, const Sides& sides, int64_t block, int64_t begin, int64_t end) const;
  void pack_rows(const float* from, int64_t rows, int64_t depth, float* to) const;
  void multiply(const Arrays& arrays, const Sides& sides, int64_t block, int part_index) const;
  // `a` is what the tile reads, packed or not.
  void multiply_tile(const Arrays& arrays, const Sides& sides, int64_t block, const float* a, int64_t row,
                     int64_t rows, int64_t panel) const;

  // Calls work(first, count) for parts of [begin, begin + extent) of about equal size, at most `most`.
  template <class Work>
  static void cut(int64_t begin, int64_t extent, int64_t most, const Work& work);

  std::pair<int64_t, int64_t> rows_of(int row_part) const;       // the first and how many
  std::pair<int64_t, int64_t> panels_of(int column_part) const;  // from, to
  int64_t panel_begin(int64_t panel) const;                      // its first column
  bool packs_a() const { return problem_.a.inner != 1; }
  int64_t block_begin(int64_t block) const { return problem_.depth * block / blocks_; }
  bool is_part(int64_t panel) const { return panel + 1 == panels_ && problem_.columns % lanes_ != 0; }
  std::size_t packed_b() const;                                           // numbers
  std::size_t packed_a() const;                                           // of one thread
  std::size_t tile_index(int kind, int64_t vectors, int64_t rows) const;  // in tiles_

  Problem problem_;
  Packing packing_ = packing();
  bool possible_ = false;
  int threads_, row_parts_ = 1, column_parts_ = 1, lanes_ = 0, widest_ = 1, tallest_ = 1;
  int64_t vectors_ = 0, panels_ = 0, blocks_ = 0;
  // Of a block. Panels lie as far apart in every block: a thread may be a block ahead of another.
  int64_t deepest_ = 0;
  std::vector<TileFunction*> tiles_;
  std::vector<std::shared_ptr<const x64::Code>> codes_;  // what they point to
};

}  // namespace luge::cpu::matmul
