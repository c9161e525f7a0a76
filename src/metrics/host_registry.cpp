#include <algorithm>
#include <set>

#include "core/plain_registry.h"
#include "luge/metrics/host_metric.h"
#include "metrics/registry.h"

namespace luge::metrics {
namespace {

PlainRegistry<MakeHost>& known() {
  static auto& registry = *new PlainRegistry<MakeHost>("host metric");
  return registry;
}

[[noreturn]] void refuse(const std::string& name) {
  std::vector<std::string> all = names();
  for (const std::string& host : host_names()) all.push_back(host);
  std::sort(all.begin(), all.end());
  throw ValueError(fmt::format("no metric is called '{}'; there are {}", name, fmt::join(all, ", ")));
}

}  // namespace

bool add_host(const std::string& name, const std::string& description, MakeHost make) {
  if (is_name(name)) return false;
  return known().add(name, description, std::move(make));
}

HostMetric host_named(const std::string& name, const std::vector<std::string>& classes) {
  if (const MakeHost* make = known().find(name)) return (*make)(classes);
  known().refuse(name);
}

std::string host_description(const std::string& name) { return known().description(name); }

std::vector<std::string> host_names() { return known().names(); }

Chosen chosen(const std::vector<std::string>& wanted) {
  Chosen all;
  std::set<std::string> taken;
  for (const std::string& name : wanted) {
    const bool on_host = known().find(name) != nullptr;
    if (!on_host && !is_name(name)) refuse(name);
    if (on_host) all.host_metrics.push_back(host_named(name));
    if (!on_host) all.metrics.push_back(named(name));
    const std::string own = on_host ? all.host_metrics.back().name() : all.metrics.back().name();
    if (!taken.insert(own).second) throw ValueError(fmt::format("{} is named twice", name));
  }
  return all;
}

std::unique_ptr<HostRule> HostRule::of_classes(const std::vector<std::string>&) const { return fresh(); }

}  // namespace luge::metrics
