#include "cli/data_facts.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <nlohmann/json.hpp>

#include "cli/output.h"
#include "core/dispatch.h"
#include "core/whole.h"
#include "luge/data/picture_fields.h"
#include "luge/data/table.h"
#include "luge/error.h"

namespace luge::cli {
namespace {

using data::HostArray;
using data::Record;

// The field that a sample is about: a picture, a row of a table, or a text.
const HostArray* main_field(const Record& record) {
  for (const std::string_view name : {data::kInput, data::kImage}) {
    if (const HostArray* value = record.find(name)) return value;
  }
  return record.size() > 0 ? &record.begin()->second : nullptr;
}

bool is_picture(const HostArray& value) {
  const Shape& shape = value.field.shape;
  return !value.field.text && shape.rank() == 3 && (shape[0] == 1 || shape[0] == 3) &&
         (value.field.dtype == u8 || value.field.dtype == f32);
}

// Sums of a channel, in the numbers of the file.
struct Moments {
  double sum = 0, squares = 0, count = 0;
  double mean() const { return count > 0 ? sum / count : 0; }
  double deviation() const {
    return count > 0 ? std::sqrt(std::max(0.0, squares / count - mean() * mean())) : 0;
  }
};

template <class T>
void add_channel(std::span<const T> pixels, const data::Affine& affine, std::size_t channel,
                 Moments& moments) {
  const auto at = [&](const std::vector<float>& list) {
    return double{list[list.size() == 1 ? 0 : channel]};
  };
  double sum = 0, squares = 0;
  for (const T each : pixels) {
    const auto number = static_cast<double>(each);
    sum += number, squares += number * number;
  }
  // (x - offset) · scale was made of x.
  const double offset = at(affine.offset), back = 1 / at(affine.scale),
               n = static_cast<double>(pixels.size());
  moments.sum += back * sum + n * offset;
  moments.squares += back * back * squares + 2 * back * offset * sum + n * offset * offset;
  moments.count += n;
}

void add_pixels(const HostArray& picture, const data::Affine& affine, std::vector<Moments>& moments) {
  const auto channels = static_cast<std::size_t>(picture.field.shape[0]);
  moments.resize(std::max(moments.size(), channels));
  const auto add = [&]<class T>(std::span<const T> pixels) {
    const std::size_t area = pixels.size() / channels;
    for (std::size_t c = 0; c < channels; ++c)
      add_channel(pixels.subspan(c * area, area), affine, c, moments[c]);
  };
  if (picture.field.dtype == u8) {
    add(picture.as<std::uint8_t>());
  } else {
    add(picture.as<float>());
  }
}

void count_characters(std::string_view text, DataFacts& facts) {
  for (std::size_t k = 0; k < text.size();) {
    std::size_t end = k + 1;
    while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) ++end;
    ++facts.characters[std::string(text.substr(k, end - k))];
    k = end;
  }
}

// Whole numbers of the extents of the picture: the class of each pixel.
void count_mask(const HostArray& mask, DataFacts& facts) {
  if (mask.field.text || is_floating(mask.field.dtype) || mask.field.shape.rank() < 2) return;
  const auto count = [&]<class T>(std::span<const T> pixels) {
    for (std::size_t k = 0; k < pixels.size();) {
      std::size_t end = k + 1;
      while (end < pixels.size() && pixels[end] == pixels[k]) ++end;
      facts.mask_pixels[static_cast<std::int64_t>(pixels[k])] += static_cast<std::int64_t>(end - k);
      k = end;
    }
  };
  dispatch(mask.field.dtype, [&]<class T>() {
    if constexpr (std::same_as<T, bool>)
      count(mask.as<std::uint8_t>());
    else if constexpr (std::integral<T>)
      count(mask.as<T>());
  });
}

void count_class(const data::Dataset& part, std::int64_t label, DataFacts& facts) {
  const auto classes = std::ssize(part.info().classes);
  if (label < 0 || label >= classes)
    throw IndexError(fmt::format("label {} is not a class; expected 0 to {}", label, classes - 1));
  facts.class_counts.resize(static_cast<std::size_t>(classes));
  ++facts.class_counts[static_cast<std::size_t>(label)];
}

std::uint64_t hash_of(const HostArray& value) {
  const std::string_view bytes(reinterpret_cast<const char*>(value.bytes.data()), value.bytes.size());
  return std::hash<std::string>()(value.field.to_string()) * 31 + std::hash<std::string_view>()(bytes);
}

void add(const data::Dataset& part, std::int64_t index, Record record, std::vector<Moments>& moments,
         DataFacts& facts) {
  const HostArray* value = main_field(record);
  if (!value) return;
  if (value->field.text) count_characters(value->text(), facts);
  if (is_picture(*value)) {
    ++facts.sizes[{value->field.shape[1], value->field.shape[2]}];
    add_pixels(*value, part.info().preprocessing.value_or(data::Affine{}), moments);
    data::check_picture_fields("annotations", record);
    if (const HostArray* mask = record.find(data::kMask)) count_mask(*mask, facts);
  }
  std::uint64_t hash = hash_of(*value);
  if (const HostArray* cells = record.find(data::kCells)) hash = hash * 31 + hash_of(*cells);  // its words
  if (const auto [known, is_new] = facts.first_with.emplace(hash, index); !is_new)
    facts.repeated.emplace_back(index, known->second);
  if (const HostArray* points = record.find(data::kPoints)) facts.points += points->field.shape[0];
  if (const HostArray* boxes = record.find(data::kBoxes); boxes && is_picture(*value)) {
    facts.of_boxes = true;
    facts.boxes += boxes->field.shape[0];
    facts.without_boxes += boxes->field.shape[0] == 0;
    const HostArray* labels = record.find(data::kLabels);
    if (!labels || labels->field.dtype != i64 || part.info().classes.empty()) return;
    for (const std::int64_t label : labels->as<std::int64_t>()) count_class(part, label, facts);
    return;
  }
  const HostArray* target = record.find(data::kTarget);
  if (target && target->field.dtype == i64 && target->field.shape.elements() == 1 &&
      !part.info().classes.empty())
    count_class(part, target->as<std::int64_t>()[0], facts);
}

std::string size_text(const std::pair<std::int64_t, std::int64_t>& size) {
  return fmt::format("{}x{}", size.first, size.second);
}

using Size = std::pair<const std::pair<std::int64_t, std::int64_t>, std::int64_t>;
std::int64_t area(const Size& size) { return size.first.first * size.first.second; }

struct SizeFacts {
  std::pair<std::int64_t, std::int64_t> smallest, largest, commonest;
  explicit SizeFacts(const DataFacts& facts) {
    const auto by_area = [](const Size& a, const Size& b) { return area(a) < area(b); };
    const auto by_count = [](const Size& a, const Size& b) { return a.second < b.second; };
    smallest = std::min_element(facts.sizes.begin(), facts.sizes.end(), by_area)->first;
    largest = std::max_element(facts.sizes.begin(), facts.sizes.end(), by_area)->first;
    commonest = std::max_element(facts.sizes.begin(), facts.sizes.end(), by_count)->first;
  }
};

std::vector<std::pair<std::string, std::int64_t>> commonest(const DataFacts& facts, std::size_t most) {
  std::vector<std::pair<std::string, std::int64_t>> all(facts.characters.begin(), facts.characters.end());
  std::stable_sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.second > b.second; });
  all.resize(std::min(all.size(), most));
  return all;
}

