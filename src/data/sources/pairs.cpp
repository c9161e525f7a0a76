// Pairs of texts: files of lines, and the parts that keep equal texts together.
#include "luge/data/pairs.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <unordered_map>

#include "core/philox.h"
#include "core/utf8.h"
#include "io/files/input_file.h"
#include "luge/data/source.h"
#include "luge/error.h"

namespace luge::data {
namespace {

constexpr std::size_t kLongestTextLine = std::size_t{1} << 20;
constexpr std::uint64_t kPartStream = std::uint64_t{1} << 58;

struct PairLine {
  std::int64_t number;
  std::string text, translation;
};

// The lines of a file that are not empty at its end, without their ends.
std::vector<std::string> lines_of_texts(const std::filesystem::path& path) {
  const io::InputFile file(path.string());
  std::string all(file.size(), '\0');
  file.read(0, std::as_writable_bytes(std::span(all)));
  if (all.starts_with("\xef\xbb\xbf")) all.erase(0, 3);
  std::vector<std::string> lines;
  for (std::size_t from = 0; from < all.size();) {
    const std::size_t to = std::min(all.find('\n', from), all.size());
    std::size_t length = to - from;
    if (length > 0 && all[to - 1] == '\r') --length;
    if (length > kLongestTextLine) {
      throw FormatError(fmt::format("{}, line {}: has {} bytes; expected at most {}, one pair of texts",
                                    path.string(), lines.size() + 1, length, kLongestTextLine));
    }
    lines.push_back(all.substr(from, length));
    const std::size_t bad = first_invalid_utf8(lines.back());
    if (bad != std::string::npos) {
      throw FormatError(fmt::format("{}, line {}: byte {} is not UTF-8; expected UTF-8 text", path.string(),
                                    lines.size(), bad + 1));
    }
    from = to + 1;
  }
  return lines;
}

std::vector<std::string> cells_between_tabs(const std::string& line) {
  std::vector<std::string> cells;
  for (std::size_t from = 0;;) {
    const std::size_t to = line.find('\t', from);
    cells.push_back(line.substr(from, to == line.npos ? to : to - from));
    if (to == line.npos) return cells;
    from = to + 1;
  }
}

// The pair of a JSON object; nothing where it is none.
std::optional<std::pair<std::string, std::string>> pair_in(const nlohmann::ordered_json& json) {
  if (!json.is_object()) return std::nullopt;
  if (json.contains("translation") && json["translation"].is_object()) {
    std::vector<std::string> texts;
    for (const auto& [language, text] : json["translation"].items()) {
      if (text.is_string()) texts.push_back(text.get<std::string>());
    }
    if (texts.size() != 2) return std::nullopt;
    return std::pair(texts[0], texts[1]);
  }
  for (const auto& [one, other] : {std::pair{"text", "translation"}, {"source", "target"}}) {
    if (json.contains(one) && json.contains(other) && json[one].is_string() && json[other].is_string())
      return std::pair(json[one].get<std::string>(), json[other].get<std::string>());
  }
  return std::nullopt;
}

std::vector<PairLine> pairs_of_json(const std::string& path, const std::vector<std::string>& lines) {
  std::vector<PairLine> pairs;
  for (std::size_t k = 0; k < lines.size(); ++k) {
    const auto found = pair_in(nlohmann::ordered_json::parse(lines[k], nullptr, false));
    if (!found) {
      throw FormatError(
          fmt::format("{}, line {}: is not a pair of texts; expected an object such as "
                      R"({{"text": "Hi.", "translation": "嗨。"}})",
                      path, k + 1));
    }
    pairs.push_back({static_cast<std::int64_t>(k) + 1, found->first, found->second});
  }
  return pairs;
}

void tell_left_out(const std::string& path, const std::vector<std::size_t>& lines, std::size_t cells,
                   const PairOptions& options) {
  constexpr std::size_t kShown = 5;
  if (lines.empty() || !options.tell) return;
  std::string numbers;
  for (std::size_t k = 0; k < std::min(kShown, lines.size()); ++k)
    numbers += fmt::format("{}{}", k > 0 ? ", " : "", lines[k] + 1);
  options.tell(fmt::format("{}: line{} {}{} {} not have the {} cells of the others; left out", path,
                           lines.size() == 1 ? "" : "s", numbers, lines.size() > kShown ? ", …" : "",
                           lines.size() == 1 ? "does" : "do", cells));
}

std::vector<PairLine> pairs_of_cells(const std::string& path, const std::vector<std::string>& lines,
                                     const PairOptions& options) {
  std::map<std::size_t, std::size_t> counts;
  std::vector<std::vector<std::string>> rows;
  for (const std::string& line : lines) ++counts[rows.emplace_back(cells_between_tabs(line)).size()];
  std::size_t usual = 0;
  for (const auto& [cells, count] : counts) {
    if (cells >= 2 && (usual == 0 || count > counts[usual])) usual = cells;
  }
  if (usual == 0) {
    throw FormatError(fmt::format(
        "{}: no line has a tabulator; expected a text, a tabulator and its translation in each", path));
  }
  std::vector<PairLine> pairs;
  std::vector<std::size_t> others;
  for (std::size_t k = 0; k < rows.size(); ++k) {
    if (rows[k].size() != usual) {
      others.push_back(k);
    } else {
      pairs.push_back({static_cast<std::int64_t>(k) + 1, rows[k][0], rows[k][1]});
    }
  }
  tell_left_out(path, others, usual, options);
  return pairs;
}

bool has_no_text(const std::string& text) { return text.find_first_not_of(" \t\r\n\f\v") == text.npos; }

class PairSource final : public Source {
 public:
  PairSource(std::string path, std::vector<PairLine> pairs, bool reverse)
      : path_(std::move(path)), pairs_(std::move(pairs)) {
    if (pairs_.empty()) throw FormatError(fmt::format("{}: holds no pair of texts", path_));
    for (PairLine& pair : pairs_) {
      if (reverse) std::swap(pair.text, pair.translation);
      for (const std::string* side : {&pair.text, &pair.translation}) {
        if (!has_no_text(*side)) continue;
        throw FormatError(fmt::format("{}, line {}: the {} is empty; expected text on both sides", path_,
                                      pair.number, side == &pair.text ? "text" : "translation"));
      }
      std::string& all = references_[pair.text];
      all += (all.empty() ? "" : "\n") + pair.translation;
    }
    info_.name = std::filesystem::path(path_).filename().string();
    info_.fields = {{kPairText, Field::utf8()}, {kTranslation, Field::utf8()}, {kReferences, Field::utf8()}};
  }
  std::int64_t size() const override { return static_cast<std::int64_t>(pairs_.size()); }
  const Info& info() const override { return info_; }
  void read(std::int64_t index, Row& row) const override {
    const PairLine& pair = pairs_[static_cast<std::size_t>(index)];
    if (row.wants(0)) row.write(0, HostArray::of_text(pair.text));
    if (row.wants(1)) row.write(1, HostArray::of_text(pair.translation));
    if (row.wants(2)) row.write(2, HostArray::of_text(references_.at(pair.text)));
  }
  std::string where(std::int64_t index) const override {
    return fmt::format("{}, line {}", path_, pairs_[static_cast<std::size_t>(index)].number);
  }

