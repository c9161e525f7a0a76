#include "graph/moved_state.h"

#include <algorithm>
#include <mutex>
#include <utility>

#include "graph/node.h"
#include "graph/trace.h"

namespace luge {
namespace {

using Move = MovesOfStep::Move;

struct Call {
  std::uint64_t begin, end;  // of the numbers of its nodes
  std::vector<Move> moves;
};

// Without steps, calls are forgotten, the oldest first.
constexpr std::size_t kMostCalls = 64;

thread_local CallThatMoves* running = nullptr;
thread_local MovesOfStep* step = nullptr;
thread_local std::vector<Move> moving;  // by the running calls
thread_local std::vector<Call> calls;

// Whether one of these nodes, which are in the order of their numbers, was made by the call.
bool led_to(const Call& call, const std::vector<Node*>& nodes) {
  const auto first =
      std::ranges::lower_bound(nodes, call.begin, {}, [](const Node* n) { return n->sequence; });
  for (auto at = first; at != nodes.end() && (*at)->sequence < call.end; ++at) {
    if ((*at)->leaf == Leaf::none) return true;
  }
  return false;
}

}  // namespace

CallThatMoves::CallThatMoves() : outer_(running), begin_(latest_sequence()), first_(moving.size()) {
  running = this;
}

CallThatMoves::~CallThatMoves() {
  running = outer_;
  moving.resize(first_);
}

void CallThatMoves::keep() {
  if (moving.size() == first_) return;
  calls.reserve(kMostCalls + 1);
  Call call{begin_, latest_sequence(), {moving.begin() + static_cast<std::ptrdiff_t>(first_), moving.end()}};
  if (calls.size() == kMostCalls) calls.erase(calls.begin());
  calls.push_back(std::move(call));
}

void note_move(const std::shared_ptr<Slot>& slot, const Tensor& before) {
  if (!running) return;
  const Node* after = slot->current.node();
  moving.push_back({slot, before, after, after->sequence});
}

MovesOfStep::MovesOfStep(std::span<const Tensor> gradients) : outer_(step) {
  step = this;
  if (calls.empty() || current_trace()) return;
  const std::lock_guard lock(engine_mutex());
  const std::vector<Node*> nodes = topological(gradients);
  std::vector<Call> others;
  for (Call& call : calls) {
    if (led_to(call, nodes)) {
      std::ranges::move(call.moves, std::back_inserter(moves_));
    } else {
      others.push_back(std::move(call));
    }
  }
  calls = std::move(others);
}

MovesOfStep::~MovesOfStep() { step = outer_; }

const MovesOfStep* MovesOfStep::now() { return step; }

void MovesOfStep::take_back() {
  const std::lock_guard lock(engine_mutex());
  for (; !moves_.empty(); moves_.pop_back()) {
    Move& last = moves_.back();
    const std::shared_ptr<Slot> slot = last.slot.lock();
    if (!slot) continue;
    const Node* now = slot->current.node();
    if (now != last.after || now->sequence != last.number) continue;
    slot->current = std::move(last.before);  // which is `after` of an earlier move of the same Variable
  }
}

}  // namespace luge