std::int64_t character_count(const DataFacts& facts) {
  std::int64_t sum = 0;
  for (const auto& [character, count] : facts.characters) sum += count;
  return sum;
}

std::string fields_text(const data::Dataset& part) {
  if (!part.info().fields.find(data::kInput)) return part.info().fields.to_string();
  std::string text = "input " + part.info().input().to_string();
  if (part.info().target()) text += ", target " + part.info().target()->to_string();
  for (const auto& [name, field] : part.info().fields) {
    if (name != data::kInput && name != data::kTarget && name != data::kCells)
      text += fmt::format(", {} {}", name, field.to_string());
  }
  return text;
}

// A bar of at most 24 signs.
std::string bar(std::int64_t count, std::int64_t most) {
  return std::string(static_cast<std::size_t>(most > 0 ? (24 * count + most - 1) / most : 0), '#');
}

void print_mask(const DataFacts& facts) {
  constexpr std::size_t kMost = 12;
  if (facts.mask_pixels.empty()) return;
  std::int64_t all = 0;
  for (const auto& [label, pixels] : facts.mask_pixels) all += pixels;
  fmt::print("       pixels of the mask:");
  std::size_t shown = 0;
  for (const auto& [label, pixels] : facts.mask_pixels) {
    if (shown++ == kMost) break;
    fmt::print("{} {} {:.1f} %", shown > 1 ? "," : "", label,
               100 * static_cast<double>(pixels) / static_cast<double>(all));
  }
  fmt::print("{}\n", facts.mask_pixels.size() > kMost ? fmt::format(" … {} values", facts.mask_pixels.size())
                                                      : std::string());
}

