#include "backend/registry.h"

#include <algorithm>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace luge {
namespace {

struct Candidates {
  std::vector<int> ranks;
  std::vector<const Kernel*> kernels;
};

std::map<std::string, Candidates, std::less<>>& registry() {
  static auto& candidates = *new std::map<std::string, Candidates, std::less<>>;
  return candidates;
}

}  // namespace

void register_kernel(std::string_view op, int rank, const Kernel* kernel) {
  Candidates& of_op = registry()[std::string(op)];
  const auto place = std::upper_bound(of_op.ranks.begin(), of_op.ranks.end(), rank);
  const auto index = place - of_op.ranks.begin();
  of_op.ranks.insert(place, rank);
  of_op.kernels.insert(of_op.kernels.begin() + index, kernel);
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
