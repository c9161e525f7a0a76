#include "runtime/prepacked.h"

#include <algorithm>

#include "runtime/layout_copies.h"

namespace luge {
namespace {

using PrepackedRef = std::shared_ptr<Prepacked>;

// They are valid together with all their sources only: a source that changed since has dropped them.
bool is_valid(const PrepackedRef& prepacked, const std::vector<BoundLeaf>& sources) {
  return std::equal(sources.begin(), sources.end(), prepacked->sources.begin(), prepacked->sources.end(),
                    [&](const BoundLeaf& leaf, const Buffer* source) {
                      if (leaf.buffer.get() != source) return false;
                      const auto& beside = source->derived;
                      return std::find(beside.begin(), beside.end(), Derived(prepacked)) != beside.end();
                    });
}

PrepackedRef find(const std::string& computation, const std::vector<BoundLeaf>& sources) {
  for (const Derived& derived : sources.front().buffer->derived) {
    const auto* prepacked = std::get_if<PrepackedRef>(&derived);
    if (prepacked && (*prepacked)->computation == computation && is_valid(*prepacked, sources))
      return *prepacked;
  }
  return nullptr;
}

PrepackedRef compute(const Program::Prepack& part, const std::vector<BoundLeaf>& sources) {
  const auto fresh = std::make_shared<Prepacked>();
  fresh->computation = part.computation;
  std::vector<BoundLeaf> leaves = sources;
  convert_leaves(*part.program, leaves);
  fresh->values = part.program->run(leaves);
  const auto is_earlier = [&](const Derived& derived) {
    const auto* prepacked = std::get_if<PrepackedRef>(&derived);
    return prepacked && (*prepacked)->computation == part.computation;
  };
  for (const BoundLeaf& leaf : sources) {
    std::erase_if(leaf.buffer->derived, is_earlier);
    leaf.buffer->derived.emplace_back(fresh);
    fresh->sources.push_back(leaf.buffer.get());
  }
  return fresh;
}

}  // namespace

PrepackedRef Prepacked::find_or_compute(const Program::Prepack& part, const std::vector<BoundLeaf>& leaves) {
  std::vector<BoundLeaf> sources;
  sources.reserve(part.leaves.size());
  for (const int leaf : part.leaves) sources.push_back(leaves[static_cast<std::size_t>(leaf)]);
  if (PrepackedRef found = find(part.computation, sources)) return found;
  return compute(part, sources);
}

}  // namespace luge
