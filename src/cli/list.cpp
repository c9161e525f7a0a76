// luge list: the names that keys take, with their options.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "cli/command.h"
#include "cli/families.h"
#include "cli/output.h"
#include "core/nearest.h"

namespace luge::cli {
namespace {

int list(const Arguments& arguments) {
  const std::string wanted = arguments.positional().empty() ? "" : arguments.positional()[0];
  const Family* chosen = wanted.empty() ? nullptr : find_family(wanted);
  if (!wanted.empty() && !chosen) {
    std::vector<std::string> names;
    for (const Family* family : families()) names.push_back(family->called().many);
    throw Misuse(fmt::format("luge list: '{}' is not known{}", wanted, suggestion(wanted, names)));
  }
  nlohmann::ordered_json json = nlohmann::ordered_json::object();
  for (const Family* family : families()) {
    if (chosen && chosen != family) continue;
    if (arguments.json()) {
      json[family->called().many] = members_json(*family);
    } else {
      fmt::print("{}", chosen ? listing(*family) : overview(*family));
    }
  }
  if (arguments.json()) print_json(json);
  if (!arguments.json() && !chosen)
    fmt::print("\nluge list losses shows the options of all losses, luge help loss=mse those of one\n");
  return 0;
}

const Registration registration_list({"list",
                                      "the models, data sets, losses, optimizers … that keys can name",
                                      {"list [losses|layers|optimizers|...]"},
                                      {},
                                      1,
                                      list});

}  // namespace
}  // namespace luge::cli
