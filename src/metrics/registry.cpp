#include "metrics/registry.h"

#include <fmt/format.h>

#include <set>

#include "luge/error.h"

namespace luge::metrics {
namespace {

// The names of those of the host.
std::set<std::string>& hosts() {
  static auto& names = *new std::set<std::string>;
  return names;
}

std::vector<std::string> names_of(bool host) {
  std::vector<std::string> names;
  for (std::string& name : known().names()) {
    if (hosts().contains(name) == host) names.push_back(std::move(name));
  }
  return names;
}

}  // namespace

MetricRegistry& known() {
  static auto& registry = *new MetricRegistry(
      {.one = "metric", .many = "metrics", .key = "train.metrics", .options_of_each = "metric"});
  return registry;
}

bool add(const std::string& name, const std::string& description, options::Maker<Metric> make) {
  return known().add(name, description, std::move(make));
}

bool add_host(const std::string& name, const std::string& description, options::Maker<HostMetric> make) {
  if (!known().add(name, description, std::move(make))) return false;
  hosts().insert(name);
  return true;
}

Metric named(const std::string& name, const options::Values& values) {
  AnyMetric made = known().make(name, values);
  if (auto* metric = std::get_if<Metric>(&made)) return std::move(*metric);
  throw ValueError(fmt::format("the metric '{}' is measured on the host; host_named makes it", name));
}

HostMetric host_named(const std::string& name, const std::vector<std::string>& classes,
                      const options::Values& values) {
  AnyMetric made = known().make(name, values);
  auto* metric = std::get_if<HostMetric>(&made);
  if (!metric)
    throw ValueError(fmt::format("the metric '{}' is not measured on the host; named makes it", name));
  return classes.empty() ? std::move(*metric) : metric->of_classes(classes);
}

std::string description(const std::string& name) { return known().member(name).description; }
std::string host_description(const std::string& name) { return known().member(name).description; }

std::vector<std::string> names() { return names_of(false); }
std::vector<std::string> host_names() { return names_of(true); }

Chosen chosen(const std::vector<std::string>& wanted) {
  Chosen all;
  std::set<std::string> taken;
  for (const std::string& name : wanted) {
    AnyMetric made = known().make(name, {});
    const std::string own = std::visit([](const auto& metric) { return std::string(metric.name()); }, made);
    if (!taken.insert(own).second) throw ValueError(fmt::format("{} is named twice", name));
    if (auto* metric = std::get_if<Metric>(&made)) {
      all.metrics.push_back(std::move(*metric));
    } else {
      all.host_metrics.push_back(std::get<HostMetric>(std::move(made)));
    }
  }
  return all;
}

}  // namespace luge::metrics
