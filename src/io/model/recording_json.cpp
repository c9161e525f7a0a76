// Recordings as JSON: {"version": 1, "entries": [...], "output": [entry, output], "writes": {name: [entry,
// output], …}}, without "writes" when there are none. Version 2 is for several inputs or outputs: it has
// "inputs", their number, and a list "outputs".
#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <utility>

#include "core/nearest.h"
#include "graph/op_registry.h"
#include "io/model/recording.h"
#include "luge/error.h"

namespace luge::io {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kVersion = 1, kSeveralVersion = 2;
constexpr std::size_t kMostEntries = 1'000'000;
constexpr std::size_t kMostInputs = 10'000;

// JSON has no infinities.
Json real(double value) {
  if (std::isfinite(value)) return value;
  return Json{{"real", std::isnan(value) ? "nan" : value > 0 ? "inf" : "-inf"}};
}

Json field_json(const FieldValue& value) {
  return std::visit(
      [](const auto& held) -> Json {
        if constexpr (std::is_same_v<std::decay_t<decltype(held)>, double>) {
          return real(held);
        } else {
          return held;
        }
      },
      value);
}

struct Writer {
  Json operator()(const Recording::Input& entry) const {
    if (entry.number == 0) return {{"leaf", "input"}};
    return {{"leaf", "input"}, {"number", entry.number}};
  }
  Json operator()(const Recording::Key&) const { return {{"leaf", "key"}}; }
  Json operator()(const Recording::Stored& entry) const { return {{"leaf", "tensor"}, {"name", entry.name}}; }
  Json operator()(const Recording::Number& entry) const {
    return {{"leaf", "number"},
            {"dtype", name(entry.dtype)},
            {"value", std::visit([](auto value) { return field_json(value); }, entry.value)}};
  }
  Json operator()(const Recording::Call& call) const {
    Json json = {{"op", call.op->name()}, {"version", call.op->version()}};
    Json fields = Json::object();
    for (const auto& [name, value] : call.op->fields()) fields[name] = field_json(value);
    if (!fields.empty()) json["fields"] = std::move(fields);
    json["inputs"] = call.inputs;
    return json;
  }
};

class Reader {
 public:
  explicit Reader(const std::string& where) : where_(where) {}

  Recording read(const Json& json) {
    if (json.is_discarded() || !json.is_object()) fail("is not a JSON object");
    const std::int64_t version = whole(json, "version");
    if (version != kVersion && version != kSeveralVersion)
      fail(fmt::format("has version {}; this Luge reads version {} and {}", version, kVersion,
                       kSeveralVersion));
    if (version == kSeveralVersion) recording_.inputs = number_of_inputs(json);
    const Json& entries = member(json, "entries");
    if (!entries.is_array() || entries.empty() || entries.size() > kMostEntries) {
      fail(fmt::format("needs 1 to {} entries", kMostEntries));
    }
    for (const Json& entry : entries) add(entry);
    if (version == kVersion) {
      recording_.outputs = {recorded(member(json, "output"))};
    } else {
      read_outputs(member(json, "outputs"));
    }
    if (json.contains("writes")) read_writes(json["writes"]);
    return std::move(recording_);
  }

 private:
  [[noreturn]] void fail(std::string_view what) const {
    throw FormatError(fmt::format("{} {}", where_, what));
  }
  [[noreturn]] void fail_entry(std::string_view what) const {
    throw FormatError(fmt::format("{}, entry {}, {}", where_, recording_.entries.size(), what));
  }
  const Json& member(const Json& json, const char* key) const {
    if (!json.is_object() || !json.contains(key)) fail_entry(fmt::format("lacks '{}'", key));
    return json[key];
  }
  std::int64_t whole(const Json& json, const char* key) const {
    const Json& value = member(json, key);
    if (!value.is_number_integer()) fail_entry(fmt::format("has a '{}' that is not a whole number", key));
    return integer(value);
  }
  // What is written as a whole number may have more than 63 bits.
  std::int64_t integer(const Json& value) const {
    if (value.is_number_unsigned() && std::in_range<std::int64_t>(value.get<std::uint64_t>()))
      return static_cast<std::int64_t>(value.get<std::uint64_t>());
    if (value.is_number_unsigned())
      fail_entry(fmt::format("has the number {}, which does not fit in a signed 64-bit integer",
                             value.get<std::uint64_t>()));
    return value.get<std::int64_t>();
  }
  std::string text(const Json& json, const char* key) const {
    const Json& value = member(json, key);
    if (!value.is_string()) fail_entry(fmt::format("has a '{}' that is not text", key));
    return value.get<std::string>();
  }

  std::size_t number_of_inputs(const Json& json) const {
    const std::int64_t count = whole(json, "inputs");
    if (count < 0 || static_cast<std::size_t>(count) > kMostInputs)
      fail(fmt::format("has {} inputs; expected 0 to {}", count, kMostInputs));
    return static_cast<std::size_t>(count);
  }

  void read_outputs(const Json& json) {
    if (!json.is_array() || json.size() > kMostInputs)
      fail(fmt::format("needs a list of at most {} outputs", kMostInputs));
    for (const Json& output : json) recording_.outputs.push_back(recorded(output));
  }