 private:
  std::string path_;
  std::vector<PairLine> pairs_;
  std::unordered_map<std::string, std::string> references_;
  Info info_;
};

// The indices of each different text, in the order in which the texts come first.
std::vector<std::vector<std::int64_t>> groups_by_text(const Dataset& pairs) {
  if (!holds_pairs(pairs.info()))
    throw ValueError(fmt::format("{}: holds no pairs of texts, but {}", pairs.info().name,
                                 pairs.info().fields.to_string()));
  std::vector<std::vector<std::int64_t>> groups;
  std::unordered_map<std::string, std::size_t> known;
  const Dataset texts = pairs.fields({kPairText});
  for (std::int64_t i = 0; i < texts.size(); ++i) {
    const auto [at, is_new] = known.emplace(texts.record(i)[kPairText].text(), groups.size());
    if (is_new) groups.emplace_back();
    groups[at->second].push_back(i);
  }
  return groups;
}

}  // namespace

Dataset text_pairs(const std::filesystem::path& file, const PairOptions& options) {
  const std::vector<std::string> lines = lines_of_texts(file);
  const bool json = file.extension() == ".jsonl" || file.extension() == ".json";
  return Dataset(std::make_shared<PairSource>(file.string(),
                                              json ? pairs_of_json(file.string(), lines)
                                                   : pairs_of_cells(file.string(), lines, options),
                                              options.reverse));
}

Dataset parallel_texts(const std::filesystem::path& texts, const std::filesystem::path& translations,
                       const PairOptions& options) {
  const std::vector<std::string> left = lines_of_texts(texts), right = lines_of_texts(translations);
  if (left.size() != right.size()) {
    throw FormatError(fmt::format("{} has {} lines and {} has {}; expected equally many, a pair each",
                                  texts.string(), left.size(), translations.string(), right.size()));
  }
  std::vector<PairLine> pairs;
  for (std::size_t k = 0; k < left.size(); ++k)
    pairs.push_back({static_cast<std::int64_t>(k) + 1, left[k], right[k]});
  return Dataset(std::make_shared<PairSource>(
      fmt::format("{} and {}", texts.string(), translations.filename().string()), std::move(pairs),
      options.reverse));
}

bool holds_pairs(const Info& info) {
  return std::ranges::all_of(std::initializer_list<const char*>{kPairText, kTranslation, kReferences},
                             [&](const char* name) {
                               const auto found = info.fields.find(name);
                               return found && info.fields[*found].text;
                             });
}

std::pair<Dataset, Dataset> split_by_text(const Dataset& pairs, double fraction, std::uint64_t seed) {
  if (!(fraction >= 0 && fraction <= 1))
    throw ValueError(fmt::format("split_by_text: the fraction is {}; expected 0 to 1", fraction));
  const std::vector<std::vector<std::int64_t>> groups = groups_by_text(pairs);
  std::vector<std::pair<std::uint64_t, std::size_t>> order;
  for (std::size_t k = 0; k < groups.size(); ++k) {
    const PhiloxBlock words = philox(seed, kPartStream, k);
    order.emplace_back((std::uint64_t{words[0]} << 32) | words[1], k);
  }
  std::sort(order.begin(), order.end());
  const auto first = static_cast<std::size_t>(fraction * static_cast<double>(groups.size()) + 0.5);
  std::vector<std::int64_t> chosen, rest;
  for (std::size_t k = 0; k < order.size(); ++k) {
    std::vector<std::int64_t>& to = k < first ? chosen : rest;
    const std::vector<std::int64_t>& group = groups[order[k].second];
    to.insert(to.end(), group.begin(), group.end());
  }
  std::sort(chosen.begin(), chosen.end());
  std::sort(rest.begin(), rest.end());
  return {pairs.select(std::move(chosen)), pairs.select(std::move(rest))};
}

Dataset different_texts(const Dataset& pairs) {
  std::vector<std::int64_t> first;
  for (const std::vector<std::int64_t>& group : groups_by_text(pairs)) first.push_back(group.front());
  return pairs.select(std::move(first));
}

}  // namespace luge::data
