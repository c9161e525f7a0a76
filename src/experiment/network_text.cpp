#include "experiment/network_text.h"

#include <fmt/format.h>

#include <sstream>
#include <vector>

#include "experiment/network_defaults.h"
#include "luge/error.h"
#include "luge/nn/network_file.h"

namespace luge::experiment {
namespace {

std::vector<std::string> lines_of(const models::Entry& entry, std::int64_t outputs) {
  const nn::Model net = entry.make(outputs);
  if (net->output_names().size() != 1) throw ValueError("it has several outputs, a file of the command one");
  nn::ToTomlOptions options{
      .name = entry.name, .inputs = {{net->input_names()[0], entry.dtype, entry.input.inserted(0, unknown)}}};
  options.defaults = defaults_values({entry.defaults, entry.outputs});
  std::istringstream text(nn::to_toml(net, options));
  std::vector<std::string> lines;
  for (std::string line; std::getline(text, line);) lines.push_back(line);
  return lines;
}

}  // namespace

// What follows from the number of outputs is what differs between networks with two numbers of them.
std::string network_text(const models::Entry& entry) {
  try {
    const std::vector<std::string> lines = lines_of(entry, entry.outputs),
                                   other = lines_of(entry, entry.outputs + 1);
    std::string text = "# `luge list layers` shows all layers and their options.\n\n";
    for (std::size_t k = 0; k < lines.size(); ++k) {
      const std::string number = fmt::format(" = {}", entry.outputs);
      if (lines.size() != other.size() || (lines[k] != other[k] && !lines[k].ends_with(number)))
        throw ValueError("its layers follow from the number of outputs in a way that text cannot say");
      const bool same = lines[k] == other[k];
      text += same ? lines[k] : lines[k].substr(0, lines[k].size() - number.size()) + " = \"auto\"";
      text += '\n';
    }
    return text;
  } catch (const ValueError& error) {
    throw ValueError(fmt::format("the network {} cannot be written as text: {}", entry.name, error.what()));
  }
}

}  // namespace luge::experiment
