// Counts what is allocated between the first and the last step of a running Program.
#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <cstring>
#include <new>

#include "compile/pipeline.h"
#include "core/waiting_threads.h"
#include "luge/ops/compare.h"
#include "luge/ops/control.h"
#include "luge/ops/linalg.h"
#include "luge/ops/math.h"
#include "luge/ops/nn.h"
#include "luge/ops/reduce.h"
#include "luge/ops/shape.h"
#include "runtime/allocations.h"
#include "runtime/program.h"
#include "support/toy_ops.h"

namespace {

std::atomic<bool> counting{false};
std::atomic<int> allocations{0};  // since counting was switched on

thread_local std::uint64_t left_until_failure = 0;  // 0: none fails

void* counted(std::size_t bytes, std::size_t alignment) {
  if (left_until_failure != 0 && --left_until_failure == 0) return nullptr;
  if (counting.load(std::memory_order_relaxed)) ++allocations;
  void* memory = nullptr;
  if (posix_memalign(&memory, std::max(alignment, sizeof(void*)), bytes ? bytes : 1) != 0) return nullptr;
  return memory;
}

void* counted_or_throw(std::size_t bytes, std::size_t alignment) {
  if (void* memory = counted(bytes, alignment)) return memory;
  throw std::bad_alloc();
}

}  // namespace

// gcc sees free() behind an inlined new and takes the pair, which is made for each other, for a mismatch.

#pragma GCC diagnostic ignored "-Wmismatched-new-delete"

// The library's allocations come here as well: a program's definitions stand before those of its libraries.
void* operator new(std::size_t bytes) { return counted_or_throw(bytes, 16); }
void* operator new[](std::size_t bytes) { return counted_or_throw(bytes, 16); }
void* operator new(std::size_t bytes, std::align_val_t a) {
  return counted_or_throw(bytes, static_cast<std::size_t>(a));
}
void* operator new[](std::size_t bytes, std::align_val_t a) {
  return counted_or_throw(bytes, static_cast<std::size_t>(a));
}
void* operator new(std::size_t bytes, const std::nothrow_t&) noexcept { return counted(bytes, 16); }
void* operator new[](std::size_t bytes, const std::nothrow_t&) noexcept { return counted(bytes, 16); }
void* operator new(std::size_t bytes, std::align_val_t a, const std::nothrow_t&) noexcept {
  return counted(bytes, static_cast<std::size_t>(a));
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::align_val_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t, std::align_val_t) noexcept { std::free(memory); }

namespace luge::testing {

FailingAllocation::FailingAllocation(std::uint64_t nth) : nth_(nth) { left_until_failure = nth; }
FailingAllocation::~FailingAllocation() { left_until_failure = 0; }
bool FailingAllocation::failed() const { return left_until_failure == 0; }
std::uint64_t FailingAllocation::made() const { return failed() ? 0 : nth_ - left_until_failure; }

namespace {

// Switches counting on before the first step and off behind the last; what oneDNN does inside an execute is
// its own.
class Watched final : public PreparedKernel {
 public:
  Watched(std::shared_ptr<const PreparedKernel> inner, bool first, bool last, bool foreign)
      : inner_(std::move(inner)), first_(first), last_(last), foreign_(foreign) {}
  void run(const KernelCall& call) const override {
    if (first_) counting = true;
    if (foreign_) counting = false;
    inner_->run(call);
    counting = !last_;
  }

 private:
  std::shared_ptr<const PreparedKernel> inner_;
  bool first_, last_, foreign_;
};

int allocations_of(const compiler::Graph& graph, const Backend& backend) {
  const auto compiled = compiler::compile(graph, {.backend = &backend, .disabled = {}});
  const auto program = std::const_pointer_cast<Program>(compiled);
  for (std::size_t s = 0; s < program->steps.size(); ++s) {
    ProgramStep& step = program->steps[s];
    const bool foreign = step.note.find("oneDNN") != std::string::npos || step.name == "reorder";
    step.kernel = std::make_shared<Watched>(step.kernel, s == 0, s + 1 == program->steps.size(), foreign);
  }
  std::vector<BoundLeaf> leaves;
  for (std::size_t k = 0; k < graph.leaves.size(); ++k) {
    const int input = program->inputs[k];
    const LayoutId layout =
        input < 0 ? public_layout : program->values[static_cast<std::size_t>(input)].layout;
    const Tensor& leaf = graph.leaves[k];
    leaves.push_back({std::make_shared<Buffer>(backend.bytes(layout, {leaf.dtype(), leaf.shape()}), layout)});
    std::memset(leaves.back().buffer->data(), 0, leaves.back().buffer->bytes());
  }
  program->run(leaves);  // threads and oneDNN's own tables come with the first run
  allocations = 0;
  program->run(leaves);
  counting = false;
  return allocations;
}

TEST(Allocations, NoneWhileAProgramRuns) {
  const Tensor x = argument({8, 1, 28, 28}), w = argument({6, 1, 5, 5}), b = argument({6});
  const Tensor v = argument({10, 864}), labels = argument({8, 10}), rate = scalar(0.1);
  const Tensor hidden = max_pool2d(relu(conv2d(x, w, b)), {.kernel = 2});
  const Tensor logits = linear(flatten(hidden, 1), v);
  const Tensor loss = mean(softmax_cross_entropy(logits, labels));
  const Tensor next_b = b - rate * sum(conv2d(x, w, b), {0, 2, 3}),
               next_v = v - rate * tanh(v) / (1 + square(v));
  const compiler::Graph graph = graph_of({x, w, b, v, labels, rate}, {loss, next_b, next_v}, {-1, 2, 3});
  EXPECT_EQ(allocations_of(graph, cpu_backend()), 0);
}

TEST(Allocations, NoneInLoopsAndBranches) {
  const Tensor x = argument({20, 5}), s = argument({5}), zero = scalar(0, i64);
  const Scanned all = scan(
      [&](const Tensors& states, const Tensors& in) {
        const Tensor next = cond(
            greater(sum(in[0]), 0), [&](const Tensors& of) { return Tensors{of[0] * 2}; },
            [&](const Tensors& of) { return Tensors{tanh(of[0]) + s}; }, {states[0]})[0];
        return ScanTrip{{next}, {next * in[0]}};
      },
      {s}, {x});
  const Tensor last = while_loop([](const Tensors& of) { return less(of[1], scalar(5, i64)); },
                                 [](const Tensors& of) {
                                   return Tensors{of[0] * 0.5, of[1] + 1};
                                 },
                                 {all.states[0], zero}, {.max_trips = 9})[0];
  const Tensor start = exp(x), end = tanh(last);
  const compiler::Graph graph = graph_of({x, s, zero}, {all.outputs[0], start, end});
  EXPECT_EQ(allocations_of(graph, cpu_backend()), 0);
}

// It runs behind every Program, so an allocation that failed in it would be an error without a cause.
TEST(Allocations, NoneWhileWaitingThreadsAreWatched) {
  const FailingAllocation failing(1'000'000);
  EXPECT_TRUE(seconds_without_processor());
  EXPECT_EQ(failing.made(), 0u);
}

TEST(Allocations, TheCounterSeesThem) {
  counting = true;
  allocations = 0;
  const auto held = std::make_unique<Buffer>(100);
  counting = false;
  EXPECT_GE(allocations, 2);
}

}  // namespace
}  // namespace luge::testing