  Recording::Input input(const Json& entry) const {
    const std::int64_t number = entry.contains("number") ? whole(entry, "number") : 0;
    if (number < 0 || static_cast<std::size_t>(number) >= recording_.inputs)
      fail_entry(fmt::format("is input {}; the graph has {}", number, recording_.inputs));
    return {static_cast<std::size_t>(number)};
  }

  void read_writes(const Json& json) {
    if (!json.is_object()) fail("has 'writes' that are not an object");
    for (const auto& [name, written] : json.items()) {
      if (name.starts_with(kConstant)) fail("writes to a constant");
      recording_.writes[name] = recorded(written);
    }
  }

  std::pair<int, int> recorded(const Json& json) const {
    if (!json.is_array() || json.size() != 2 || !json[0].is_number_integer() ||
        !json[1].is_number_integer()) {
      fail_entry("names an input other than by [entry, output]");
    }
    const auto entry = json[0].get<std::int64_t>(), out = json[1].get<std::int64_t>();
    if (entry < 0 || entry >= static_cast<std::int64_t>(recording_.entries.size()) || out < 0 || out > 64) {
      fail_entry(fmt::format("uses output {} of entry {}, which does not come before it", out, entry));
    }
    return {static_cast<int>(entry), static_cast<int>(out)};
  }

  FieldValue field(const Json& value) const {
    if (value.is_boolean()) return value.get<bool>();
    if (value.is_number_integer()) return integer(value);
    if (value.is_number_float()) return value.get<double>();
    if (value.is_string()) return value.get<std::string>();
    if (value.is_object() && value.contains("real")) {
      const std::string which = text(value, "real");
      return which == "nan" ? std::nan("") : which == "inf" ? HUGE_VAL : -HUGE_VAL;
    }
    std::vector<std::int64_t> list;
    if (!value.is_array()) fail_entry("has a field of an unknown kind");
    for (const Json& element : value) {
      if (!element.is_number_integer()) fail_entry("has a list with something other than whole numbers");
      list.push_back(integer(element));
    }
    return list;
  }

  void add(const Json& entry) {
    if (!entry.is_object()) fail_entry("is not an object");
    if (entry.contains("op")) return add_call(entry);
    const std::string leaf = text(entry, "leaf");
    if (leaf == "input") {
      recording_.entries.emplace_back(input(entry));
    } else if (leaf == "key") {
      recording_.entries.emplace_back(Recording::Key{});
    } else if (leaf == "tensor") {
      recording_.entries.emplace_back(Recording::Stored{text(entry, "name")});
    } else if (leaf == "number") {
      recording_.entries.emplace_back(number(entry));
    } else {
      fail_entry(fmt::format("is a leaf of the unknown kind '{}'", leaf));
    }
  }

  Recording::Number number(const Json& entry) const {
    const DType dtype = fields_detail::dtype_named(text(entry, "dtype"));
    const FieldValue value = field(member(entry, "value"));
    if (const auto* truth = std::get_if<bool>(&value)) return {dtype, *truth};
    if (const auto* integer = std::get_if<std::int64_t>(&value)) {
      if (is_floating(dtype)) return {dtype, static_cast<double>(*integer)};
      return {dtype, *integer};
    }
    if (const auto* real = std::get_if<double>(&value)) return {dtype, *real};
    fail_entry("is a number without a value");
  }

  void add_call(const Json& entry) {
    const std::string name = text(entry, "op");
    const OpEntry* op = find_op(name);
    if (!op) {
      std::vector<std::string> names;
      for (const OpEntry& known : registered_ops()) names.emplace_back(known.name);
      fail_entry(
          fmt::format("is the op '{}', which this Luge does not know{}", name, suggestion(name, names)));
    }
    const std::int64_t version = whole(entry, "version");
    if (version != op->version) {
      fail_entry(fmt::format("is {} of version {}; this Luge knows version {}", name, version, op->version));
    }
    Fields fields;
    if (entry.contains("fields")) {
      for (const auto& [key, value] : entry["fields"].items()) fields.emplace_back(key, field(value));
    }
    Recording::Call call;
    try {
      call.op = op->create(fields);
    } catch (const Error& error) {
      fail_entry(fmt::format("({}): {}", name, error.what()));
    }
    const Json& inputs = member(entry, "inputs");
    if (!inputs.is_array()) fail_entry("has inputs that are not a list");
    for (const Json& input : inputs) call.inputs.push_back(recorded(input));
    recording_.entries.emplace_back(std::move(call));
  }

  const std::string& where_;
  Recording recording_;
};

}  // namespace

Json to_json(const Recording& recording) {
  Json entries = Json::array();
  for (const auto& entry : recording.entries) entries.push_back(std::visit(Writer{}, entry));
  const bool single = recording.inputs == 1 && recording.outputs.size() == 1;
  Json json = {{"version", single ? kVersion : kSeveralVersion}};
  if (!single) json["inputs"] = recording.inputs;
  json["entries"] = std::move(entries);
  if (single) {
    json["output"] = recording.outputs[0];
  } else {
    json["outputs"] = recording.outputs;
  }
  if (!recording.writes.empty()) json["writes"] = recording.writes;
  return json;
}

Recording recording_from_json(const Json& json, const std::string& where) { return Reader(where).read(json); }

}  // namespace luge::io
