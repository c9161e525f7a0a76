// Walks every implementation of oneDNN that a candidate could meet over odd shapes, and compares each with
// the op's reference loop in float64. Results begin as NaN, so that what is never written is seen.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <functional>
#include <map>
#include <optional>

#include "backend/cpu/onednn/conv.h"
#include "backend/cpu/onednn/matmul.h"
#include "backend/cpu/onednn/pool.h"
#include "luge/error.h"
#include "support/command.h"
#include "support/kernel_case.h"
#include "support/odd_shapes.h"

namespace luge {
namespace {

using cpu::onednn::Family;
using cpu::onednn::Pick;
using testing::KernelCase;
using testing::KernelTrial;
using testing::make_op;
using testing::OddConv;
using testing::OddMatmul;

constexpr double f32_bound = 1e-6, winograd_bound = 3e-6, bf16_bound = 1e-2;

using Make = std::function<std::unique_ptr<Kernel>(Pick)>;

class Walk {
 public:
  // From its cache, oneDNN 2.6 lists the first implementation again and again.
  Walk() : capacity_(dnnl::get_primitive_cache_capacity()) { dnnl::set_primitive_cache_capacity(0); }
  ~Walk() { dnnl::set_primitive_cache_capacity(capacity_); }
  Walk(const Walk&) = delete;

  /// Every implementation that the candidate could take of this case.
  void take(const std::string& what, const std::string& shapes, KernelCase c, const Make& make) {
    std::optional<KernelTrial> trial;
    c.threads = 1;
    for (int nth = 0;; ++nth) {
      const auto kernel = make({nth});
      const Offer offer = c.offer(*kernel);
      if (offer.refusal.find("reference code") != std::string::npos) continue;
      if (!offer.accepted()) return;
      if (!trial) trial.emplace(c);
      SCOPED_TRACE(fmt::format("{}, {}, {} of {}{}", offer.note, what, kernel->name(), shapes, steps(c)));
      ++reached_[offer.note.substr(0, offer.note.find(','))];
      const bool winograd = offer.note.find("wino") != std::string::npos;
      EXPECT_LE(trial->error(offer), c.out()[0].dtype == bf16 ? bf16_bound
                                     : winograd               ? winograd_bound
                                                              : f32_bound);
    }
  }

  int reached(std::string_view implementation) const {
    int count = 0;
    for (const auto& [name, times] : reached_)
      count += name.find(implementation) == std::string::npos ? 0 : times;
    return count;
  }

 private:
  static std::string steps(const KernelCase& c) {
    std::string text;
    for (const PostOp& post : c.post) {
      text += fmt::format(", {}", name(post.instruction));
      if (post.operand >= 0) text += " " + c.in[static_cast<std::size_t>(post.operand)].to_string();
    }
    return text;
  }

