// luge filter: a picture through image filters, and how large the results are.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "cli/command.h"
#include "cli/filtering.h"
#include "cli/output.h"
#include "cli/picture_files.h"
#include "core/named_text.h"
#include "core/registry.h"
#include "experiment/option_keys.h"
#include "luge/draw/picture_grid.h"
#include "luge/ops/named_filters.h"

namespace luge::cli {
namespace fs = std::filesystem;
namespace {

using Json = nlohmann::ordered_json;

constexpr PaddingMode kModes[] = {PaddingMode::valid, PaddingMode::same, PaddingMode::full};
constexpr const char* kSheet = "filters.png";

struct FilterOptions {
  static constexpr const char* table = "";
  std::string input, to;
  std::vector<std::string> padding = {"same"};
  Frame border = Frame::zeros;
  Levels levels = Levels::automatic;
  double gain = 1;
  bool gray = false;
  static void fields(auto& self, auto&& field) {
    field("input", self.input, "the picture, a PNG, JPEG or BMP file", options::required);
    field("to", self.to,
          "folder for a picture of each result and filters.png with all; or a file, .png or .svg, for that "
          "alone",
          options::required);
    field("padding", self.padding, "how the picture is extended, or several ways",
          options::one_of({"valid", "same", "full"}));
    field("border", self.border, "what the picture is extended by");
    field("levels", self.levels,
          "how results become 8 bits; center: 0 is 128, and 1 is half a level; auto: absolute for a kernel "
          "whose weights add up to 0, else clip");
    field("gain", self.gain, "what results are multiplied by before that", options::above(0));
    field("gray", self.gray, "make the picture gray first; otherwise each color is filtered");
  }
};

const Family& family() { return *find_family("filter"); }

// The options of all filters, each once: what one of them calls size, is that of each.
std::vector<Key> option_keys() {
  std::vector<Key> keys;
  std::map<std::string, std::string> told;
  for (const std::string& name : family().names()) {
    for (const options::Info& info : family().member(name).options) {
      const std::string help =
          fmt::format("{}: {} (default {})", name, info.help, options::text(info.fallback));
      if (told.contains(info.name)) {
        told[info.name] += "; " + help;
        continue;
      }
      told[info.name] = help;
      keys.push_back(experiment::option_key("", info));
      keys.back().fallback.clear();
    }
  }
  for (Key& key : keys) key.help = told[key.name];
  return keys;
}

std::vector<Key> keys() {
  std::vector<Key> all = experiment::keys_of<FilterOptions>();
  Key kernel{"kernel",
             "filters with commas between them (luge list filters), or numbers row by row such as "
             "[[-1,0,1],[-1,0,1],[-1,0,1]] (default: all filters)"};
  kernel.elsewhere = {"filter", "kernels", "filters"};
  kernel.family = "filter";
  all.insert(all.begin() + 1, kernel);
  return experiment::joined(std::move(all), option_keys());
}

// At commas outside of brackets.
std::vector<std::string> parts_of(const std::string& text) {
  std::vector<std::string> parts(1);
  int depth = 0;
  for (const char c : text) {
    depth += c == '(' || c == '[' ? 1 : c == ')' || c == ']' ? -1 : 0;
    if (c == ',' && depth == 0) {
      parts.emplace_back();
    } else if (c != ' ' || depth > 0) {
      parts.back() += c;
    }
  }
  return parts;
}

struct Kernel {
  std::string name;
  Tensor weights;  // [n,1,height,width]
};

// [[1,2],[3,4]]: rows of one length.
Kernel by_hand(const Arguments& arguments, const std::string& text, std::size_t number) {
  const Json json = Json::parse(text, nullptr, false);
  std::vector<float> weights;
  std::size_t columns = 0;
  bool right = json.is_array() && !json.empty();
  for (std::size_t r = 0; right && r < json.size(); ++r) {
    right = json[r].is_array() && !json[r].empty() && (r == 0 || json[r].size() == columns);
    if (right) columns = json[r].size();
    for (std::size_t c = 0; right && c < columns; ++c) {
      right = json[r][c].is_number();
      if (right) weights.push_back(json[r][c].get<float>());
    }
  }
  if (!right || !std::all_of(weights.begin(), weights.end(), [](float w) { return std::isfinite(w); }))
    arguments.refuse("kernel", "rows of numbers of one length, such as [[-1,0,1],[-1,0,1],[-1,0,1]]");
  const auto height = static_cast<std::int64_t>(json.size()), width = static_cast<std::int64_t>(columns);
  return {number == 1 ? "kernel" : fmt::format("kernel{}", number), tensor(weights, {1, 1, height, width})};
}

// The options that keys give and this filter has.
options::Values given_for(const Arguments& arguments, const Member& member, std::set<std::string>& used) {
  options::Values values;
  for (const options::Info& info : member.options) {
    if (!arguments.given(info.name)) continue;
    values.emplace_back(info.name, arguments.value(info.name, info));
    used.insert(info.name);
  }
  return values;
}

std::vector<Kernel> kernels(const Arguments& arguments) {
  const std::vector<std::string> wanted =
      arguments.given("kernel") ? parts_of(arguments.text("kernel")) : filters::names();
  std::vector<Kernel> all;
  std::set<std::string> used;
  std::map<std::string, int> times;
  std::size_t hands = 0;
  for (const std::string& text : wanted) {
    if (text.starts_with("[")) {
      all.push_back(by_hand(arguments, text, ++hands));
      continue;
    }
    try {
      const Member member = family().member(text);
      all.push_back({member.name, filters::kernel(text, given_for(arguments, member, used))});
    } catch (const ValueError& error) {
      throw experiment::SettingError(fmt::format("{}: {}", arguments.said("kernel"), error.what()));
    }
    if (const int time = ++times[all.back().name]; time > 1) all.back().name += std::to_string(time);
  }
  for (const Key& key : option_keys()) {
    if (arguments.given(key.name) && !used.contains(key.name))
      throw experiment::SettingError(
          fmt::format("{}: no filter of kernel={} has it", arguments.said(key.name), fmt::join(wanted, ",")));
  }
  return all;
}

PaddingMode mode_of(const std::string& name) {
  PaddingMode mode{};
  options::Type<PaddingMode>::set(mode, name);
  return mode;
}

template <class E>
std::string name_of(E value) {
  return options::text(options::Type<E>::get(value));
}

struct Result {
  std::string filter;
  Tensor kernel;
  PaddingMode padding{};
  Filtered made;
  std::string file;

