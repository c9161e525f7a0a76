#include "experiment/made.h"

namespace luge::experiment {

void refuse_made(const Config& config, std::string_view family, const ValueError& error) {
  const auto* option = dynamic_cast<const options::OptionError*>(&error);
  for (const Key& key : config.keys()) {
    if (!option || key.family != family || key.option != option->option() || !config.given(key.name))
      continue;
    for (const OptionOf& owner : key.owners) {
      if (config.chosen(family).name == owner.member) config.refuse(key.name, owner.info.expected());
    }
  }
  throw SettingError(error.what());
}

}  // namespace luge::experiment