void print_pictures(const DataFacts& facts) {
  if (facts.sizes.empty()) return;
  const SizeFacts sizes(facts);
  if (facts.sizes.size() == 1) {
    fmt::print("       pictures {} (height x width)", size_text(sizes.smallest));
  } else {
    fmt::print(
        "       pictures of {} sizes (height x width): smallest {}, largest {}, most common {} ({} times)",
        facts.sizes.size(), size_text(sizes.smallest), size_text(sizes.largest), size_text(sizes.commonest),
        facts.sizes.at(sizes.commonest));
  }
  fmt::print(", mean");
  for (const double each : facts.mean) fmt::print(" {:.2f}", each);
  fmt::print(", deviation");
  for (const double each : facts.deviation) fmt::print(" {:.2f}", each);
  fmt::print("\n");
  if (facts.of_boxes)
    fmt::print("       {} boxes; {} pictures without one\n", facts.boxes, facts.without_boxes);
  if (facts.points > 0) fmt::print("       {} points\n", facts.points);
  print_mask(facts);
}

// Their reasons; `most` of them, 0: all.
void print_bad(const char* what, const auto& bad, std::size_t most) {
  if (bad.empty()) return;
  fmt::print("       {} {}:\n", bad.size(), what);
  const std::size_t listed = most == 0 ? bad.size() : std::min(most, bad.size());
  for (std::size_t k = 0; k < listed; ++k) fmt::print("         {}\n", bad[k].reason);
  if (listed < bad.size()) fmt::print("         … and {} more; check=true lists all\n", bad.size() - listed);
}

}  // namespace

DataFacts facts_of(const data::Dataset& part) {
  DataFacts facts;
  facts.samples = part.size();
  std::vector<Moments> moments;
  for (std::int64_t index = 0; index < part.size(); ++index) {
    try {
      add(part, index, part.record(index), moments, facts);
    } catch (const Error& error) {
      const std::string where = part.where(index), what = error.what();
      facts.bad.push_back({index, what.starts_with(where) ? what : where + ": " + what});
    }
  }
  for (const Moments& each : moments)
    facts.mean.push_back(each.mean()), facts.deviation.push_back(each.deviation());
  return facts;
}

std::vector<std::pair<std::int64_t, std::int64_t>> shared_inputs(const DataFacts& training,
                                                                 const DataFacts& part) {
  std::vector<std::pair<std::int64_t, std::int64_t>> shared;
  for (const auto& [hash, index] : part.first_with) {
    const auto found = training.first_with.find(hash);
    if (found != training.first_with.end()) shared.emplace_back(index, found->second);
  }
  for (const auto& [index, first] : part.repeated) {
    const auto same =
        std::find_if(shared.begin(), shared.end(), [&](const auto& each) { return each.first == first; });
    if (same != shared.end()) shared.emplace_back(index, same->second);
  }
  std::sort(shared.begin(), shared.end());
  return shared;
}

