#include "backend/registry.h"

#include <fmt/format.h>

#include <map>
#include <string>

#include "luge/error.h"

namespace luge {
namespace {

struct Listed {
  Kernels owned;
  std::vector<const Kernel*> kernels;
};

std::map<std::string, Listed, std::less<>>& registry() {
  static auto& candidates = *new std::map<std::string, Listed, std::less<>>;
  return candidates;
}

}  // namespace

Candidates::Candidates(std::string_view op, Kernels best_first) {
  const auto [place, added] = registry().try_emplace(std::string(op));
  if (!added) throw StateError(fmt::format("{}: its candidates are listed in two places", op));
  Listed& listed = place->second;
  listed.owned = std::move(best_first);
  for (const auto& kernel : listed.owned) listed.kernels.push_back(kernel.get());
}

std::span<const Kernel* const> registered_kernels(std::string_view op) {
  const auto found = registry().find(op);
  if (found == registry().end()) return {};
  return found->second.kernels;
}

Offer refuse(std::string reason) {
  Offer offer;
  offer.refusal = std::move(reason);
  return offer;
}

}  // namespace luge
