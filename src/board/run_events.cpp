#include "board/run_events.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <vector>

#include "board/event_histograms.h"
#include "board/run_document.h"
#include "core/base64.h"
#include "luge/error.h"
#include "luge/io/tensorboard.h"

namespace luge::board {
namespace {

using Json = nlohmann::ordered_json;
using Text = std::vector<std::string>;

constexpr std::size_t kMostNames = 200, kMostPoints = 1000, kMostPictures = 12, kMostCurves = 12,
                      kMostTexts = 20, kLongestText = 20'000;
constexpr std::size_t kMostPictureBytes = 6u << 20;  // of one name
constexpr std::uint64_t kLargestFile = 256u << 20;
constexpr const char* kCurves = "pr_curves";  // the plugin

struct Part {
  const char *folder, *name;  // an empty folder: the run itself
  std::string_view prefix;    // of its figures in metrics.jsonl
};
constexpr Part kParts[] = {
    {"train", "training", ""}, {"validation", "validation", kValidationPrefix}, {"", "run", ""}};

// The moments of one kind, by name and step.
template <class Value>
struct Series {
  std::map<std::string, std::map<std::int64_t, Value>> all = {};

  void put(const std::string& name, std::int64_t step, const Value& value) {
    if (all.size() < kMostNames || all.contains(name)) all[name][step] = value;
  }
  // What came before does not count any more.
  void restart(std::int64_t step) {
    for (auto& [name, moments] : all) moments.erase(moments.lower_bound(step), moments.end());
  }
};

struct Found {
  Series<io::Histogram> histograms = {};
  Series<double> scalars = {};
  Series<io::LoggedImage> pictures = {};
  Series<io::LoggedNumbers> curves = {};
  Series<Text> texts = {};