nlohmann::ordered_json facts_json(const data::Dataset& part, const DataFacts& facts) {
  const data::Info& info = part.info();
  nlohmann::ordered_json json = {{"samples", facts.samples}};
  for (const auto& [name, field] : info.fields) {
    if (name == data::kInput || name == data::kTarget) {
      json[name] = field.to_string();
    } else {
      json["fields"][name] = field.to_string();
    }
  }
  if (!info.features.empty()) json["features"] = info.features;
  for (std::size_t k = 0; k < facts.class_counts.size(); ++k)
    json["classes"].push_back(
        {{"label", info.classes[k]}, {facts.of_boxes ? "boxes" : "samples", facts.class_counts[k]}});
  if (!facts.sizes.empty()) {
    const SizeFacts sizes(facts);
    const auto list = [](const auto& size) { return nlohmann::ordered_json{size.first, size.second}; };
    json["pictures"] = {{"smallest", list(sizes.smallest)},
                        {"largest", list(sizes.largest)},
                        {"most_common", list(sizes.commonest)},
                        {"sizes", facts.sizes.size()},
                        {"mean", facts.mean},
                        {"deviation", facts.deviation}};
    if (facts.of_boxes)
      json["pictures"].update({{"boxes", facts.boxes}, {"without_boxes", facts.without_boxes}});
    if (facts.points > 0) json["pictures"]["points"] = facts.points;
  }
  for (const auto& [label, pixels] : facts.mask_pixels)
    json["mask"].push_back({{"value", label}, {"pixels", pixels}});
  if (!facts.characters.empty()) {
    nlohmann::ordered_json most;
    for (const auto& [character, count] : commonest(facts, 10)) most.push_back({character, count});
    json["characters"] = {
        {"count", character_count(facts)}, {"distinct", facts.characters.size()}, {"most_common", most}};
  }
  json["repeated"] = facts.repeated.size();
  for (const BadSample& each : facts.bad)
    json["bad"].push_back({{"index", each.index}, {"reason", each.reason}});
  return json;
}

void print_facts(const std::string& name, const data::Dataset& part, const DataFacts& facts,
                 std::size_t most) {
  fmt::print("{:<6} {} samples, {}   from {}\n", name, facts.samples, fields_text(part),
             part.size() > 0 ? one_line(part.where(0)) : "nothing");
  print_pictures(facts);
  if (!facts.characters.empty()) {
    fmt::print("       {} characters, {} different ones; most common:", character_count(facts),
               facts.characters.size());
    for (const auto& [character, count] : commonest(facts, 10))
      fmt::print(" {} ({})", character == "\n" ? "newline" : character == " " ? "blank" : character, count);
    fmt::print("\n");
  }
  const std::int64_t largest = facts.class_counts.empty()
                                   ? 0
                                   : *std::max_element(facts.class_counts.begin(), facts.class_counts.end());
  for (std::size_t k = 0; k < facts.class_counts.size(); ++k)
    fmt::print("       {:>3}  {:<14} {:>7}  {}\n", k, one_line(part.info().classes[k]), facts.class_counts[k],
               bar(facts.class_counts[k], largest));
  if (!facts.repeated.empty()) {
    const auto& [index, first] = facts.repeated.front();
    fmt::print("       {} samples have the input of an earlier one, such as sample {} that of {}\n",
               facts.repeated.size(), index, first);
  }
  print_bad("samples cannot be used", facts.bad, most);
}

nlohmann::ordered_json bad_files_json(const std::vector<experiment::UnreadFile>& files) {
  nlohmann::ordered_json json = nlohmann::ordered_json::array();
  for (const experiment::UnreadFile& each : files)
    json.push_back({{"file", each.path}, {"reason", each.reason}});
  return json;
}

void print_bad_files(const std::vector<experiment::UnreadFile>& files, std::size_t most) {
  print_bad("files cannot be read", files, most);
}

}  // namespace luge::cli
