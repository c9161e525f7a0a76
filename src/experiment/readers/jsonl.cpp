// jsonl: texts in objects of JSON, one in each line.
#include "experiment/data_reader.h"
#include "experiment/option_keys.h"
#include "luge/data/text_lines.h"

namespace luge::experiment {
namespace {

struct JsonLinesKeys {
  static constexpr const char* table = "data";
  std::string text = "text", label = "label";
  static void fields(auto& self, auto&& field) {
    field("text", self.text, "member of the objects of a JSONL file that holds the text");
    field("label", self.label, "member of the objects of a JSONL file that holds the class");
  }
};

Recognition recognize_jsonl(const std::filesystem::path& path) {
  const std::string ending = path.extension().string();
  return ending == ".jsonl" || ending == ".ndjson" ? Recognition::yes() : Recognition::no();
}

DataSet read_jsonl(const DataPath& data) {
  const auto keys = read<JsonLinesKeys>(data.config);
  return {data.name(), data::json_lines(data.path, {.name = data.name(), .classes = data.layout.classes},
                                        keys.text, keys.label)};
}

const bool added_jsonl = add_data_reader(
    "jsonl", "texts with their classes in objects of JSON, one in each line",
    {.recognize = recognize_jsonl, .read = read_jsonl, .rank = 1, .keys = keys_of<JsonLinesKeys>()});

}  // namespace
}  // namespace luge::experiment
