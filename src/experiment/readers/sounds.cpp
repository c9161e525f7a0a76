// sounds: a folder of sounds, whose classes folders or names of files give.
#include "luge/data/sound.h"
#include "luge/data/sound_strings.h"

#include <array>

#include "experiment/bad_files.h"
#include "experiment/picture_keys.h"
#include "experiment/readers/folder_options.h"

namespace luge::experiment {
namespace fs = std::filesystem;
namespace {

constexpr int kMostLooked = 2000;  // entries of a folder before it is taken for something else

bool is_sound(const fs::path& file) {
  constexpr std::array<std::string_view, 4> ends = {".wav", ".WAV", ".flac", ".ogg"};
  return std::find(ends.begin(), ends.end(), file.extension().string()) != ends.end();
}

Recognition recognize(const fs::path& path) {
  std::error_code error;
  if (!fs::is_directory(path, error)) return Recognition::no();
  int looked = 0;
  for (fs::recursive_directory_iterator at(path, error), end; !error && at != end && looked < kMostLooked;
       at.increment(error), ++looked) {
    if (at.depth() > 2) at.disable_recursion_pending();
    if (is_sound(at->path())) return Recognition::yes();
  }
  return Recognition::no();
}

// Of a folder: all of it, or the files with or without the names of the test part.
enum class Files : std::uint8_t { all, test, others };

data::Dataset part_of(const DataPath& data, const fs::path& folder, const std::vector<std::string>& classes,
                      const data::BadFile& bad, Files files = Files::all) {
  const auto keys = read<SoundKeys>(data.config);
  return data::sound_folder(folder, {.pattern = keys.pattern,
                                     .only = files == Files::test ? keys.test : "",
                                     .without = files == Files::others ? keys.test : "",
                                     .rate = keys.rate,
                                     .length = keys.join > 0 ? 0 : keys.length,
                                     .classes = classes,
                                     .bad = bad,
                                     .name = data.name()});
}

DataSet read_parts(const DataPath& data, const data::BadFile& bad) {
  std::error_code error;
  const auto keys = read<SoundKeys>(data.config);
  // The classes that a network for joined sounds knows are characters, not those of recordings.
  const std::vector<std::string> known = keys.join > 0 ? std::vector<std::string>() : data.layout.classes;
  if (!keys.test.empty()) {
    DataSet set{data.name(), part_of(data, data.path, known, bad, Files::others)};
    set.test = part_of(data, data.path, set.train.info().classes, bad, Files::test);
    return set;
  }
  if (!fs::is_directory(data.path / "train", error))
    return {data.name(), part_of(data, data.path, known, bad)};
  DataSet set{data.name(), part_of(data, data.path / "train", known, bad)};
  const std::vector<std::string>& classes = set.train.info().classes;
  for (const char* name : {"val", "valid", "validation"}) {
    if (!set.valid && fs::is_directory(data.path / name, error))
      set.valid = part_of(data, data.path / name, classes, bad);
  }
  if (fs::is_directory(data.path / "test", error)) set.test = part_of(data, data.path / "test", classes, bad);
  return set;
}

// Strings of recordings, where they are asked for. Their parts are made of parts of the recordings, so that
// no recording is heard in the training and again in the validation or the test.
DataSet joined_recordings(const DataPath& data, DataSet set) {
  const auto keys = read<SoundKeys>(data.config);
  if (keys.join == 0) return set;
  constexpr std::int64_t kEach = 10;   // one of ten recordings is for the validation
  constexpr std::int64_t kJudged = 4;  // strings of the training for one of another part
  if (!set.valid) {
    std::vector<std::int64_t> fit, valid;
    for (std::int64_t i = 0; i < set.train.size(); ++i) (i % kEach == kEach - 1 ? valid : fit).push_back(i);
    set.valid = set.train.select(valid);
    set.train = set.train.select(fit);
  }
  const auto rate = set.train.fields({"rate"}).record(0)["rate"].as<std::int64_t>()[0];
  data::SoundStringOptions options{
      .samples = keys.join_samples,
      .longest = keys.join,
      .pause = static_cast<std::int64_t>(keys.join_pause * static_cast<double>(rate)),
      .length = keys.length,
      .fresh = true};
  set.train = data::sound_strings(set.train, options);
  options.fresh = false;
  options.samples = std::max<std::int64_t>(1, keys.join_samples / kJudged);
  set.valid = data::sound_strings(*set.valid, options);
  if (set.test) set.test = data::sound_strings(*set.test, options);
  return set;
}

DataSet read_sounds(const DataPath& data) {
  return with_bad_files(
      data, [&](const data::BadFile& bad) { return joined_recordings(data, read_parts(data, bad)); });
}

const bool added_sounds = add_data_reader(
    "sounds", "WAV, FLAC or OGG files, whose folders or names (data.pattern) say their classes",
    {.recognize = recognize,
     .read = read_sounds,
     .rank = 15,
     .keys = joined(keys_of<SoundKeys>(), keys_of<BadFileKeys>())});

}  // namespace
}  // namespace luge::experiment
