// Float32 matrix products of our own, for sizes at which they pass oneDNN's.
#include <fmt/format.h>
#include <omp.h>

#include <algorithm>

#include "backend/backend.h"
#include "backend/cpu/matmul/gemm.h"
#include "backend/cpu/onednn/cost.h"
#include "ops/attributes/matmul.h"

namespace luge {
namespace {

using std::int64_t;

struct Problem {
  int64_t rows = 0, columns = 0, depth = 0;
  gemm::Side a{}, b{};
  std::string refusal;

  Problem(const MatmulAttributes& attributes, const KernelRequest& r) {
    for (const Type& type : r.in) {
      if (type.dtype != DType::f32) refusal = fmt::format("takes f32, got {}", luge::name(type.dtype));
    }
    const Shape &x = r.in[0].shape, &y = r.in[1].shape;
    if (y.rank() != 2 || x.rank() < 2 || (attributes.transpose_a && x.rank() != 2))
      refusal = "the right side must be one matrix";
    if (!refusal.empty()) return;
    depth = attributes.transpose_a ? x[0] : x[x.rank() - 1];
    rows = depth ? x.elements() / depth : 0;
    columns = attributes.transpose_b ? y[0] : y[1];
    a = attributes.transpose_a ? gemm::Side{1, rows} : gemm::Side{depth, 1};
    b = attributes.transpose_b ? gemm::Side{depth, 1} : gemm::Side{1, columns};
    const auto& f = gemm::loops();
    if (f.tile_rows == 0) refusal = "needs AVX2 or AVX-512";
    // Measured beside oneDNN's inside training steps: 5 to 20 % faster where it takes these, slower where
    // less is done with what was packed.
    const bool turns = attributes.transpose_a || attributes.transpose_b;
    if (refusal.empty() && (rows < 128 || depth < 128 || columns < (turns ? 128 : 256)))
      refusal = fmt::format("{}x{}x{} is small", rows, depth, columns);
  }
  double flops() const {
    return 2.0 * static_cast<double>(rows) * static_cast<double>(columns) * static_cast<double>(depth);
  }
};

struct Tail {
  struct Step {
    gemm::Epilogue::Step::Kind kind;
    int operand;
  };
  std::vector<Step> steps;
  int bias = -1;
  std::string refusal;

  explicit Tail(const KernelRequest& r) {
    std::size_t own = r.in.size();
    for (const PostOp& post : r.post) {
      if (post.operand >= 0) own = std::min(own, static_cast<std::size_t>(post.operand));
    }
    if (own == 3) bias = 2;
    if (r.post.size() > std::size(gemm::Epilogue().steps)) refusal = "fuses at most four steps";
    for (const PostOp& post : r.post) {
      using Kind = gemm::Epilogue::Step::Kind;
      const bool known = post.instruction == Instruction::relu || post.instruction == Instruction::add ||
                         post.instruction == Instruction::mul;
      const bool whole = post.operand < 0 || r.in[static_cast<std::size_t>(post.operand)].shape.elements() ==
                                                 r.out[0].shape.elements();
      if (!known || !whole) {
        refusal = fmt::format("fuses no {} of this kind", luge::name(post.instruction));
        return;
      }
      steps.push_back({post.instruction == Instruction::relu  ? Kind::relu
                       : post.instruction == Instruction::add ? Kind::add
                                                              : Kind::mul,
                       post.operand});
    }
  }
};

// Threads share rows, and columns as well where there are too few rows for whole tiles.
class Run final : public PreparedKernel {
 public:
  Run(const Problem& problem, Tail tail, int threads)
      : problem_(problem), tail_(std::move(tail)), threads_(threads) {
    const gemm::Loops& f = gemm::loops();
    panels_ = (problem.columns + f.tile_columns - 1) / f.tile_columns;
    while (row_parts_ * 2 <= threads && problem.rows >= row_parts_ * 2 * f.tile_rows) row_parts_ *= 2;
    if (problem.rows >= threads * f.tile_rows) row_parts_ = threads;
    column_parts_ = threads / row_parts_;
    blocks_ = (problem.depth + gemm::longest_depth - 1) / gemm::longest_depth;
    const int64_t deepest = (problem.depth + blocks_ - 1) / blocks_;
    packed_b_ = static_cast<std::size_t>(deepest * panels_ * f.tile_columns);
    packed_a_ = static_cast<std::size_t>(deepest * f.packed_rows);
  }

