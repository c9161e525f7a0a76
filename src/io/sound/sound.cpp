#include "luge/io/sound.h"

#include <fmt/format.h>
#include <sndfile.h>

#include <cmath>
#include <memory>
#include <new>

#include "io/files/input_file.h"
#include "io/files/library.h"
#include "io/image/file_kind.h"
#include "luge/error.h"

namespace luge::io {
namespace {

#define LUGE_SOUND_FUNCTIONS(f) f(sf_open_virtual) f(sf_close) f(sf_readf_float) f(sf_strerror)

struct SoundApi {
  LUGE_SOUND_FUNCTIONS(LUGE_LIBRARY_MEMBER)
};

const SoundApi& sound_api() {
  static const SoundApi api = [] {
    const Library library("libsndfile.so.1", "sounds are read with libsndfile", "libsndfile1");
    SoundApi found{};
    LUGE_SOUND_FUNCTIONS(LUGE_LIBRARY_FIND)
    return found;
  }();
  return api;
}

// The file as libsndfile reads it: by position, so that no path is opened by another name.
struct Position {
  const InputFile* file;
  sf_count_t at = 0;
};
sf_count_t length_of(void* user) {
  return static_cast<sf_count_t>(static_cast<Position*>(user)->file->size());
}
sf_count_t seek_to(sf_count_t offset, int whence, void* user) {
  auto& position = *static_cast<Position*>(user);
  const sf_count_t from = whence == SEEK_SET ? 0 : whence == SEEK_CUR ? position.at : length_of(user);
  if (from + offset < 0) return -1;
  return position.at = from + offset;
}
sf_count_t read_bytes(void* to, sf_count_t count, void* user) noexcept {
  auto& position = *static_cast<Position*>(user);
  try {
    const std::size_t got =
        position.file->read_some(static_cast<std::uint64_t>(position.at),
                                 {static_cast<std::byte*>(to), static_cast<std::size_t>(count)});
    position.at += static_cast<sf_count_t>(got);
    return static_cast<sf_count_t>(got);
  } catch (const Error&) {
    return 0;  // seen as the end of the file
  }
}
sf_count_t no_write(const void*, sf_count_t, void*) { return 0; }
sf_count_t tell(void* user) { return static_cast<Position*>(user)->at; }

class SoundFile {
 public:
  SoundFile(const std::string& path, const SoundLimits& limits) : file_(path), position_{&file_} {
    SF_VIRTUAL_IO io{length_of, seek_to, read_bytes, no_write, tell};
    const SoundApi& api = sound_api();
    sound_ = api.sf_open_virtual(&io, SFM_READ, &info_, &position_);
    if (!sound_) {
      throw FormatError(fmt::format("{}: is not a sound that can be read ({}): {}", path, kind_of(file_),
                                    api.sf_strerror(nullptr)));
    }
    try {
      check(limits);
    } catch (...) {
      api.sf_close(sound_);
      throw;
    }
  }
  ~SoundFile() { sound_api().sf_close(sound_); }
  SoundFile(const SoundFile&) = delete;
  SoundFile& operator=(const SoundFile&) = delete;

  SoundHeader header() const { return {info_.frames, info_.channels, info_.samplerate}; }
  sf_count_t read(std::span<float> samples) {
    return sound_api().sf_readf_float(sound_, samples.data(), info_.frames);
  }

