// sound_strings: recordings of words, joined when a record is read.
#include "luge/data/sound_strings.h"

#include <fmt/format.h>

#include <algorithm>

#include "data/augment/draws.h"
#include "data/fingerprint.h"
#include "data/permutation.h"
#include "luge/data/sound.h"
#include "luge/error.h"

namespace luge::data {
namespace {

class SoundStrings final : public Source {
 public:
  using Lengths = std::shared_ptr<const std::vector<std::int64_t>>;
  SoundStrings(Dataset recordings, Lengths lengths, const SoundStringOptions& options, std::int64_t epoch)
      : recordings_(std::move(recordings)),
        words_(recordings_.fields({std::string(kTarget), "rate"})),
        lengths_(std::move(lengths)),
        o_(options),
        epoch_(epoch) {
    const Info& below = recordings_.info();
    channels_ = below.input().shape[0];
    info_.name = below.name;
    info_.fields = {{std::string(kInput), {f32, {channels_, o_.length > 0 ? o_.length : unknown}}},
                    {"text", Field::utf8()},
                    {"rate", {i64, {}}}};
  }
  std::int64_t size() const override { return o_.samples; }
  const Info& info() const override { return info_; }
  std::string where(std::int64_t index) const override {
    std::string files;
    for (const Part& part : parts(index))
      files += (files.empty() ? "" : " + ") + recordings_.where(part.index);
    return files;
  }
  void read(std::int64_t index, Row& row) const override {
    std::string text;
    std::vector<std::vector<float>> channels(static_cast<std::size_t>(channels_));
    HostArray rate;
    for (const Part& part : parts(index)) {
      const Record record = (row.wants(0) ? recordings_ : words_).record(part.index);
      const auto label = static_cast<std::size_t>(record[kTarget].as<std::int64_t>()[0]);
      text += recordings_.info().classes.at(label);
      rate = record["rate"];
      if (!row.wants(0)) continue;
      const HostArray& sound = record[kInput];
      const auto length = static_cast<std::size_t>(sound.field.shape[1]);
      for (std::size_t c = 0; c < channels.size(); ++c) {
        channels[c].resize(channels[c].size() + static_cast<std::size_t>(part.pause));
        const auto samples = sound.as<float>().subspan(c * length, length);
        channels[c].insert(channels[c].end(), samples.begin(), samples.end());
      }
    }
    if (row.wants(0)) write_sound(index, channels, row);
    if (row.wants(1)) row.write(1, HostArray::of_text(text));
    if (row.wants(2)) row.write(2, rate);
  }
  std::shared_ptr<const Source> at_epoch(std::int64_t epoch) const override {
    return o_.fresh ? std::make_shared<SoundStrings>(recordings_, lengths_, o_, epoch) : nullptr;
  }
  std::uint64_t fingerprint() const override {
    Fingerprint hash;
    hash.add(recordings_.source()->fingerprint());
    for (const std::int64_t each :
         {o_.samples, o_.shortest, o_.longest, o_.pause, o_.length, std::int64_t{o_.fresh}})
      hash.add(static_cast<std::uint64_t>(each));
    return hash.add(o_.seed).value();
  }

 private:
  struct Part {
    std::int64_t index, pause;  // a recording, and the silence before it
  };
  // Those that fit.
  std::vector<Part> parts(std::int64_t index) const {
    Draws draws(sample_key(o_.seed, epoch_, index));
    const std::int64_t count = draws.whole(o_.shortest, o_.longest);
    std::vector<Part> made;
    for (std::int64_t k = 0, total = 0; k < count; ++k) {
      const std::int64_t next = draws.whole(0, recordings_.size() - 1);
      const std::int64_t pause = k == 0 ? 0 : draws.whole(0, o_.pause);
      total += pause + (*lengths_)[static_cast<std::size_t>(next)];
      if (o_.length > 0 && total > o_.length && k > 0) break;
      made.push_back({next, pause});
    }
    return made;
  }
  void write_sound(std::int64_t index, const std::vector<std::vector<float>>& channels, Row& row) const {
    const auto given = static_cast<std::int64_t>(channels.front().size());
    const std::int64_t length = o_.length > 0 ? o_.length : given;
    if (given > length)
      throw ValueError(fmt::format("{}: have {} samples together; expected {} or fewer (data.length)",
                                   where(index), given, length));
    const std::span<float> to = row.write_as<float>(0, {channels_, length});
    std::fill(to.begin(), to.end(), 0.0f);
    for (std::size_t c = 0; c < channels.size(); ++c)
      std::ranges::copy(channels[c], to.begin() + static_cast<std::ptrdiff_t>(c) * length);
  }
  Dataset recordings_, words_;  // words_ are their classes without the sounds
  Lengths lengths_;             // samples of each recording
  SoundStringOptions o_;
  std::int64_t epoch_, channels_ = 1;
  Info info_;
};

}  // namespace

Dataset sound_strings(const Dataset& recordings, const SoundStringOptions& o) {
  const Info& info = recordings.info();
  const auto input = info.fields.find(kInput);
  if (recordings.size() == 0 || !input || info.input().dtype != f32 || info.input().shape.rank() != 2 ||
      info.classes.empty() || !info.target() || !info.fields.find("rate"))
    throw ValueError(fmt::format(
        "sound_strings: {} has {} records {}; expected sounds with classes, as sound_folder gives them",
        info.name, recordings.size(), info.fields.to_string()));
  if (o.samples < 1 || o.shortest < 1 || o.longest < o.shortest || o.longest > 1000 || o.pause < 0 ||
      o.length < 0)
    throw ValueError(
        fmt::format("sound_strings: samples is {}, shortest {}, longest {}, pause {} and length {}; "
                    "expected 1 ≤ shortest ≤ longest ≤ 1000, samples from 1, the others from 0",
                    o.samples, o.shortest, o.longest, o.pause, o.length));
  std::vector<std::int64_t> lengths;
  for (std::int64_t i = 0; i < recordings.size(); ++i)
    lengths.push_back(recordings.source()->shape_of(i, *input)[1]);
  return Dataset(std::make_shared<SoundStrings>(
      recordings, std::make_shared<const std::vector<std::int64_t>>(std::move(lengths)), o, 0));
}

}  // namespace luge::data
