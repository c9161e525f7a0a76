// Parts of a data set: split, k_fold and bootstrap.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <numeric>

#include "core/dispatch.h"
#include "core/whole.h"
#include "data/permutation.h"
#include "data/views/views.h"
#include "luge/data/bootstrap.h"
#include "luge/data/dataset.h"
#include "luge/error.h"

namespace luge::data {
namespace {

using Indices = std::vector<std::int64_t>;

std::int64_t class_of(const Source& source, std::int64_t index, const std::string& field, std::size_t k) {
  HostArray value;
  Row row(source.info().fields);
  row.into(k, value);
  source.read(index, row);
  row.finish();
  std::optional<std::int64_t> whole;
  if (value.field.shape.elements() == 1) {
    dispatch(value.field.dtype, [&]<class T>() { whole = as_whole(value.as<T>()[0]); });
  }
  if (!whole) {
    throw ValueError(fmt::format("{}: the field '{}' is {}; stratify needs one whole number in each sample",
                                 source.where(index), field, value.field.to_string()));
  }
  return *whole;
}

// The samples of each class in order, or all samples as one class.
std::vector<Indices> classes_of(const Source& source, const std::string& stratify) {
  std::map<std::int64_t, Indices> classes;
  const std::size_t k = stratify.empty() ? 0 : source.info().fields.index(stratify);
  for (std::int64_t i = 0; i < source.size(); ++i)
    classes[stratify.empty() ? 0 : class_of(source, i, stratify, k)].push_back(i);
  std::vector<Indices> lists;
  for (auto& [label, list] : classes) lists.push_back(std::move(list));
  return lists;
}

// How many of each class belong to a part of `wanted` samples: the shares rounded down, and one more for
// those that lose most by it.
std::vector<std::int64_t> shares(const std::vector<Indices>& classes, double fraction, std::int64_t wanted) {
  std::vector<std::int64_t> counts;
  std::vector<double> lost;
  for (const Indices& list : classes) {
    const double share = static_cast<double>(list.size()) * fraction;
    counts.push_back(static_cast<std::int64_t>(share));
    lost.push_back(share - static_cast<double>(counts.back()));
  }
  std::vector<std::size_t> order(classes.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return lost[a] > lost[b]; });
  std::int64_t left = wanted - std::accumulate(counts.begin(), counts.end(), std::int64_t{0});
  for (const std::size_t c : order) {
    if (left <= 0) break;
    if (counts[c] < static_cast<std::int64_t>(classes[c].size())) ++counts[c], --left;
  }
  return counts;
}

Indices shuffled(const Indices& list, std::uint64_t seed, std::uint64_t stream) {
  Indices result;
  result.reserve(list.size());
  for (const std::int64_t i : permutation(static_cast<std::int64_t>(list.size()), seed, stream))
    result.push_back(list[static_cast<std::size_t>(i)]);
  return result;
}

// Each part in the order of the whole.
std::pair<Dataset, Dataset> parts(const SourceRef& source, Indices first, Indices second) {
  std::sort(first.begin(), first.end());
  std::sort(second.begin(), second.end());
  return {Dataset(select_view(source, std::move(first))), Dataset(select_view(source, std::move(second)))};
}

}  // namespace

std::pair<Dataset, Dataset> Dataset::split(double fraction, const SplitOptions& options) const {
  if (!(fraction >= 0 && fraction <= 1)) {
    throw ValueError(fmt::format("split: fraction is {}; expected 0 to 1", fraction));
  }
  const SourceRef whole = of_first_epoch(source_);
  const auto wanted = static_cast<std::int64_t>(static_cast<double>(size()) * fraction + 0.5);
  const std::vector<Indices> classes = classes_of(*whole, options.stratify);
  const std::vector<std::int64_t> counts = shares(classes, fraction, wanted);
  Indices first, second;
  for (std::size_t c = 0; c < classes.size(); ++c) {
    const Indices order = options.random ? shuffled(classes[c], options.seed, kSplitStream | c) : classes[c];
    first.insert(first.end(), order.begin(), order.begin() + counts[c]);
    second.insert(second.end(), order.begin() + counts[c], order.end());
  }
  return parts(whole, std::move(first), std::move(second));
}

std::vector<std::pair<Dataset, Dataset>> Dataset::k_fold(std::int64_t k, const FoldOptions& options) const {
  if (k < 2 || k > size())
    throw ValueError(fmt::format("k_fold: k is {}; expected 2 to {}, the number of samples", k, size()));
  const SourceRef whole = of_first_epoch(source_);
  const std::vector<Indices> classes = classes_of(*whole, options.stratify);
  std::vector<Indices> held(static_cast<std::size_t>(k));
  std::size_t next = 0;  // goes on from class to class, so that no part gets more than one sample more
  for (std::size_t c = 0; c < classes.size(); ++c) {
    for (const std::int64_t index : shuffled(classes[c], options.seed, kFoldStream | c))
      held[next++ % held.size()].push_back(index);
  }
  std::vector<std::pair<Dataset, Dataset>> folds;
  for (std::size_t f = 0; f < held.size(); ++f) {
    Indices training;
    for (std::size_t other = 0; other < held.size(); ++other) {
      if (other != f) training.insert(training.end(), held[other].begin(), held[other].end());
    }
    folds.push_back(parts(whole, std::move(training), held[f]));
  }
  return folds;
}

std::pair<Indices, Indices> bootstrap_indices(std::int64_t count, std::uint64_t seed) {
  std::vector<bool> drawn(static_cast<std::size_t>(count), false);
  Indices bag, rest;
  for (std::int64_t i = 0; i < count; ++i) {
    const std::uint64_t word = random_word(seed, kDrawStream, i);
    bag.push_back(static_cast<std::int64_t>(word % static_cast<std::uint64_t>(count)));
    drawn[static_cast<std::size_t>(bag.back())] = true;
  }
  for (std::int64_t i = 0; i < count; ++i) {
    if (!drawn[static_cast<std::size_t>(i)]) rest.push_back(i);
  }
  return {std::move(bag), std::move(rest)};
}

std::pair<Dataset, Dataset> Dataset::bootstrap(std::uint64_t seed) const {
  const SourceRef whole = of_first_epoch(source_);
  auto [bag, rest] = bootstrap_indices(size(), seed);
  return parts(whole, std::move(bag), std::move(rest));
}

}  // namespace luge::data