  int capacity_;
  std::map<std::string, int> reached_;
};

// Post-ops with each kind of operand that is handed over.
std::vector<std::vector<PostOp>> tails(int own) {
  using enum Instruction;
  return {{}, {{relu}}, {{add, own}}, {{mul, own}, {relu}}, {{add, own + 1}}, {{relu}, {minimum, own + 2}}};
}

void append_operands(KernelCase& c, const Type& y, int channels) {
  Shape channel;
  for (int k = 0; k < y.shape.rank(); ++k) channel = channel.appended(k == channels ? y.shape[k] : 1);
  c.in.insert(c.in.end(), {y, {y.dtype, channel}, {y.dtype, {}}});
}

// The operands that a tail reads, and nothing behind them.
KernelCase with_tail(KernelCase c, const Type& y, int channels, std::vector<PostOp> post) {
  const auto own = static_cast<int>(c.in.size());
  std::vector<Type> all;
  append_operands(c, y, channels);
  std::swap(all, c.in);
  c.in.assign(all.begin(), all.begin() + own);
  for (PostOp& each : post) {
    if (each.operand < 0) continue;
    c.in.push_back(all[static_cast<std::size_t>(each.operand)]);
    each.operand = static_cast<int>(c.in.size()) - 1;
  }
  c.post = std::move(post);
  return c;
}

// What images come in: public, channels last, and blocks of channels.
std::vector<LayoutId> layouts_of(const Type& image) {
  if (image.shape.rank() != 4) return {public_layout};
  const auto id = [&](cpu::onednn::Tag tag) {
    return cpu::canonical_layout(static_cast<LayoutId>(tag), image);
  };
  return {public_layout, id(cpu::onednn::Tag::acdb), id(cpu::onednn::Tag::aBcd8b),
          id(cpu::onednn::Tag::aBcd16b)};
}

void walk_convs(Walk& walk, std::size_t drawn, DType dtype) {
  const std::string type(name(dtype));
  for (const OddConv& p : testing::odd_convs(drawn)) {
    const Type x{dtype, p.x}, w{dtype, p.w}, y{dtype, p.y}, b{f32, {p.w[0]}};
    const OpRef forward = make_op("conv", p.attributes), data = make_op("conv_backward_data", p.attributes),
                weights = make_op("conv_backward_weights", p.attributes);
    for (const Family family : cpu::onednn::families) {
      const Make make = [&](Pick pick) { return cpu::onednn::conv_candidate(family, pick); };
      for (const auto& post : tails(2)) {
        const std::string what = fmt::format("forward {}{}", type, post.empty() ? "" : " with steps");
        walk.take(what, p.text(), with_tail({forward, {x, w}}, y, 1, post), make);
      }
      for (const auto& post : tails(3)) {
        const std::string what = fmt::format("biased forward {}{}", type, post.empty() ? "" : " with steps");
        walk.take(what, p.text(), with_tail({forward, {x, w, b}}, y, 1, post), make);
      }
      for (const DType wide : {dtype, f32}) {
        walk.take(fmt::format("data {} {}", type, name(wide)), p.text(), {data, {y, w, {wide, p.x}}},
                  [&](Pick pick) { return cpu::onednn::conv_backward_data_candidate(family, pick); });
        for (const bool biased : {false, true}) {
          KernelCase c{weights, {x, y, {wide, p.w}}};
          c.out_used = {true, biased};
          walk.take(fmt::format("weights {} {}", type, name(wide)), p.text(), c,
                    [&](Pick pick) { return cpu::onednn::conv_backward_weights_candidate(family, pick); });
        }
        if (wide == dtype && dtype == f32) break;
      }
    }
  }
}

void walk_matmuls(Walk& walk, std::size_t drawn, DType dtype) {
  for (const OddMatmul& p : testing::odd_matmuls(drawn)) {
    const OpRef op = make_op("matmul", p.attributes);
    const Type a{dtype, p.a}, b{dtype, p.b}, c{dtype, p.c}, bias{f32, {p.c[p.c.rank() - 1]}};
    for (const bool biased : {false, true}) {
      for (const auto& post : tails(biased ? 3 : 2)) {
        KernelCase bare{op, {a, b}};
        if (biased) bare.in.push_back(bias);
        walk.take(fmt::format("product {}{}", name(dtype), post.empty() ? "" : " with steps"), p.text(),
                  with_tail(bare, c, p.c.rank() - 1, post), cpu::onednn::matmul_candidate);
      }
    }
  }
}

// Windows of the convolutions' extents.
void walk_means(Walk& walk, std::size_t drawn, DType dtype) {
  for (const OddConv& p : testing::odd_convs(drawn)) {
    const std::vector<std::int64_t> dense(p.attributes.stride.size(), 1);
    for (const int flags : {0, 1, 2}) {
      const PoolAttributes attributes{{p.w.begin() + 2, p.w.end()},
                                      p.attributes.stride,
                                      dense,
                                      p.attributes.padding,
                                      p.attributes.pads,
                                      flags == 1,
                                      flags == 2};
      const OpRef forward = make_op("avg_pool", attributes), back = make_op("avg_pool_backward", attributes);
      const Type x{dtype, p.x};
      Type y;
      try {
        y = forward->infer({x})[0];
      } catch (const Error&) {  // pads longer than the window
        continue;
      }
      for (const LayoutId layout : layouts_of(x)) {
        const std::string what = "mean, " + cpu::layout_name(layout);
        walk.take(what, p.text(), {.op = forward, .in = {x}, .layouts = {layout}},
                  cpu::onednn::avg_pool_candidate);
        walk.take(what + ", backward", p.text(),
                  {.op = back, .in = {y, x}, .layouts = {layout, public_layout}},
                  cpu::onednn::avg_pool_backward_candidate);
      }
    }
  }
}

void walk_all(std::size_t convs, std::size_t products) {
  Walk walk;
  for (const DType dtype : {f32, bf16}) {
    walk_convs(walk, convs, dtype);
    walk_matmuls(walk, products, dtype);
    walk_means(walk, convs, dtype);
  }
  for (const char* family : {"gemm:jit", "jit"}) EXPECT_GT(walk.reached(family), 100) << family;
}

TEST(OneDnnWalk, GivesWhatTheReferenceGives) { walk_all(12, 30); }
TEST(SlowOneDnnWalk, GivesWhatTheReferenceGives) { walk_all(600, 600); }

// oneDNN reads its limit once, so each set takes a process of its own.
void walk_lesser_sets(const std::string& test) {
  const auto best = static_cast<unsigned>(dnnl::get_effective_cpu_isa());
  const std::pair<const char*, dnnl::cpu_isa> sets[] = {
      {"SSE41", dnnl::cpu_isa::sse41},
      {"AVX", dnnl::cpu_isa::avx},
      {"AVX2", dnnl::cpu_isa::avx2},
      {"AVX512_CORE", dnnl::cpu_isa::avx512_core},
      {"AVX512_CORE_VNNI", dnnl::cpu_isa::avx512_core_vnni},
      {"AVX512_CORE_BF16", dnnl::cpu_isa::avx512_core_bf16}};
  for (const auto& [set, bits] : sets) {
    if ((best & static_cast<unsigned>(bits)) != static_cast<unsigned>(bits) ||
        best == static_cast<unsigned>(bits))
      continue;
    const std::string limit = fmt::format("_MAX_CPU_ISA={}", set);
    const auto result = testing::run_command(
        {std::filesystem::read_symlink("/proc/self/exe").string(), "--gtest_filter=" + test},
        {.environment = {"DNNL" + limit, "ONEDNN" + limit}});
    EXPECT_EQ(result.code, 0) << set << ": " << result.out << result.err;
  }
}

TEST(OneDnnWalk, AtLesserInstructionSets) { walk_lesser_sets("OneDnnWalk.GivesWhatTheReferenceGives"); }
TEST(SlowOneDnnWalk, AtLesserInstructionSets) {
  walk_lesser_sets("SlowOneDnnWalk.GivesWhatTheReferenceGives");
}

}  // namespace
}  // namespace luge
