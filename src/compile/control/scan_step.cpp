// Runs the step of a scan once for each position.
#include <algorithm>

#include "compile/control/steps.h"
#include "compile/edge.h"

namespace luge::compiler {
namespace {

// A slice that ends within a line is copied to memory of its own: kernels load, and may store, whole vectors.
bool is_whole_lines(const Type& slice) { return bytes_of(slice) % 64 == 0; }

class ScanStep final : public PreparedKernel {
 public:
  ScanStep(const ScanAttributes& a, std::string op, const Question& question, const Options& options)
      : op_(std::move(op)),
        reverse_(a.reverse),
        counted_(a.counted),
        states_(static_cast<std::size_t>(a.states)),
        sequences_(static_cast<std::size_t>(a.sequences)),
        captured_from_((a.counted ? 1 : 0) + states_ + sequences_),
        captured_(question.in.size() - captured_from_),
        part_(a.step.body(), inner_types(a, question), {wanted(a, question), states_ + sequences_}, options,
              scratch_) {
    const std::size_t first = counted_ ? 1 : 0;
    trips_ = question.out.back().shape[0];
    for (std::size_t k = 0; k < states_; ++k) {
      const std::size_t bytes = bytes_of(question.out[k]);
      state_bytes_.push_back(bytes);
      state_cells_.push_back({scratch_.take_cell(bytes), scratch_.take_cell(bytes)});
    }
    for (std::size_t k = 0; k < sequences_; ++k)
      add_slice(in_, question.in[first + states_ + k], first + states_ + k);
    for (std::size_t k = states_; k + states_ < question.out.size(); ++k) {
      if (question.out_used[k]) add_slice(out_, question.out[k], k);
    }
    for (std::size_t k = 0; k < states_; ++k) {
      const std::size_t position = question.out.size() - states_ + k;
      before_.push_back(question.out_used[position] ? static_cast<int>(position) : -1);
    }
    leaves_ = part_.leaves();
    results_.resize(states_ + out_.size());
  }

  std::size_t scratch_bytes() const { return scratch_.bytes(); }
  const Part& part() const { return part_; }

  void run(const KernelCall& call) const override {
    auto* scratch = static_cast<std::byte*>(call.scratch);
    const std::size_t first = counted_ ? 1 : 0;
    std::int64_t trips = trips_;
    if (counted_) trips = std::clamp<std::int64_t>(*static_cast<const std::int64_t*>(call.in[0]), 0, trips_);
    for (std::size_t k = 0; k < states_; ++k) leaves_[k] = call.in[first + k];
    for (std::size_t k = 0; k < captured_; ++k)
      leaves_[states_ + sequences_ + k] = call.in[captured_from_ + k];
    if (trips > 0) run_named(op_, {}, -1, [&] { part_.begin(leaves_, scratch); });
    for (std::int64_t trip = 0; trip < trips; ++trip) {
      const std::int64_t position = reverse_ ? trips - 1 - trip : trip;
      for (std::size_t k = 0; k < sequences_; ++k)
        leaves_[states_ + k] = load(in_[k], call, scratch, position);
      for (std::size_t k = 0; k < states_; ++k) {
        if (before_[k] >= 0)
          copy(row(call.out[before_[k]], position, state_bytes_[k]), leaves_[k], state_bytes_[k]);
        void* own = call.out[k];
        results_[k] =
            trip + 1 == trips && own ? own : scratch + state_cells_[k][static_cast<std::size_t>(trip % 2)];
      }
      for (std::size_t k = 0; k < out_.size(); ++k)
        results_[states_ + k] = target(out_[k], call, scratch, position);
      run_named(op_, {}, trip, [&] { part_.run(leaves_, results_, scratch); });
      for (const Slice& slice : out_) store(slice, call, scratch, position);
      std::copy_n(results_.begin(), states_, leaves_.begin());
    }
    finish(call, trips);
  }

 private:
  struct Slice {
    std::size_t position;  // among the inputs or outputs of the step
    std::size_t bytes;
    bool direct;
    std::size_t cell;  // in the scratch, where it is not direct
  };