  std::size_t scratch() const {
    return sizeof(float) * (packed_b_ + packed_a_ * static_cast<std::size_t>(threads_));
  }

  void run(const KernelCall& call) const override {
    gemm::Epilogue epilogue;
    const auto at = [&](int k) { return static_cast<const float*>(call.in[k]); };
    if (tail_.bias >= 0) epilogue.bias = at(tail_.bias);
    for (const Tail::Step& step : tail_.steps)
      epilogue.steps[epilogue.count++] = {step.kind, step.operand < 0 ? nullptr : at(step.operand)};
#pragma omp parallel num_threads(threads_) if (threads_ > 1)
    { share(call, epilogue, omp_get_thread_num(), omp_get_num_threads()); }
  }

 private:
  // What thread `thread` of `of` does; there may be fewer than there are parts.
  void share(const KernelCall& call, const gemm::Epilogue& epilogue, int thread, int of) const {
    const gemm::Loops& f = gemm::loops();
    auto* const packed_b = static_cast<float*>(call.scratch);
    float* const packed_a = packed_b + packed_b_ + packed_a_ * static_cast<std::size_t>(thread);
    for (int64_t block = 0; block < blocks_; ++block) {
      gemm::Depth k{problem_.depth * block / blocks_, 0, block + 1 == blocks_};
      k.count = problem_.depth * (block + 1) / blocks_ - k.first;
      if (block > 0) {
#pragma omp barrier  // the panels before are still read
      }
      for (int64_t j = panels_ * thread / of; j < panels_ * (thread + 1) / of; ++j) {
        f.pack_panel(static_cast<const float*>(call.in[1]), problem_.b, problem_.columns, k, j, packed_b);
      }
#pragma omp barrier
      for (int p = thread; p < row_parts_ * column_parts_; p += of) {
        f.multiply(part(p), k, static_cast<const float*>(call.in[0]), problem_.a, packed_b,
                   static_cast<float*>(call.out[0]), epilogue, packed_a);
      }
    }
  }

  gemm::Part part(int index) const {
    const int64_t i = index / column_parts_, j = index % column_parts_;
    const int64_t row = problem_.rows * i / row_parts_, panel = panels_ * j / column_parts_;
    return {row, problem_.rows * (i + 1) / row_parts_ - row, panel, panels_ * (j + 1) / column_parts_ - panel,
            problem_.columns};
  }

  Problem problem_;
  Tail tail_;
  int threads_;
  int row_parts_ = 1, column_parts_ = 1;
  int64_t panels_ = 0, blocks_ = 0;
  std::size_t packed_b_ = 0, packed_a_ = 0;
};

class OwnMatmul final : public Kernel {
 public:
  std::string_view name() const override { return "matmul"; }
  Offer offer(const KernelRequest& r) const override {
    const auto* attributes = r.op.attributes<MatmulAttributes>();
    if (!attributes) return refuse("has other attributes");
    Problem problem(*attributes, r);
    if (!problem.refusal.empty()) return refuse(std::move(problem.refusal));
    Tail tail(r);
    if (!tail.refusal.empty()) return refuse(std::move(tail.refusal));
    const double bytes = 4 * static_cast<double>(r.in[0].shape.elements() + r.in[1].shape.elements() +
                                                 r.out[0].shape.elements());
    const int threads = onednn::threads_for(problem.flops(), bytes, r.threads);
    Offer offer;
    offer.in_layouts.assign(r.in.size(), public_layout);
    offer.out_layouts = {public_layout};
    offer.cost = onednn::seconds(DType::f32, problem.flops(), 0.85, bytes, threads);
    auto run = std::make_shared<Run>(problem, std::move(tail), threads);
    offer.scratch = run->scratch();
    offer.note = fmt::format("tiles of {}x{}{}", gemm::loops().tile_rows, gemm::loops().tile_columns,
                             threads == 1 ? ", one thread" : "");
    offer.kernel = std::move(run);
    return offer;
  }
};

const RegisteredKernel<OwnMatmul> registered("matmul", 49);

}  // namespace
}  // namespace luge
