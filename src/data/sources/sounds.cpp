// sound_folder: sounds with the classes that folders or names of files give them.
#include "luge/data/sound.h"

#include <fmt/format.h>
#include <fnmatch.h>

#include <algorithm>
#include <cctype>
#include <optional>
#include <set>

#include "data/bad_files.h"
#include "data/distinct.h"
#include "data/pictures/annotated.h"
#include "data/pictures/file_mark.h"
#include "luge/error.h"
#include "luge/io/sound.h"

namespace luge::data {
namespace fs = std::filesystem;
namespace {

constexpr std::string_view kClass = "{class}";

// Whether `text` is `pattern`, where * is any text.
bool matches(std::string_view pattern, std::string_view text) {
  std::size_t p = 0, t = 0, star = std::string_view::npos, retry = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] != '*' && pattern[p] == text[t]) {
      ++p, ++t;
    } else if (p < pattern.size() && pattern[p] == '*') {
      star = p++, retry = t;
    } else if (star != std::string_view::npos) {
      p = star + 1, t = ++retry;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

// The class in a name: the shortest text with which the pattern matches.
std::optional<std::string> class_in(const std::string& pattern, const std::string& name) {
  const std::size_t at = pattern.find(kClass);
  const std::string before = pattern.substr(0, at), after = pattern.substr(at + kClass.size());
  for (std::size_t begin = 0; begin < name.size(); ++begin) {
    if (!matches(before, std::string_view(name).substr(0, begin))) continue;
    for (std::size_t end = begin + 1; end <= name.size(); ++end) {
      if (matches(after, std::string_view(name).substr(end))) return name.substr(begin, end - begin);
    }
  }
  return std::nullopt;
}

// Whether a file is asked for by its name; the others are of another part.
bool is_wanted(const SoundOptions& options, const std::string& name) {
  const auto fits = [&](const std::string& pattern) {
    return fnmatch(pattern.c_str(), name.c_str(), 0) == 0;
  };
  return (options.only.empty() || fits(options.only)) && (options.without.empty() || !fits(options.without));
}

bool is_sound_name(const fs::path& file) {
  std::string end = file.extension().string();
  std::transform(end.begin(), end.end(), end.begin(), [](unsigned char c) { return std::tolower(c); });
  return end == ".wav" || end == ".flac" || end == ".ogg" || end == ".aiff" || end == ".au";
}

// A sound without samples says nothing; filled with zeros, it would pass for silence.
io::Sound read_some_sound(const std::string& path) {
  io::Sound sound = io::read_sound(path);
  if (sound.samples.empty()) throw FormatError(fmt::format("{}: has no samples; expected 1 or more", path));
  return sound;
}

struct File {
  std::string path, name;
  std::int64_t label = 0;
};

class SoundSource final : public Source {
 public:
  SoundSource(std::string name, std::vector<File> files, std::vector<std::string> classes,
              SoundOptions options)
      : files_(std::move(files)), options_(std::move(options)) {
    info_.name = std::move(name);
    info_.classes = std::move(classes);
    const io::SoundHeader first = io::read_sound_header(files_.front().path);
    channels_ = options_.mono ? 1 : first.channels;
    rate_ = options_.rate > 0 ? options_.rate : first.rate;
    info_.fields = {
        {std::string(kInput), {f32, {channels_, options_.length > 0 ? options_.length : unknown}}},
        {std::string(kTarget), {i64, {}}},
        {"rate", {i64, {}}}};
  }
  std::int64_t size() const override { return static_cast<std::int64_t>(files_.size()); }
  const Info& info() const override { return info_; }
  std::string where(std::int64_t index) const override { return at(index).path; }
  void read(std::int64_t index, Row& row) const override {
    if (row.wants(1)) row.write_as<std::int64_t>(1)[0] = at(index).label;
    if (row.wants(2)) row.write_as<std::int64_t>(2)[0] = rate_;
    if (!row.wants(0)) return;
    const io::Sound sound = prepared(at(index).path);
    const std::int64_t length = options_.length > 0 ? options_.length : sound.frames();
    const std::span<float> to = row.write_as<float>(0, {channels_, length});
    const std::int64_t there = std::min(length, sound.frames());
    for (std::int64_t c = 0; c < channels_; ++c) {
      const std::span<float> channel =
          to.subspan(static_cast<std::size_t>(c * length), static_cast<std::size_t>(length));
      for (std::int64_t t = 0; t < there; ++t)
        channel[static_cast<std::size_t>(t)] = sound.samples[static_cast<std::size_t>(t * channels_ + c)];
      std::fill(channel.begin() + there, channel.end(), 0.0f);
    }
  }
  Shape shape_of(std::int64_t index, std::size_t field) const override {
    if (field != 0 || options_.length > 0) return Source::shape_of(index, field);
    const io::SoundHeader header = io::read_sound_header(at(index).path);
    if (header.rate != rate_) return Source::shape_of(index, field);
    return {channels_, header.frames};
  }
  std::uint64_t fingerprint() const override {
    Fingerprint hash;
    for (const File& file : files_) {
      add_file(hash, file.path);
      hash.add(static_cast<std::uint64_t>(file.label));
    }
    return hash.add(static_cast<std::uint64_t>(rate_))
        .add(static_cast<std::uint64_t>(options_.length))
        .value();
  }

 private:
  const File& at(std::int64_t index) const { return files_[static_cast<std::size_t>(index)]; }
  io::Sound prepared(const std::string& path) const {
    io::Sound sound = read_some_sound(path);
    if (options_.mono) sound = io::mono(sound);
    if (sound.channels != channels_)
      throw FormatError(fmt::format("{}: has {} channels; expected {}, as {} has", path, sound.channels,
                                    channels_, files_.front().path));
    if (sound.rate == rate_) return sound;
    if (options_.rate == 0)
      throw FormatError(fmt::format("{}: has {} samples a second; {} has {} (rate={} resamples all of them)",
                                    path, sound.rate, files_.front().path, rate_, rate_));
    return io::resample_linear(sound, rate_);
  }
  std::vector<File> files_;
  SoundOptions options_;
  std::int64_t channels_ = 1, rate_ = 0;
  Info info_;
};

}  // namespace

Dataset sound_folder(const fs::path& folder, const SoundOptions& options) {
  check_distinct("sound_folder", "classes", options.classes);
  if (!options.pattern.empty() && options.pattern.find(kClass) == std::string::npos)
    throw ValueError(
        fmt::format("sound_folder: the pattern '{}' does not say where {{class}} is", options.pattern));
  if (options.length < 0 || options.rate < 0)
    throw ValueError(fmt::format("sound_folder: length is {} and rate {}; expected 0 or more", options.length,
                                 options.rate));
  std::error_code error;
  if (!fs::is_directory(folder, error)) throw FileError(fmt::format("{}: is not a folder", folder.string()));
  std::vector<std::pair<std::string, std::string>> found;  // path and class
  std::int64_t skipped = 0;
  const auto add = [&](const fs::path& path, const std::string& class_name) {
    found.emplace_back(path.string(), class_name);
  };
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    const fs::path& path = entry.path();
    if (!entry.is_regular_file(error) || path.filename().string().starts_with(".")) continue;
    const bool right_depth = options.pattern.empty()
                                 ? path.parent_path().parent_path() == folder.lexically_normal() ||
                                       fs::equivalent(path.parent_path().parent_path(), folder, error)
                                 : true;
    const std::optional<std::string> name = !is_sound_name(path) || !right_depth ? std::nullopt
                                            : options.pattern.empty()
                                                ? std::optional(path.parent_path().filename().string())
                                                : class_in(options.pattern, path.filename().string());
    if (!name) {
      ++skipped;
    } else if (is_wanted(options, path.filename().string())) {
      add(path, *name);
    }
  }
  if (found.empty())
    throw FormatError(
        fmt::format("{}: holds no sounds{}{}{}", folder.string(),
                    options.pattern.empty() ? " in folders that name their classes"
                                            : fmt::format(" named {}", options.pattern),
                    options.only.empty() ? "" : fmt::format(", and also {}", options.only),
                    options.without.empty() ? "" : fmt::format(", and not {}", options.without)));
  if (skipped > 0 && options.tell)
    options.tell(fmt::format("{}: {} files are not sounds of this layout and were left out", folder.string(),
                             skipped));
  std::sort(found.begin(), found.end());
  std::vector<std::string> classes = options.classes;
  if (classes.empty()) {
    std::set<std::string> names;
    for (const auto& [path, name] : found) names.insert(name);
    classes.assign(names.begin(), names.end());
  }
  std::vector<File> files;
  for (const auto& [path, name] : found) {
    const bool right = worked(options.bad, path, [&, &path = path] {
      if (options.bad) read_some_sound(path);
    });
    if (right) files.push_back({path, name, label_of(classes, name, path)});
  }
  if (files.empty()) throw FormatError(fmt::format("{}: none of its sounds can be read", folder.string()));
  return Dataset(std::make_shared<SoundSource>(options.name.empty() ? folder_name(folder) : options.name,
                                               std::move(files), std::move(classes), options));
}

}  // namespace luge::data