  static std::vector<Type> inner_types(const ScanAttributes& a, const Question& question) {
    std::vector<Type> types;
    const std::size_t first = a.counted ? 1 : 0, from = first + static_cast<std::size_t>(a.states);
    for (std::size_t k = first; k < question.in.size(); ++k) {
      const bool sliced = k >= from && k < from + static_cast<std::size_t>(a.sequences);
      const Type& type = question.in[k];
      types.push_back(sliced ? Type{type.dtype, type.shape.without(0)} : type);
    }
    return types;
  }
  // The step's outputs that are computed: its states, and what anything reads.
  static std::vector<bool> wanted(const ScanAttributes& a, const Question& question) {
    std::vector<bool> wanted(question.out.size() - static_cast<std::size_t>(a.states), true);
    for (std::size_t k = static_cast<std::size_t>(a.states); k < wanted.size(); ++k)
      wanted[k] = question.out_used[k];
    return wanted;
  }

  void add_slice(std::vector<Slice>& list, const Type& stacked, std::size_t position) {
    const Type slice{stacked.dtype, stacked.shape.without(0)};
    const bool direct = is_whole_lines(slice);
    list.push_back({position, bytes_of(slice), direct, direct ? 0 : scratch_.take_cell(bytes_of(slice))});
  }

  static std::byte* row(void* data, std::int64_t position, std::size_t bytes) {
    return static_cast<std::byte*>(data) + static_cast<std::size_t>(position) * bytes;
  }
  static void copy(void* to, const void* from, std::size_t bytes) {
    if (bytes) std::memcpy(to, from, bytes);
  }
  static void* load(const Slice& slice, const KernelCall& call, std::byte* scratch, std::int64_t position) {
    std::byte* from = row(call.in[slice.position], position, slice.bytes);
    if (slice.direct) return from;
    copy(scratch + slice.cell, from, slice.bytes);
    return scratch + slice.cell;
  }
  static void* target(const Slice& slice, const KernelCall& call, std::byte* scratch, std::int64_t position) {
    return slice.direct ? row(call.out[slice.position], position, slice.bytes) : scratch + slice.cell;
  }
  static void store(const Slice& slice, const KernelCall& call, std::byte* scratch, std::int64_t position) {
    if (!slice.direct)
      copy(row(call.out[slice.position], position, slice.bytes), scratch + slice.cell, slice.bytes);
  }

  void finish(const KernelCall& call, std::int64_t trips) const {
    for (std::size_t k = 0; k < states_ && trips == 0; ++k) {
      if (call.out[k]) copy(call.out[k], leaves_[k], state_bytes_[k]);
    }
    // Positions that were skipped are 0.
    const auto clear = [&](std::size_t output, std::size_t bytes) {
      const auto left = static_cast<std::size_t>(trips_ - trips) * bytes;
      if (left) std::memset(row(call.out[output], trips, bytes), 0, left);
    };
    for (const Slice& slice : out_) clear(slice.position, slice.bytes);
    for (std::size_t k = 0; k < states_; ++k) {
      if (before_[k] >= 0) clear(static_cast<std::size_t>(before_[k]), state_bytes_[k]);
    }
  }

  std::string op_;
  bool reverse_, counted_;
  std::size_t states_, sequences_, captured_from_, captured_;
  Scratch scratch_;
  Part part_;
  std::int64_t trips_ = 0;
  std::vector<std::size_t> state_bytes_;
  std::vector<std::array<std::size_t, 2>> state_cells_;
  std::vector<Slice> in_, out_;
  std::vector<int> before_;  // per state: the output that holds it before each trip, or -1
  mutable std::vector<void*> leaves_, results_;  // of one trip: one call at a time
};

}  // namespace

Choice scan_choice(const ScanAttributes& attributes, const Question& question, const Options& options) {
  auto kernel =
      std::make_shared<const ScanStep>(attributes, std::string(question.op->name()), question, options);
  Choice choice;
  choice.kernel = "trips";
  choice.offer.scratch = kernel->scratch_bytes();
  choice.parts = {{"body", kernel->part().program()}};
  choice.offer.kernel = std::move(kernel);
  return choice;
}

}  // namespace luge::compiler
