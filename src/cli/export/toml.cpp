#include "cli/export/format.h"
#include "cli/output.h"
#include "experiment/network_text.h"

namespace luge::cli {

ExportFormat toml_format() {
  return {.ending = ".toml",
          .holds = "layers and their options, without weights",
          .write = experiment::network_text,
          .next = [](const models::Entry& network, const std::string& file) {
            return "train model=" + shell_word(file) + (network.defaults.data.empty() ? " data=FILE" : "");
          }};
}

}  // namespace luge::cli
