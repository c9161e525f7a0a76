// jsonl: texts in objects of JSON, one in each line.
#include "experiment/data_reader.h"
#include "experiment/readers/text_keys.h"
#include "luge/data/text_lines.h"

namespace luge::experiment {
namespace {

Recognition recognize_jsonl(const std::filesystem::path& path) {
  const std::string ending = path.extension().string();
  return ending == ".jsonl" || ending == ".ndjson" ? Recognition::yes() : Recognition::no();
}

DataSet read_jsonl(const DataPath& data) {
  const auto keys = read<TextKeys>(data.config);
  return {data.name(), data::json_lines(data.path, {.name = data.name(), .classes = data.layout.classes},
                                        keys.text, keys.label)};
}

const bool added_jsonl = add_data_reader(
    "jsonl", "texts with their classes in objects of JSON, one in each line",
    {.recognize = recognize_jsonl, .read = read_jsonl, .rank = 1, .keys = keys_of<TextKeys>()});

}  // namespace
}  // namespace luge::experiment
