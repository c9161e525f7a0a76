#include <fmt/format.h>

#include <charconv>

#include "luge/error.h"
#include "luge/ops/compare.h"
#include "luge/ops/math.h"
#include "luge/ops/reduce.h"
#include "luge/ops/shape.h"
#include "metrics/classification.h"
#include "metrics/registry.h"

namespace luge::metrics {
namespace {

Tensor among(std::int64_t k, const std::string& name, const Tensor& prediction, const Tensor& target) {
  const Tensor labels = checked_labels(name, prediction, target);
  const Tensor at_label = equal(iota_like(prediction, 1), unsqueeze(labels, 1));
  const Tensor own = sum(where(at_label, prediction, 0), 1, keep_dims);
  const Tensor above = sum(cast(greater(prediction, own), i64), 1);
  return logical_and(logical_and(less(above, k), any(at_label, 1)), without_nan(prediction));
}

struct TopKOptions {
  std::int64_t k = 5;
  static void fields(auto& self, auto&& field) {
    field("k", self.k, "how many of the largest outputs count", options::at_least(1));
  }
};

const bool added_top_k =
    add("top-k", "the share of samples whose class is among the k largest outputs; top3 is k=3",
        [](const TopKOptions& options) { return TopK(options.k); });

// "top5", "top3", …
std::optional<std::string> short_name(std::string_view name) {
  if (!name.starts_with("top")) return std::nullopt;
  std::int64_t k = 0;
  const char* end = name.data() + name.size();
  const auto parsed = std::from_chars(name.data() + 3, end, k);
  if (parsed.ec != std::errc() || parsed.ptr != end || k < 1) return std::nullopt;
  return fmt::format("top-k(k={})", k);
}
const bool has_short_names = known().take_names(short_name);

}  // namespace

TopK::TopK(std::int64_t k)
    : Metric(share_of(fmt::format("top{}", k),
                      [k, name = fmt::format("top{}", k)](const Tensor& p, const Tensor& t) {
                        return among(k, name, p, t);
                      })) {
  options::check("TopK", TopKOptions{k});
}

}  // namespace luge::metrics
