#include "fuzz/minimize.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "fuzz/draft.h"
#include "fuzz/ops.h"
#include "luge/graph.h"

namespace luge::fuzz {
namespace {

// The values' types, as far as the case can be built.
Tensors types_of(const Case& c) {
  std::map<int, Tensor> leaves;
  for (std::size_t k = 0; k < c.lines.size(); ++k) {
    const Line& line = c.lines[k];
    if (line.leaf())
      leaves[static_cast<int>(k)] = graph::placeholder(dtype_named(line.dtype, f32), line.shape(), "leaf");
  }
  return build(c, leaves, f32);
}

class Minimizer {
 public:
  Minimizer(Case c, const Fails& fails, int tries) : best_(std::move(c)), fails_(fails), left_(tries) {}

  Case run() {
    fewer(&Case::modes, 1);
    for (bool better = true; better && left_ > 0;) {
      better = false;
      better |= fewer(&Case::outputs, 1);
      better |= fewer(&Case::gradients, 0);
      better |= cut_off();
      better |= pass_over();
      better |= smaller_shapes();
      better |= fewer_attributes();
    }
    simpler_mode();
    simpler_elements();
    return best_;
  }

 private:
  bool take(Case candidate) {
    if (left_ <= 0) return false;
    candidate = pruned(std::move(candidate));
    if (candidate.outputs.empty() || to_text(candidate) == to_text(best_)) return false;
    try {
      types_of(candidate);
    } catch (const std::exception&) {
      return false;
    }
    --left_;
    if (!fails_(candidate)) return false;
    best_ = std::move(candidate);
    return true;
  }

  template <class List>
  bool fewer(List Case::*list, std::size_t least) {
    bool better = false;
    for (std::size_t k = (best_.*list).size(); k-- > 0;) {
      if ((best_.*list).size() <= least || k >= (best_.*list).size()) continue;
      Case candidate = best_;
      (candidate.*list).erase((candidate.*list).begin() + static_cast<std::ptrdiff_t>(k));
      better |= take(std::move(candidate));
    }
    return better;
  }

  // A leaf in place of an op, from the end on.
  bool cut_off() {
    bool better = false;
    for (std::size_t k = best_.lines.size(); k-- > 0;) {
      if (k >= best_.lines.size() || best_.lines[k].leaf()) continue;
      const Tensor value = types_of(best_)[k];
      if (std::count(best_.outputs.begin(), best_.outputs.end(), static_cast<int>(k)) != 0) continue;
      Case candidate = best_;
      Line leaf{"leaf",
                {},
                {{"low", {-1.5}}, {"high", {1.5}}, {"seed", {static_cast<double>(k)}}},
                best_.lines[k].dtype};
      leaf.with["shape"] = extents(value.shape());
      if (leaf.dtype.empty()) leaf.dtype = value.dtype() == f32 ? "real" : std::string(name(value.dtype()));
      if (value.dtype() == boolean) leaf.with["low"] = {0}, leaf.with["high"] = {2};
      candidate.lines[k] = leaf;
      better |= take(std::move(candidate));
    }
    return better;
  }

  // An op's input, or any earlier value of its shape, in its place.
  bool pass_over() {
    bool better = false;
    for (std::size_t k = best_.lines.size(); k-- > 0;) {
      if (k >= best_.lines.size() || best_.lines[k].leaf()) continue;
      const Tensors values = types_of(best_);
      const std::vector<int> inputs = best_.lines[k].in;
      for (int input : inputs) {
        if (k >= best_.lines.size() || best_.lines[k].in != inputs) break;
        const bool output = std::count(best_.outputs.begin(), best_.outputs.end(), static_cast<int>(k)) != 0;
        if (values[static_cast<std::size_t>(input)].dtype() != values[k].dtype()) continue;
        if (output && best_.lines[static_cast<std::size_t>(input)].leaf()) continue;
        Case candidate = best_;
        for (Line& line : candidate.lines)
          std::replace(line.in.begin(), line.in.end(), static_cast<int>(k), input);
        std::replace(candidate.outputs.begin(), candidate.outputs.end(), static_cast<int>(k), input);
        if (take(std::move(candidate))) better = true;
      }
    }
    return better;
  }

  // One extent everywhere, then axis by axis.
  bool smaller_shapes() {
    bool better = false;
    std::set<double> found;
    for (const Line& line : best_.lines) {
      if (!line.has("shape")) continue;
      for (double extent : line.with.at("shape")) found.insert(extent);
    }
    for (auto extent = found.rbegin(); extent != found.rend(); ++extent) {
      for (const double smaller : {1.0, 2.0, 3.0, std::floor(*extent / 2), *extent - 1}) {
        if (smaller >= *extent || smaller < 1) continue;
        Case candidate = best_;
        for (Line& line : candidate.lines) {
          if (line.has("shape"))
            std::replace(line.with["shape"].begin(), line.with["shape"].end(), *extent, smaller);
        }
        if (take(std::move(candidate))) {
          better = true;
          break;
        }
      }
    }
    for (std::size_t k = 0; k < best_.lines.size(); ++k) {
      if (!best_.lines[k].leaf()) continue;
      for (std::size_t axis = 0; axis < best_.lines[k].with["shape"].size(); ++axis) {
        if (best_.lines[k].with["shape"][axis] <= 1) continue;
        Case candidate = best_;
        candidate.lines[k].with["shape"][axis] = 1;
        better |= take(std::move(candidate));
      }
    }
    return better;
  }

  bool fewer_attributes() {
    bool better = false;
    for (std::size_t k = 0; k < best_.lines.size(); ++k) {
      if (best_.lines[k].leaf()) continue;
      const auto with = best_.lines[k].with;
      for (const auto& [key, numbers] : with) {
        Case candidate = best_;
        candidate.lines[k].with.erase(key);
        better |= take(std::move(candidate));
      }
      if (best_.lines[k].in.size() > 1) {
        Case candidate = best_;
        candidate.lines[k].in.pop_back();
        better |= take(std::move(candidate));
      }
    }
    return better;
  }

  void simpler_mode() {
    const auto change = [&](auto edit) {
      Case candidate = best_;
      edit(candidate.modes.at(0));
      take(std::move(candidate));
    };
    change([](Mode& mode) { mode.tight = false; });
    change([](Mode& mode) { mode.threads = 1; });
    change([](Mode& mode) { mode.update = Update::descent; });
    change([](Mode& mode) { mode.way = Way::compiled; });
    change([](Mode& mode) { mode.way = Way::eager; });
    change([](Mode& mode) { mode.narrow = false; });
    change([](Mode& mode) { mode.math = Math::strict; });
  }

  void simpler_elements() {
    for (std::size_t k = 0; k < best_.lines.size(); ++k) {
      if (!best_.lines[k].leaf() || best_.lines[k].dtype == "bool") continue;
      for (const double grid : {1.0, 4.0}) {
        Case candidate = best_;
        candidate.lines[k].with["grid"] = {grid};
        if (take(std::move(candidate))) break;
      }
    }
  }

  Case best_;
  const Fails& fails_;
  int left_;
};

}  // namespace

Case minimized(Case c, const Fails& fails, int tries) { return Minimizer(std::move(c), fails, tries).run(); }

}  // namespace luge::fuzz
