// rename and copy: the same values under another name.
#include "data/steps/step.h"

namespace luge::data {
namespace {

struct FromToOptions {
  std::string from, to;
  static void fields(auto& self, auto&& field) {
    field("from", self.from, "the field", options::required);
    field("to", self.to, "its new name", options::required);
  }
};

class Rename final : public StepWith<Rename, FromToOptions> {
 public:
  static constexpr const char* kName = "rename";
  using StepWith::StepWith;
  Dataset apply(const Dataset& data) const override { return data.rename(options_.from, options_.to); }
  void apply(Record& raw) const override {
    const HostArray* found = raw.find(options_.from);
    if (!found || options_.from == options_.to) return;
    HostArray value = *found;
    raw.erase(options_.from);
    raw.set(options_.to, std::move(value));
  }
};

class Copy final : public StepWith<Copy, FromToOptions> {
 public:
  static constexpr const char* kName = "copy";
  using StepWith::StepWith;
  Dataset apply(const Dataset& data) const override { return derive(data, derivation(field_of(data))); }
  void apply(Record& raw) const override { derive(raw, derivation({})); }

 private:
  const Field& field_of(const Dataset& data) const { return data.info().fields.at(options_.from); }
  Derivation derivation(const Field& field) const {
    return {.who = kName,
            .mark = options_.to,
            .from = options_.from,
            .to = options_.to,
            .keep = true,
            .made = field,
            .function = [](HostArray value, const Where&) { return value; }};
  }
};

const bool added_rename = Rename::add();
const bool added_copy = Copy::add();

}  // namespace

StepRef steps::rename(const std::string& from, const std::string& to) {
  return std::make_shared<Rename>(FromToOptions{from, to});
}

StepRef steps::copy(const std::string& from, const std::string& to) {
  return std::make_shared<Copy>(FromToOptions{from, to});
}

}  // namespace luge::data
