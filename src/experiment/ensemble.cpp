#include "experiment/ensemble.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "io/text/json_text.h"
#include "luge/error.h"
#include "luge/nn/ensemble.h"

namespace luge::experiment {
namespace {

constexpr const char* kKey = "luge.ensemble";

// A member as the entry of its name computes it.
class Member final : public nn::Layer<Member> {
 public:
  explicit Member(const nn::Loaded& net, const std::string& name) : entry_(net.entry(name)) {
    set_metadata(net.metadata());
    begin_in_eval_mode();
  }
  Tensor forward(const Tensor& x) const override {
    return entry_({{entry_.inputs().at(0).name, x}}).begin()->second;
  }
  std::string type() const override { return entry_.name(); }

 private:
  nn::LoadedEntry entry_;
};

nlohmann::json rule_of(const io::ModelFile& file) {
  const auto found = file.extras.metadata.find(kKey);
  if (found == file.extras.metadata.end()) return {};
  const auto json = nlohmann::json::parse(found->second, nullptr, false);
  if (!json.is_object() || !json.contains("members") || !json["members"].is_array())
    throw FormatError(fmt::format("'{}' of the file does not list members", kKey));
  return json;
}

}  // namespace

void write_ensemble(const std::string& path, const std::vector<nn::Loaded>& members) {
  std::vector<nn::Model> nets;
  // Functions of the members besides themselves, such as "decode_step", are not those of the ensemble.
  for (const nn::Loaded& member : members) nets.emplace_back(member);
  nn::Metadata metadata = members.at(0).metadata();
  const nn::Ensemble ensemble(nets, metadata.output);
  metadata.name = fmt::format("{} x {}", members.size(), metadata.name);
  ensemble.set_metadata(metadata);
  nlohmann::json names = nlohmann::json::array();
  io::ModelFileOptions options;
  for (const auto& [name, member] : ensemble.child_models()) {
    for (const auto& [parameter, weight] : members[names.size()].eval_weights())
      options.eval_weights.push_back({parameter, {fmt::format("{}.{}", name, weight.name), weight.variable}});
    names.push_back(name);
  }
  const bool values = metadata.output == OutputKind::values;
  io::Extras extras;
  const nlohmann::json rule = {{"members", names},
                               {"combine", values ? "mean of numbers" : "mean of probabilities"}};
  extras.metadata[kKey] = io::json_text(rule);
  io::write_model(path, ensemble, extras, options);
}

std::vector<std::pair<std::string, nn::Model>> members_of(const io::ModelFile& file) {
  std::vector<std::pair<std::string, nn::Model>> members;
  const nlohmann::json rule = rule_of(file);
  if (rule.is_null()) return members;
  for (const auto& name : rule["members"])
    members.emplace_back(name.get<std::string>(), Member(file.net, name.get<std::string>()));
  return members;
}

std::string combining_rule(const io::ModelFile& file) {
  const nlohmann::json rule = rule_of(file);
  return rule.is_null() ? "" : rule.value("combine", "");
}

}  // namespace luge::experiment
