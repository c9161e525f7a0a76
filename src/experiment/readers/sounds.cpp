// sounds: a folder of sounds, whose classes folders or names of files give.
#include "luge/data/sound.h"

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
                                     .length = keys.length,
                                     .classes = classes,
                                     .bad = bad,
                                     .name = data.name()});
}

DataSet read_parts(const DataPath& data, const data::BadFile& bad) {
  std::error_code error;
  const bool named = !read<SoundKeys>(data.config).test.empty();
  if (named) {
    DataSet set{data.name(), part_of(data, data.path, data.layout.classes, bad, Files::others)};
    set.test = part_of(data, data.path, set.train.info().classes, bad, Files::test);
    return set;
  }
  if (!fs::is_directory(data.path / "train", error))
    return {data.name(), part_of(data, data.path, data.layout.classes, bad)};
  DataSet set{data.name(), part_of(data, data.path / "train", data.layout.classes, bad)};
  const std::vector<std::string>& classes = set.train.info().classes;
  for (const char* name : {"val", "valid", "validation"}) {
    if (!set.valid && fs::is_directory(data.path / name, error))
      set.valid = part_of(data, data.path / name, classes, bad);
  }
  if (fs::is_directory(data.path / "test", error)) set.test = part_of(data, data.path / "test", classes, bad);
  return set;
}

DataSet read_sounds(const DataPath& data) {
  return with_bad_files(data, [&](const data::BadFile& bad) { return read_parts(data, bad); });
}

const bool added_sounds = add_data_reader(
    "sounds", "WAV, FLAC or OGG files, whose folders or names (data.pattern) say their classes",
    {.recognize = recognize,
     .read = read_sounds,
     .rank = 15,
     .keys = joined(keys_of<SoundKeys>(), keys_of<BadFileKeys>())});

}  // namespace
}  // namespace luge::experiment
