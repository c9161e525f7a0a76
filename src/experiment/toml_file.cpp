#include "experiment/toml_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <span>

#include "core/utf8.h"
#include "io/files/input_file.h"
#include "io/text/toml_text.h"
#include "luge/error.h"

namespace luge::experiment {
namespace {

constexpr std::string_view kStage = "stage", kAbout = "about";

std::vector<std::string> lines_of(const std::string& path) {
  const io::InputFile file(path);
  std::string content(file.size(), '\0');
  file.read(0, std::as_writable_bytes(std::span(content)));
  std::vector<std::string> lines;
  for (std::size_t at = 0; at < content.size();) {
    const std::size_t end = std::min(content.find('\n', at), content.size());
    lines.push_back(content.substr(at, end - at));
    at = end + 1;
  }
  return lines;
}

class Reader {
 public:
  explicit Reader(const std::string& path)
      : path_(path), table_(io::read_toml(path)), lines_(lines_of(path)) {}

  TomlSettings read() const {
    TomlSettings all;
    for (const auto& [name, node] : table_) {
      const toml::array* array = node.as_array();
      if (name.str() == kAbout && node.is_table()) continue;  // what the config.toml of a run tells of itself
      if (name.str() == kStage && array && array->is_homogeneous(toml::node_type::table)) {
        for (const toml::node& each : *array) {
          all.stages.push_back({where(each), {}});
          flatten(*each.as_table(), "", all.stages.back().settings);
          sort(all.stages.back().settings);
        }
      } else {
        take(std::string(name.str()), node, all.settings);
      }
    }
    sort(all.settings);
    return all;
  }

 private:
  std::string where(const toml::node& node) const { return io::toml_place(path_, node) + ": "; }

  // A parsed table is sorted by names; what is wrong first in the file is told first.
  static void sort(std::vector<TomlSetting>& settings) {
    std::stable_sort(settings.begin(), settings.end(),
                     [](const TomlSetting& a, const TomlSetting& b) { return a.line < b.line; });
  }

  // What the parser leaves out.
  std::string comment(const toml::node& node) const {
    const std::size_t line = node.source().end.line;
    if (line == 0 || line > lines_.size()) return "";
    const std::string& text = lines_[line - 1];
    const auto at = text.rfind(" # ");
    return at == std::string::npos ? "" : text.substr(at + 3);
  }

  void flatten(const toml::table& table, const std::string& prefix, std::vector<TomlSetting>& to) const {
    for (const auto& [name, node] : table) take(prefix + std::string(name.str()), node, to);
  }

  void take(const std::string& key, const toml::node& node, std::vector<TomlSetting>& to) const {
    TomlSetting setting{key, io::toml_value(node), "", where(node), comment(node), node.source().begin.line};
    if (const toml::table* table = node.as_table()) {
      setting.what = "a table";
      to.push_back(std::move(setting));
      return flatten(*table, key + ".", to);
    }
    const toml::array* array = node.as_array();
    if (!setting.value) {
      const bool tables = array && std::any_of(array->begin(), array->end(),
                                               [](const toml::node& each) { return each.is_table(); });
      setting.what = tables ? "a list of tables" : array ? "a list of different kinds" : "a date or a time";
    }
    to.push_back(std::move(setting));
  }

  std::string path_;
  toml::table table_;
  std::vector<std::string> lines_;
};

bool is_bare(const std::string& name) {
  return !name.empty() && name.find_first_not_of(
                              "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                              "0123456789_-") == std::string::npos;
}

std::string quoted_path(const std::string& path) {
  std::string text;
  for (std::size_t at = 0; at <= path.size();) {
    const std::size_t dot = std::min(path.find('.', at), path.size());
    const std::string part = path.substr(at, dot - at);
    text += (at == 0 ? "" : ".") + (is_bare(part) ? part : io::toml_quoted(part));
    at = dot + 1;
  }
  return text;
}

// A comment ends with its line, and holds UTF-8 alone.
std::string comment_text(const std::string& comment) {
  std::string text = valid_utf8(comment);
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
  }
  return text.empty() ? "" : "  # " + text;
}

}  // namespace

TomlSettings read_settings(const std::string& path) { return Reader(path).read(); }

std::string to_toml(const std::vector<TomlLine>& lines) {
  // The header of the table that a key is in: [train] for train.epochs, [[stage]] for stage.0.epochs.
  struct Split {
    std::string table, name;
    bool is_array = false;
  };
  const auto split = [](const std::string& key) -> Split {
    const auto dot = key.find('.');
    if (dot == std::string::npos) return {"", key};
    const auto next = key.find('.', dot + 1);
    const bool numbered = next != std::string::npos && key.find_first_not_of("0123456789", dot + 1) == next;
    if (numbered) return {key.substr(0, next), key.substr(next + 1), true};
    return {key.substr(0, dot), key.substr(dot + 1)};
  };
  std::vector<TomlLine> sorted = lines;
  // Tables of a list keep their order.
  std::stable_sort(sorted.begin(), sorted.end(), [&](const TomlLine& a, const TomlLine& b) {
    const Split x = split(a.key), y = split(b.key);
    if (x.is_array != y.is_array) return y.is_array;
    return !x.is_array && x.table < y.table;
  });
  std::string text, table;
  for (const TomlLine& line : sorted) {
    const Split own = split(line.key);
    if (own.table != table) {
      table = own.table;
      text += own.is_array ? fmt::format("\n[[{}]]\n", table.substr(0, table.find('.')))
                           : fmt::format("\n[{}]\n", table);
    }
    text += fmt::format("{} = {}{}\n", quoted_path(own.name), io::toml_text(line.value),
                        comment_text(line.comment));
  }
  return text;
}

}  // namespace luge::experiment
