#include "luge/nn/take_weights.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <optional>
#include <span>

#include "luge/error.h"
#include "luge/nn/matches.h"
#include "luge/ops/math.h"
#include "luge/ops/reduce.h"
#include "luge/ops/shape.h"

namespace luge::nn {
namespace {

std::string layer_of(const std::string& name) { return name.substr(0, name.rfind('.')); }

std::string listed(const std::vector<std::string>& names) {
  constexpr std::size_t kShown = 8;
  if (names.size() <= kShown) return fmt::format("{}", fmt::join(names, ", "));
  return fmt::format("{} … and {} more", fmt::join(std::span(names).first(kShown), ", "),
                     names.size() - kShown);
}

// "backbone.*" and "features.*" make features.conv1.weight of backbone.conv1.weight.
class Renaming {
 public:
  Renaming(const std::string& from, const std::string& to) : from_(from), to_(to) {
    const auto stars = [](const std::string& text) { return std::count(text.begin(), text.end(), '*'); };
    if (stars(from) > 1 || stars(from) != stars(to) || from.empty() || to.empty())
      throw ValueError(fmt::format(
          "take_weights: rename '{}' to '{}': expected two names, or two patterns with one * each", from,
          to));
  }
  std::optional<std::string> of(const std::string& name) {
    if (!matches(from_, name)) return std::nullopt;
    ++hits_;
    const auto star = from_.find('*');
    if (star == from_.npos) return to_;
    const std::string kept = name.substr(star, name.size() - (from_.size() - 1));
    const auto at = to_.find('*');
    return to_.substr(0, at) + kept + to_.substr(at + 1);
  }

  // Throws ValueError for a rule that no name matched: it would do nothing.
  void check_used() const {
    if (hits_ == 0)
      throw ValueError(fmt::format("take_weights: rename of '{}' matches no name of the file", from_));
  }

 private:
  std::string from_, to_;
  std::size_t hits_ = 0;
};

std::map<std::string, std::pair<std::string, Tensor>> renamed(const NamedWeights& weights,
                                                              const TakeOptions& options) {
  std::vector<Renaming> rules;
  for (const auto& [from, to] : options.rename) rules.emplace_back(from, to);
  std::map<std::string, std::pair<std::string, Tensor>> by_name;  // the name that it had, and the value
  for (const auto& [name, value] : weights) {
    std::string own = name;
    for (Renaming& rule : rules) {
      if (const auto found = rule.of(name)) {
        own = *found;
        break;
      }
    }
    const auto [entry, fresh] = by_name.try_emplace(own, name, value);
    if (!fresh)
      throw ValueError(fmt::format("take_weights: '{}' and '{}' are both '{}' after rename",
                                   entry->second.first, name, own));
  }
  for (const Renaming& rule : rules) rule.check_used();
  return by_name;
}

// The weights of a first layer for another number of input channels; empty when only those do not differ.
Tensor adapted(const Tensor& value, const Shape& wanted) {
  const Shape& shape = value.shape();
  if (shape.rank() < 3 || shape.rank() != wanted.rank()) return {};
  for (int axis = 0; axis < shape.rank(); ++axis) {
    if (axis != 1 && shape[axis] != wanted[axis]) return {};
  }
  if (shape[1] == 1) return broadcast_to(value, wanted) / static_cast<double>(wanted[1]);
  if (wanted[1] == 1) return sum(value, 1, keep_dims);
  return {};
}

std::string shapes_of(const std::string& name, const Tensor& value, const Variable& variable) {
  const bool same_type = value.dtype() == variable.dtype();
  return fmt::format("{} ({}{} in the file, {}{} here)", name,
                     same_type ? "" : std::string(luge::name(value.dtype())), value.shape().to_string(),
                     same_type ? "" : std::string(luge::name(variable.dtype())),
                     variable.shape().to_string());
}

}  // namespace

std::string Taken::to_string() const {
  std::string text;
  for (const auto& [what, names] :
       {std::pair{"missing", &missing}, {"extra", &extra}, {"of another shape", &other_shapes}}) {
    if (!names->empty()) text += fmt::format("{}{}: {}", text.empty() ? "" : "; ", what, listed(*names));
  }
  return text;
}

Taken take_weights(const Module& net, const NamedWeights& weights, const TakeOptions& options) {
  auto given = renamed(weights, options);
  std::vector<NamedVariable> all = net.named_parameters();
  const std::string first = all.empty() ? "" : layer_of(all.front().name);
  const std::string last = all.empty() ? "" : layer_of(all.back().name);
  for (NamedVariable& buffer : net.named_buffers()) all.push_back(std::move(buffer));
  Taken taken;
  std::vector<std::pair<Variable, Tensor>> values;
  for (const auto& [name, variable] : all) {
    const bool of_head = layer_of(name) == last;
    const auto found = given.find(name);
    if (of_head && options.head == Head::renew) {
      taken.head.push_back(name);
      if (found != given.end()) given.erase(found);
      continue;
    }
    if (found == given.end()) {
      taken.missing.push_back(name);
      continue;
    }
    const Tensor value = found->second.second;
    given.erase(found);
    if (value.dtype() == variable.dtype() && value.shape() == variable.shape()) {
      taken.loaded.push_back(name);
      values.emplace_back(variable, value);
      continue;
    }
    const bool same_kind = value.dtype() == variable.dtype();
    const Tensor changed = options.channels == Channels::adapt && same_kind && layer_of(name) == first
                               ? adapted(value, variable.shape())
                               : Tensor();
    if (changed.defined()) {
      taken.loaded.push_back(name);
      taken.adapted.push_back(fmt::format(
          "{} ({})", name,
          value.shape()[1] == 1
              ? fmt::format("the filters for one channel are divided among {}", variable.shape()[1])
              : fmt::format("the filters for {} channels are added up for one", value.shape()[1])));
      values.emplace_back(variable, changed);
      continue;
    }
    const bool new_head =
        of_head && options.head == Head::automatic && value.rank() == variable.shape().rank();
    (new_head ? taken.head : taken.other_shapes).push_back(shapes_of(name, value, variable));
  }
  for (const auto& [name, entry] : given) taken.extra.push_back(entry.first);
  if (options.strict && !taken.complete())
    throw FormatError(fmt::format("made by another model; {}; nothing was loaded", taken.to_string()));
  if (values.empty() && (!taken.missing.empty() || !taken.other_shapes.empty()))
    throw FormatError(
        fmt::format("no weights of the network are there; {}; nothing was loaded", taken.to_string()));
  for (auto& [variable, value] : values) variable.assign(value);
  return taken;
}

}  // namespace luge::nn