  std::string title() const { return fmt::format("{}, {}", filter, name_of(padding)); }
};

std::string size_text(std::int64_t height, std::int64_t width) {
  return fmt::format("{} x {}", height, width);
}

// "valid 26 x 26, same 28 x 28, full 30 x 30"
std::string sizes_text(const io::Image& picture, const Tensor& kernel) {
  std::vector<std::string> all;
  for (const PaddingMode mode : kModes) {
    const auto [height, width] = filtered_size(picture, kernel, mode);
    all.push_back(fmt::format("{} {}", name_of(mode), size_text(height, width)));
  }
  return fmt::format("{}", fmt::join(all, ", "));
}

Json to_json(const io::Image& picture, const Result& result) {
  const Tensor& kernel = result.kernel;
  Json weights = Json::array();
  const auto values = kernel.to_vector<float>();
  std::size_t at = 0;
  for (std::int64_t n = 0; n < kernel.extent(0); ++n) {
    Json rows = Json::array();
    for (std::int64_t r = 0; r < kernel.extent(2); ++r) {
      Json row = Json::array();
      for (std::int64_t c = 0; c < kernel.extent(3); ++c) row.push_back(values[at++]);
      rows.push_back(std::move(row));
    }
    weights.push_back(std::move(rows));
  }
  Json sizes = Json::object();
  for (const PaddingMode mode : kModes) {
    const auto [height, width] = filtered_size(picture, kernel, mode);
    sizes[name_of(mode)] = {height, width};
  }
  const Filtered& made = result.made;
  Json json = {{"filter", result.filter},
               {"kernels", weights},
               {"sizes", sizes},
               {"padding", name_of(result.padding)},
               {"height", made.picture.height},
               {"width", made.picture.width},
               {"low", made.low},
               {"high", made.high},
               {"levels", name_of(made.levels)},
               {"outside", made.outside}};
  if (!result.file.empty()) json["file"] = result.file;
  return json;
}

// Gray, or three colors: transparency is left out.
io::Image read_picture(const FilterOptions& options) {
  const io::Image picture = io::read_image(options.input);
  return io::with_channels(picture, options.gray || picture.channels < 3 ? 1 : 3);
}

std::vector<Result> results_of(const Arguments& arguments, const FilterOptions& options,
                               const io::Image& picture) {
  std::vector<Result> results;
  for (const Kernel& kernel : kernels(arguments)) {
    for (const std::string& padding : options.padding) {
      const PaddingMode mode = mode_of(padding);
      results.push_back({kernel.name, kernel.weights, mode,
                         filtered(picture, kernel.name, kernel.weights,
                                  {mode, static_cast<Border>(options.border), options.levels, options.gain}),
                         ""});
    }
  }
  return results;
}

void write_sheet(const io::Image& picture, const FilterOptions& options, const std::vector<Result>& results,
                 const std::string& file) {
  std::vector<draw::Picture> all = {
      {.image = picture, .caption = "input\n" + size_text(picture.height, picture.width)}};
  for (const Result& each : results) {
    const Filtered& made = each.made;
    all.push_back({.image = made.picture,
                   .caption = fmt::format("{}, {}\n{}", each.title(), name_of(made.levels),
                                          size_text(made.picture.height, made.picture.width))});
  }
  draw::picture_grid(all, {.title = fs::path(options.input).filename().string(), .cell = 192}).write(file);
}

void write_pictures(const FilterOptions& options, std::vector<Result>& results) {
  make_folder(options.to);
  const std::string stem = fs::path(options.input).stem().string();
  for (Result& each : results) {
    std::string name = fmt::format("{}-{}", stem, each.filter);
    if (options.padding.size() > 1) name += "-" + name_of(each.padding);
    each.file = (fs::path(options.to) / (name + ".png")).string();
    io::write_png(each.file, each.made.picture);
  }
}

void print(const io::Image& picture, const FilterOptions& options, const std::vector<Result>& results) {
  fmt::print("{}: {}, {}\n", options.input, size_text(picture.height, picture.width),
             picture.channels == 1 ? "gray" : "three colors, each filtered");
  std::string last;
  for (const Result& each : results) {
    if (each.filter != last) {
      const std::int64_t count = each.kernel.extent(0);
      fmt::print("{}: {}kernel{} {}; {}\n", last = each.filter, count == 1 ? "" : fmt::format("{} ", count),
                 count == 1 ? "" : "s", size_text(each.kernel.extent(2), each.kernel.extent(3)),
                 sizes_text(picture, each.kernel));
    }
    const Filtered& made = each.made;
    fmt::print("  {:<5} {:g} … {:g}, {}", name_of(each.padding), made.low, made.high, name_of(made.levels));
    if (made.outside > 0) {
      fmt::print(", {:.1f} % beyond 8 bits",
                 100 * static_cast<double>(made.outside) / static_cast<double>(made.picture.pixels.size()));
    }
    fmt::print("{}\n", each.file.empty() ? "" : "  " + each.file);
  }
}

int run_filter(const Arguments& arguments) {
  const auto options = experiment::read<FilterOptions>(arguments);
  check_folder_or_figure(arguments, "to", options.to);
  const io::Image picture = read_picture(options);
  std::vector<Result> results = results_of(arguments, options, picture);
  const bool alone = draw::is_figure_name(options.to);
  if (!alone) write_pictures(options, results);
  const std::string sheet = alone ? options.to : (fs::path(options.to) / kSheet).string();
  write_sheet(picture, options, results, sheet);
  if (arguments.json()) {
    Json json = {{"input", options.input},       {"height", picture.height}, {"width", picture.width},
                 {"channels", picture.channels}, {"results", Json::array()}, {"sheet", sheet}};
    for (const Result& each : results) json["results"].push_back(to_json(picture, each));
    print_json(json);
    return 0;
  }
  print(picture, options, results);
  fmt::print("all of them: {}\n", sheet);
  return 0;
}

const Registration registration_filter(
    {"filter",
     "a picture through image filters: edges, blur, sharpening",
     {"filter input=x.png kernel=sobel,blur,sharpen to=FOLDER [size=7 sigma=2]",
      "filter input=x.png kernel=\"[[-1,0,1],[-1,0,1],[-1,0,1]]\" padding=valid,same,full to=x-edges.png"},
     keys,
     0,
     run_filter});

}  // namespace
}  // namespace luge::cli
