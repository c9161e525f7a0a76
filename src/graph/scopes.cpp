#include "graph/scopes.h"

#include <algorithm>
#include <atomic>

#include "graph/node.h"

namespace luge {
namespace {

thread_local ScopeRecorder* recorder = nullptr;
std::atomic<std::uint64_t> next_number{1};

}  // namespace

ScopeRecorder::ScopeRecorder() : number_(next_number.fetch_add(1)), outer_(recorder) { recorder = this; }
ScopeRecorder::~ScopeRecorder() { recorder = outer_; }

int ScopeRecorder::label(std::string_view part, Phase phase) {
  const auto [entry, fresh] =
      numbers_.try_emplace({std::string(part), phase}, static_cast<int>(labels_.size()));
  if (fresh) labels_.push_back({std::string(part), phase});
  return entry->second;
}

int ScopeRecorder::of(const Node& node) const {
  const auto after = std::upper_bound(marks_.begin(), marks_.end(), node.sequence,
                                      [](std::uint64_t at, const auto& mark) { return at < mark.first; });
  return after == marks_.begin() ? -1 : std::prev(after)->second;
}

int ScopeRecorder::first_of(std::string_view part) const {
  const auto found = std::ranges::find(labels_, part, &Label::part);
  return static_cast<int>(found - labels_.begin());
}

void ScopeRecorder::mark(int label) {
  now_ = label;
  const std::uint64_t from = latest_sequence();
  if (!marks_.empty() && marks_.back().first == from) {
    marks_.back().second = label;
  } else {
    marks_.emplace_back(from, label);
  }
}

ScopeRecorder* scope_recorder() { return recorder; }
int scope_of(const Node& node) { return recorder ? recorder->of(node) : -1; }

InScope::InScope(int label) {
  if (!recorder || label < 0) return;
  recorder_ = recorder;
  before_ = recorder_->now_;
  recorder_->mark(label);
}

InScope::InScope(std::string_view part, Phase phase)
    : InScope(recorder ? recorder->label(part, phase) : -1) {}

InScope::InScope(const Node& node) : InScope(scope_of(node)) {}

InScope InScope::backward_of(const Node& node) {
  const int own = scope_of(node);
  return InScope(own < 0 ? -1 : recorder->label(std::string(recorder->label(own).part), Phase::backward));
}

InScope::~InScope() {
  if (recorder_) recorder_->mark(before_);
}

}  // namespace luge
