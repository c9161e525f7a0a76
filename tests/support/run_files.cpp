#include "support/run_files.h"

#include <fmt/format.h>

#include <fstream>

namespace luge::testing {
namespace fs = std::filesystem;

void write_text(const fs::path& file, const std::string& content) {
  fs::create_directories(file.parent_path());
  std::ofstream(file, std::ios::binary) << content;
}

void make_run(const fs::path& folder, int sequence, const std::string& status, double rate) {
  write_text(folder / ".luge-run", fmt::format("sequence = {}\ncreated = 2026-01-02T03:04:05Z\n", sequence));
  write_text(folder / "config.toml",
             fmt::format(
                 "[model]\nname = \"lenet5\"  # command line\n\n[data]\nname = \"digits\"  # file my.toml\n\n"
                 "[optimizer]\nname = \"adam\"  # default\nlearning_rate = {}  # command line\n\n"
                 "[train]\nepochs = 2  # default\nmetrics = [\"accuracy\", \"f1\"]  # default\n",
                 rate));
  write_text(
      folder / "metrics.jsonl",
      "{\"epoch\":1,\"step\":10,\"loss\":0.5,\"val_loss\":0.4,\"val_accuracy\":0.75,\"learning_rate\":0.1,"
      "\"seconds\":1.5}\n"
      "{\"epoch\":2,\"step\":20,\"loss\":0.25,\"val_loss\":0.45,\"val_accuracy\":0.7,\"learning_rate\":0.1,"
      "\"seconds\":1.5}\n");
  if (!status.empty()) write_text(folder / "status.json", fmt::format("{{\"status\":\"{}\"}}\n", status));
}

}  // namespace luge::testing