 private:
  void check(const SoundLimits& limits) const {
    if (info_.channels < 1 || info_.channels > limits.max_channels)
      throw ValueError(fmt::format("{}: has {} channels; at most {} are allowed", file_.path(),
                                   info_.channels, limits.max_channels));
    if (info_.frames < 0 || info_.samplerate < 1)
      throw FormatError(
          fmt::format("{}: states {} samples at {} a second", file_.path(), info_.frames, info_.samplerate));
    if (info_.frames > limits.max_samples / info_.channels)
      throw ValueError(fmt::format("{}: has {} samples in {} channels; at most {} are allowed", file_.path(),
                                   info_.frames, info_.channels, limits.max_samples));
  }
  InputFile file_;
  Position position_;
  SF_INFO info_{};
  SNDFILE* sound_ = nullptr;
};

// What a WAV file states of its samples and its file does not have; libsndfile corrects it silently.
void check_whole(const std::string& path) {
  const InputFile file(path);
  std::byte chunk[12];
  if (file.read_some(0, chunk) < 12) return;
  const auto text = [&](std::size_t at) {
    return std::string_view(reinterpret_cast<const char*>(chunk) + at, 4);
  };
  const auto word = [&](std::size_t at) {
    std::uint64_t value = 0;
    for (std::size_t i = 4; i-- > 0;) value = value << 8 | std::to_integer<std::uint64_t>(chunk[at + i]);
    return value;
  };
  if (text(0) != "RIFF" || text(8) != "WAVE") return;
  for (std::uint64_t at = 12; file.read_some(at, std::span(chunk).first(8)) == 8;) {
    const std::uint64_t size = word(4);
    if (text(0) == "data") {
      if (size != 0xFFFFFFFF && at + 8 + size > file.size())
        throw FormatError(
            fmt::format("{}: the header states {} bytes of samples, the file holds {}: it was cut short",
                        path, size, file.size() - at - 8));
      return;
    }
    at += 8 + size + size % 2;
  }
}

}  // namespace

SoundHeader read_sound_header(const std::string& path, const SoundLimits& limits) {
  return SoundFile(path, limits).header();
}

Sound read_sound(const std::string& path, const SoundLimits& limits) {
  check_whole(path);
  SoundFile file(path, limits);
  const SoundHeader header = file.header();
  Sound sound{header.channels, header.rate, {}};
  try {
    sound.samples.resize(static_cast<std::size_t>(header.frames * header.channels));
  } catch (const std::bad_alloc&) {
    throw MemoryError(fmt::format("{}: no memory for {} samples", path, header.frames * header.channels));
  }
  const sf_count_t got = sound.samples.empty() ? 0 : file.read(sound.samples);
  if (got != header.frames)
    throw FormatError(fmt::format("{}: the header states {} samples, the file holds {}: it was cut short",
                                  path, header.frames, got));
  for (std::size_t k = 0; k < sound.samples.size(); ++k) {
    if (!std::isfinite(sound.samples[k]))
      throw FormatError(
          fmt::format("{}: sample {} is not finite", path, k / static_cast<std::size_t>(header.channels)));
  }
  return sound;
}

Sound mono(const Sound& sound) {
  if (sound.channels == 1) return sound;
  Sound made{1, sound.rate, std::vector<float>(static_cast<std::size_t>(sound.frames()))};
  const auto channels = static_cast<std::size_t>(sound.channels);
  for (std::size_t t = 0; t < made.samples.size(); ++t) {
    float sum = 0;
    for (std::size_t c = 0; c < channels; ++c) sum += sound.samples[t * channels + c];
    made.samples[t] = sum / static_cast<float>(channels);
  }
  return made;
}

Sound resample_linear(const Sound& sound, std::int64_t rate) {
  if (rate < 1) throw ValueError(fmt::format("resample_linear: rate is {}; expected 1 or more", rate));
  if (rate == sound.rate || sound.frames() == 0) return {sound.channels, rate, sound.samples};
  const std::int64_t frames = sound.frames();
  const auto count = static_cast<std::int64_t>(
      std::ceil(static_cast<double>(frames) * static_cast<double>(rate) / static_cast<double>(sound.rate)));
  const auto channels = static_cast<std::size_t>(sound.channels);
  Sound made{sound.channels, rate, std::vector<float>(static_cast<std::size_t>(count) * channels)};
  const double step = static_cast<double>(sound.rate) / static_cast<double>(rate);
  for (std::int64_t t = 0; t < count; ++t) {
    const double at = std::min(static_cast<double>(t) * step, static_cast<double>(frames - 1));
    const auto left = static_cast<std::size_t>(at);
    const std::size_t right = std::min(left + 1, static_cast<std::size_t>(frames - 1));
    const auto part = static_cast<float>(at - static_cast<double>(left));
    for (std::size_t c = 0; c < channels; ++c) {
      const float a = sound.samples[left * channels + c], b = sound.samples[right * channels + c];
      made.samples[static_cast<std::size_t>(t) * channels + c] = a + part * (b - a);
    }
  }
  return made;
}

}  // namespace luge::io