  void take(const io::Event& event);
};

bool is_drawable(const io::Histogram& histogram) {
  return histogram.count > 0 && std::isfinite(histogram.min) && std::isfinite(histogram.max);
}

void Found::take(const io::Event& event) {
  if (event.restarts) {
    histograms.restart(event.step);
    scalars.restart(event.step);
    pictures.restart(event.step);
    curves.restart(event.step);
    texts.restart(event.step);
  }
  for (const io::LoggedValue& each : event.values) {
    if (const auto* histogram = std::get_if<io::Histogram>(&each.value)) {
      if (is_drawable(*histogram)) histograms.put(each.tag, event.step, *histogram);
    } else if (const auto* scalar = std::get_if<double>(&each.value)) {
      scalars.put(each.tag, event.step, *scalar);
    } else if (const auto* picture = std::get_if<io::LoggedImage>(&each.value)) {
      if (picture->encoded.starts_with("\x89PNG")) pictures.put(each.tag, event.step, *picture);
    } else if (const auto* numbers = std::get_if<io::LoggedNumbers>(&each.value)) {
      if (each.plugin == kCurves) curves.put(each.tag, event.step, *numbers);
    } else if (const auto* text = std::get_if<Text>(&each.value)) {
      texts.put(each.tag, event.step, *text);
    }
  }
}

Found read_events(const Folder& folder, const std::string& where, Json& problems) {
  Found found;
  for (const std::string& name : folder.files()) {
    const auto stamp = folder.stamp(name);
    if (name.find("tfevents") == std::string::npos || !stamp) continue;
    if (stamp->size > kLargestFile) {
      problems.push_back(fmt::format("{}{}: is {} MiB large; files up to {} MiB are read", where, name,
                                     stamp->size >> 20, kLargestFile >> 20));
      continue;
    }
    folder.with_file(name, [&](const std::filesystem::path& path) {
      try {
        io::EventReader reader(path);
        while (const auto event = reader.next()) found.take(*event);
        if (reader.damaged() > 0)
          problems.push_back(
              fmt::format("{}{}: {} damaged stretches were left out", where, name, reader.damaged()));
      } catch (const Error& error) {  // what was read so far is shown
        problems.push_back(fmt::format("{}{}: {}", where, name, error.what()));
      }
    });
  }
  return found;
}

Json scalars_json(const std::map<std::int64_t, double>& moments) {
  Json points = Json::array();
  Thinned thinned(moments.size(), kMostPoints);
  for (const auto& [step, value] : moments) {
    if (thinned.keeps_next()) points.push_back({step, value});
  }
  return {{"count", moments.size()}, {"points", std::move(points)}};
}

// The newest pictures are what there is room for.
Json pictures_json(const std::map<std::int64_t, io::LoggedImage>& moments) {
  Json list = Json::array();
  Thinned thinned(moments.size(), kMostPictures);
  std::vector<std::pair<std::int64_t, const io::LoggedImage*>> kept;
  for (const auto& [step, picture] : moments) {
    if (thinned.keeps_next()) kept.emplace_back(step, &picture);
  }
  std::size_t bytes = 0;
  for (auto each = kept.rbegin(); each != kept.rend(); ++each) {
    bytes += each->second->encoded.size();
    if (bytes > kMostPictureBytes) break;
    Json moment = {{"step", each->first},
                   {"width", each->second->width},
                   {"height", each->second->height},
                   {"picture", "data:image/png;base64," + base64_text(each->second->encoded)}};
    list.insert(list.begin(), std::move(moment));
  }
  return {{"count", moments.size()}, {"moments", std::move(list)}};
}

// Rows of a curve: true and false positives, true and false negatives, precision, recall, each by threshold.
Json curves_json(const std::map<std::int64_t, io::LoggedNumbers>& moments) {
  constexpr std::size_t kRows = 6;
  Json list = Json::array();
  Thinned thinned(moments.size(), kMostCurves);
  for (const auto& [step, curve] : moments) {
    if (!thinned.keeps_next() || curve.shape.size() != 2 || curve.shape[0] != kRows || curve.shape[1] < 2)
      continue;
    const auto count = static_cast<std::size_t>(curve.shape[1]);
    if (curve.numbers.size() != kRows * count) continue;
    const auto at = [&](std::size_t row, std::size_t k) { return curve.numbers[row * count + k]; };
    Json points = Json::array();
    for (std::size_t k = 0; k < count; ++k) {
      if (at(0, k) + at(1, k) > 0)
        points.push_back({static_cast<double>(k) / static_cast<double>(count - 1), at(4, k), at(5, k)});
    }
    list.push_back({{"step", step},
                    {"positives", at(0, 0) + at(3, 0)},
                    {"samples", at(0, 0) + at(1, 0) + at(2, 0) + at(3, 0)},
                    {"points", std::move(points)}});
  }
  return {{"moments", std::move(list)}};
}

Json texts_json(const std::map<std::int64_t, Text>& moments) {
  Json list = Json::array();
  Thinned thinned(moments.size(), kMostTexts);
  for (const auto& [step, text] : moments) {
    if (!thinned.keeps_next()) continue;
    std::string all;
    for (const std::string& each : text) all += (all.empty() ? "" : "\n") + each;
    if (all.size() <= kLongestText) list.push_back({{"step", step}, {"text", all}});
  }
  return {{"moments", std::move(list)}};
}

template <class Value, class Make>
void add(Json& all, const char* kind, const Series<Value>& series, const Part& part, Make make) {
  for (const auto& [name, moments] : series.all) {
    if (moments.empty()) continue;
    Json one = {{"name", name}, {"part", part.name}};
    one.update(make(moments));
    all[kind].push_back(std::move(one));
  }
}

}  // namespace

Json events_json(const Folder& run, const std::set<std::string>& measured) {
  Json all = Json::object(), problems = Json::array();
  for (const Part& part : kParts) {
    const bool own = *part.folder == 0;
    const auto below = own ? std::nullopt : run.below(part.folder);
    if (!own && !below) continue;
    Found found = read_events(own ? run : *below, own ? "" : fmt::format("{}/", part.folder), problems);
    std::erase_if(found.scalars.all,
                  [&](const auto& each) { return measured.contains(std::string(part.prefix) + each.first); });
    add(all, "histograms", found.histograms, part, histograms_json);
    add(all, "scalars", found.scalars, part, scalars_json);
    add(all, "pictures", found.pictures, part, pictures_json);
    add(all, "curves", found.curves, part, curves_json);
    add(all, "texts", found.texts, part, texts_json);
  }
  if (!problems.empty()) all["problems"] = std::move(problems);
  return all;
}

}  // namespace luge::board
