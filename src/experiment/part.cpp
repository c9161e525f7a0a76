// Which part of which data is measured.
#include <fmt/format.h>

#include "experiment/data_sets.h"
#include "experiment/keys.h"
#include "experiment/learned.h"
#include "experiment/measure.h"
#include "experiment/named_data.h"
#include "experiment/option_keys.h"
#include "experiment/run_config.h"
#include "experiment/several_parts.h"
#include "experiment/training_data.h"
#include "luge/data/table.h"

namespace luge::experiment {
namespace {

// What a program trained on and called by a name of its own has to be named again.
void check_known(const std::string& data) {
  if (is_data_set(data)) return;
  throw SettingError(
      fmt::format("the network was trained on '{}', which is not a data set of the command; which data? "
                  "data=NAME, a folder, or a CSV file",
                  data));
}

// The configuration of the run that the network is of, else one with its data alone.
Config config_for(const Config& given, const ModelPath& path, const std::string& wanted,
                  const nn::Metadata& metadata) {
  Config config;
  if (has_config(path.run)) {
    config = read_config(path.run, wanted);
  } else {
    config.set("data", wanted.empty() ? metadata.data : wanted);
    if (data::drops_rows(data::Recipe::from_json(metadata.recipe))) config.set("data.missing", "drop");
  }
  if (!wanted.empty()) config.set("data.weights", "");  // another table may not have them
  for (const Key& key : table_keys()) {
    if (given.given(key.name)) config.set(key.name, given.text(key.name), Source::resume);
  }
  return config;
}

// What the members of an ensemble share, where it is not about one of them.
Parts parts_of(const Config& config, const DataSet& data) {
  if (!config.given(kMembers) || config.given(kMember)) return training_parts(config, data);
  Config first = config;
  first.set(kMember, "1");
  Parts parts = training_parts(first, data);
  return {parts.fitted_to ? *parts.fitted_to : parts.fit, parts.valid};
}

struct PartOptions {
  static constexpr const char* table = "";
  std::string data;
  std::optional<std::string> split = {};
  static void fields(auto& self, auto&& field) {
    field("data", self.data, "data set, folder or CSV file (default: what it was trained on)");
    field(
        "split", self.split,
        "the part, or all of a table; held-out is what a fold holds out, or what was not drawn for a member "
        "(default: test where there is one, held-out or valid of the run's own table, or train if nothing "
        "was "
        "held back, all of another)",
        options::one_of({"train", "valid", "test", "held-out", "all"}));
  }
};

}  // namespace

std::vector<Key> part_keys() { return joined(keys_of<PartOptions>(), table_keys()); }

Part find_part(const Config& given, const ModelPath& path, const nn::Metadata& metadata) {
  const auto options = read<PartOptions>(given);
  const std::string& wanted = options.data;
  const bool configured = has_config(path.run);
  const Config config = config_for(given, path, wanted, metadata);
  const bool values = metadata.output == OutputKind::values && metadata.classes.empty();
  if (!configured && wanted.empty()) check_known(metadata.data);
  const std::string named = config.text("data.name");
  const bool whole = options.split ? *options.split == "all" : !configured || !wanted.empty();
  const DataSet data = reads_text(metadata)
                           ? load_text(config, named, whole)
                           : load_data(config, named, values ? TargetKind::values : TargetKind::automatic,
                                       {of_raw_data(metadata).features, metadata.classes,
                                        given.given("target") ? "" : metadata.target, reads_cells(metadata),
                                        pictures_of(metadata)});
  const std::string split = options.split                  ? *options.split
                            : data.test                    ? "test"
                            : configured && wanted.empty() ? ""
                                                           : "all";
  const auto part = [&](const std::string& name, const data::Dataset& samples) {
    return Part{data.name, name, samples, data.notes};
  };
  if (split == "test") {
    if (!data.test)
      throw SettingError(
          fmt::format("{} has no test part; split=valid, split=train or split=all", data.name));
    return part(split, *data.test);
  }
  if (split == "all") return part(split, data.train);
  const Parts parts = parts_of(config, data);
  // A fold without a validation part of its own chooses nothing on what it holds out.
  const bool is_fold = config.given(kFold);
  if (split == "held-out" && !is_fold && !parts.held_out)
    throw SettingError(fmt::format("{}: the run is neither a fold nor a member with a bootstrap sample",
                                   given.said("split")));
  if (split == "held-out" || (split.empty() && is_fold))
    return part("held-out", parts.held_out ? *parts.held_out : parts.valid);
  const bool trained = split == "train" || (split.empty() && parts.valid.size() == 0);
  return trained ? part("train", parts.fit) : part("valid", parts.valid);
}

}  // namespace luge::experiment
