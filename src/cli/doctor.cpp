// luge doctor: what this machine offers, what is missing, and how to get it.
#include <fmt/format.h>
#include <unistd.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "cli/command.h"
#include "cli/output.h"
#include "core/processor_quota.h"
#include "core/threads.h"
#include "draw/canvas.h"
#include "luge/data/sources.h"
#include "luge/draw/curves.h"

namespace luge::cli {
namespace {

struct Processor {
  std::string model = "unknown";
  std::set<std::string> flags;
};

Processor processor() {
  Processor found;
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);) {
    const auto colon = line.find(':');
    if (colon == std::string::npos || colon + 2 > line.size()) continue;
    if (line.starts_with("model name")) found.model = line.substr(colon + 2);
    if (!line.starts_with("flags")) continue;
    std::istringstream words(line.substr(colon + 1));
    for (std::string word; words >> word;) found.flags.insert(word);
    break;
  }
  return found;
}

struct DataSet {
  std::string name, text;
  bool found;
};

DataSet look(const std::string& name, data::TrainTest (*load)()) {
  try {
    const data::TrainTest parts = load();
    return {name,
            fmt::format("{} + {} samples, {}", parts.train.size(), parts.test.size(), parts.train.where(0)),
            true};
  } catch (const Error& error) {
    return {name, error.what(), false};
  }
}

// What figures are drawn with, or why none are.
struct Drawing {
  std::string text;
  bool found = false, chinese = false;
};

Drawing look_at_drawing() {
  try {
    const std::string libraries = draw::libraries();
    const bool chinese = draw::curves({{.title = "图", .lines = {{"", {1}}}}}).missing_letters() == 0;
    return {libraries + (chinese ? "" : "; no font for Chinese letters: apt-get install fonts-wqy-microhei"),
            true, chinese};
  } catch (const Error& error) {
    return {error.what()};
  }
}

int doctor(const Arguments& arguments) {
  const Processor cpu = processor();
  std::vector<std::string> sets;
  for (const char* set : {"avx2", "fma", "avx512f", "avx512_vnni", "avx512_bf16", "amx_bf16"}) {
    if (cpu.flags.contains(set)) sets.emplace_back(set);
  }
  const std::vector<DataSet> data = {look("fashion-mnist", data::fashion_mnist), look("mnist", data::mnist)};
  const Drawing drawing = look_at_drawing();
  const double quota = processor_quota();
  if (arguments.json()) {
    nlohmann::ordered_json found = nlohmann::ordered_json::array();
    for (const DataSet& set : data)
      found.push_back({{"name", set.name}, {"found", set.found}, {"detail", set.text}});
    print_json(nlohmann::ordered_json{
        {"version", LUGE_VERSION},
        {"processor", cpu.model},
        {"instruction_sets", sets},
        {"threads", thread_count()},
        {"processors", ::sysconf(_SC_NPROCESSORS_ONLN)},
        {"processor_quota", std::isfinite(quota) ? nlohmann::ordered_json(quota) : nullptr},
        {"drawing", {{"found", drawing.found}, {"chinese", drawing.chinese}, {"detail", drawing.text}}},
        {"data", found}});
    return 0;
  }
  fmt::print("luge {}\n", LUGE_VERSION);
  fmt::print("processor         {}\n", cpu.model);
  fmt::print("instruction sets  {}\n",
             sets.empty() ? "none that Luge has kernels for: slow" : fmt::format("{}", fmt::join(sets, " ")));
  if (const char* held = std::getenv("LUGE_ISA")) fmt::print("held to           {} (LUGE_ISA)\n", held);
  fmt::print("threads           {} of {} processors{}{}\n", thread_count(), ::sysconf(_SC_NPROCESSORS_ONLN),
             std::getenv("LUGE_THREADS") ? " (LUGE_THREADS)" : "",
             std::isfinite(quota) ? fmt::format("; a control group lets it keep {:g} busy", quota) : "");
  fmt::print("drawing           {}\n", drawing.text);
  for (const DataSet& set : data) fmt::print("data {:<12} {}\n", set.name, set.text);
  if (!data[0].found) {
    fmt::print(
        "\nFashion-MNIST comes with Debian:  apt-get install dataset-fashion-mnist\n"
        "without root:  apt-get download dataset-fashion-mnist && dpkg -x dataset-fashion-mnist_*.deb "
        "luge-data\n"
        "               export LUGE_DATA=$PWD/luge-data/usr/share/datasets\n");
  }
  return 0;
}

const Registration registration_doctor({"doctor",
                                        "what this machine offers, what is missing, and how to get it",
                                        {"doctor [--json]"},
                                        {},
                                        0,
                                        doctor});

}  // namespace
}  // namespace luge::cli
