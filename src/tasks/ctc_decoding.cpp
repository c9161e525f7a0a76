#include "luge/tasks/ctc_decoding.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "luge/error.h"

namespace luge::tasks {
namespace {

// The probabilities as a table.
class Table {
 public:
  Table(std::span<const float> values, std::int64_t classes, std::int64_t blank)
      : values_(values), classes_(static_cast<std::size_t>(std::max<std::int64_t>(0, classes))) {
    if (classes < 1) throw ValueError(fmt::format("ctc: there are {} classes; expected 1 or more", classes));
    if (values.size() % classes_ != 0)
      throw ValueError(
          fmt::format("ctc: {} probabilities are not a multiple of {} classes", values.size(), classes));
    if (blank < 0 || blank >= classes)
      throw ValueError(fmt::format("ctc: the blank is {}; expected 0 to {}", blank, classes - 1));
  }
  std::size_t positions() const { return values_.size() / classes_; }
  std::size_t classes() const { return classes_; }
  double operator()(std::size_t position, std::int64_t label) const {
    return values_[position * classes_ + static_cast<std::size_t>(label)];
  }

 private:
  std::span<const float> values_;
  std::size_t classes_;
};

// Probabilities of a beginning: of its alignments that end with a blank, and of the others.
struct Ends {
  double blank = 0, label = 0;
  double total() const { return blank + label; }
};

using Beginning = std::vector<std::int64_t>;

// Only proportions matter; many positions would bring all of them to 0.
void scale(std::map<Beginning, Ends>& beams) {
  double total = 0;
  for (const auto& [labels, ends] : beams) total += ends.total();
  if (!(total > 0)) return;
  for (auto& [labels, ends] : beams) ends.blank /= total, ends.label /= total;
}

void keep_likeliest(std::map<Beginning, Ends>& beams, std::size_t most) {
  if (beams.size() <= most) return;
  std::vector<std::pair<double, Beginning>> order;
  for (const auto& [labels, ends] : beams) order.emplace_back(-ends.total(), labels);
  std::sort(order.begin(), order.end());
  for (std::size_t k = most; k < order.size(); ++k) beams.erase(order[k].second);
}

}  // namespace

double ctc_probability(std::span<const float> probabilities, std::int64_t classes,
                       std::span<const std::int64_t> labels, std::int64_t blank) {
  const Table table(probabilities, classes, blank);
  for (const std::int64_t label : labels) {
    if (label < 0 || label >= classes || label == blank)
      throw ValueError(fmt::format("ctc: label {} is not one of the {} classes without the blank {}", label,
                                   classes, blank));
  }
  if (table.positions() == 0) return labels.empty() ? 1 : 0;
  // A state for each label and for the blank before, between and after them.
  std::vector<std::int64_t> states(2 * labels.size() + 1, blank);
  for (std::size_t k = 0; k < labels.size(); ++k) states[2 * k + 1] = labels[k];
  std::vector<double> now(states.size()), next(states.size());
  now[0] = table(0, blank);
  if (states.size() > 1) now[1] = table(0, states[1]);
  for (std::size_t t = 1; t < table.positions(); ++t) {
    for (std::size_t s = 0; s < states.size(); ++s) {
      double sum = now[s] + (s > 0 ? now[s - 1] : 0);
      if (s > 1 && states[s] != blank && states[s] != states[s - 2]) sum += now[s - 2];
      next[s] = sum * table(t, states[s]);
    }
    std::swap(now, next);
  }
  return now.back() + (states.size() > 1 ? now[states.size() - 2] : 0);
}

Decoded ctc_greedy(std::span<const float> probabilities, std::int64_t classes, std::int64_t blank) {
  const Table table(probabilities, classes, blank);
  Decoded found;
  std::int64_t before = blank;
  for (std::size_t t = 0; t < table.positions(); ++t) {
    const auto row = probabilities.subspan(t * table.classes(), table.classes());
    const std::int64_t best = std::max_element(row.begin(), row.end()) - row.begin();
    if (best != blank && best != before) found.labels.push_back(best);
    before = best;
  }
  found.probability = ctc_probability(probabilities, classes, found.labels, blank);
  return found;
}

Decoded ctc_beam(std::span<const float> probabilities, std::int64_t classes, std::int64_t beam,
                 std::int64_t blank) {
  const Table table(probabilities, classes, blank);
  if (beam < 1) throw ValueError(fmt::format("ctc: the beam is {}; expected 1 or more", beam));
  std::map<Beginning, Ends> beams = {{{}, {.blank = 1}}};
  for (std::size_t t = 0; t < table.positions(); ++t) {
    std::map<Beginning, Ends> next;
    for (const auto& [labels, ends] : beams) {
      next[labels].blank += ends.total() * table(t, blank);
      if (!labels.empty()) next[labels].label += ends.label * table(t, labels.back());
      for (std::int64_t label = 0; label < classes; ++label) {
        if (label == blank) continue;
        const bool same = !labels.empty() && labels.back() == label;
        const double before = same ? ends.blank : ends.total();  // a blank parts equal labels
        const double p = before * table(t, label);
        if (p == 0) continue;
        Beginning longer = labels;
        longer.push_back(label);
        next[std::move(longer)].label += p;
      }
    }
    keep_likeliest(next, static_cast<std::size_t>(beam));
    scale(next);
    beams = std::move(next);
  }
  const auto best = std::max_element(beams.begin(), beams.end(), [](const auto& a, const auto& b) {
    return a.second.total() < b.second.total();
  });
  return {best->first, ctc_probability(probabilities, classes, best->first, blank)};
}

}  // namespace luge::tasks
