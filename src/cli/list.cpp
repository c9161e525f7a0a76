// luge list: the names that keys take.
#include <fmt/format.h>

#include <algorithm>

#include <nlohmann/json.hpp>

#include "cli/command.h"
#include "cli/output.h"
#include "core/nearest.h"
#include "luge/experiment/data_sets.h"
#include "luge/loss/loss.h"
#include "luge/metrics/host_metric.h"
#include "luge/metrics/metric.h"
#include "luge/models/gallery.h"
#include "luge/optim/optimizers.h"
#include "luge/tasks/registry.h"

namespace luge::cli {
namespace {

struct Listed {
  std::string name, what;
};
struct Family {
  const char* name;
  std::vector<Listed> (*members)();
};

template <class Names>
std::vector<Listed> plain(const Names& names) {
  std::vector<Listed> all;
  for (const std::string& name : names) all.push_back({name, ""});
  return all;
}

std::vector<Listed> gallery() {
  std::vector<Listed> all;
  for (const models::Entry& entry : models::all()) all.push_back({entry.name, entry.description});
  return all;
}

std::vector<Listed> tasks_with_help() {
  std::vector<Listed> all;
  for (const std::string& name : tasks::names()) all.push_back({name, tasks::find(name).description});
  return all;
}

std::vector<Listed> losses() {
  std::vector<Listed> all;
  for (const std::string& name : loss::names()) all.push_back({name, loss::description(name)});
  return all;
}

// Those on the host, too.
std::vector<Listed> all_metrics() {
  std::vector<Listed> all;
  for (const std::string& name : metrics::names()) all.push_back({name, metrics::description(name)});
  for (const std::string& name : metrics::host_names())
    all.push_back({name, metrics::host_description(name)});
  std::sort(all.begin(), all.end(), [](const Listed& a, const Listed& b) { return a.name < b.name; });
  return all;
}

const Family kFamilies[] = {{"models", gallery},
                            {"data", [] { return plain(experiment::data_set_names()); }},
                            {"tasks", tasks_with_help},
                            {"losses", losses},
                            {"metrics", all_metrics},
                            {"optimizers", [] { return plain(optim::names()); }},
                            {"schedules", [] { return plain(optim::schedule::names()); }}};

int list(const Arguments& arguments) {
  const std::string wanted = arguments.positional().empty() ? "" : arguments.positional()[0];
  nlohmann::ordered_json json = nlohmann::ordered_json::object();
  std::vector<std::string> names;
  for (const Family& family : kFamilies) {
    names.emplace_back(family.name);
    if (!wanted.empty() && wanted != family.name) continue;
    if (!arguments.json()) fmt::print("{}\n", family.name);
    for (const Listed& member : family.members()) {
      json[family.name].push_back(member.name);
      if (!arguments.json()) fmt::print("  {:<22}{}\n", member.name, member.what);
    }
  }
  if (json.empty())
    throw Misuse(fmt::format("luge list: '{}' is not known{}", wanted, suggestion(wanted, names)));
  if (arguments.json()) print_json(json);
  return 0;
}

const Registration registration({"list",
                                 "the models, data sets, losses, optimizers … that keys can name",
                                 {"list [models|data|…]"},
                                 {},
                                 1,
                                 list});

}  // namespace
}  // namespace luge::cli
