// spectrogram, log-mel, mfcc: sounds as what a network sees of them.
#include <fmt/format.h>

#include "data/sounds/front_end.h"
#include "data/steps/step.h"
#include "luge/data/named_features.h"
#include "luge/error.h"

namespace luge::options {

template <>
struct Names<data::SoundWindow> {
  static constexpr std::pair<data::SoundWindow, const char*> all[] = {
      {data::SoundWindow::hann, "hann"},
      {data::SoundWindow::hamming, "hamming"},
      {data::SoundWindow::blackman, "blackman"},
      {data::SoundWindow::rectangular, "rectangular"}};
};
template <>
struct Names<data::SoundPadding> {
  static constexpr std::pair<data::SoundPadding, const char*> all[] = {
      {data::SoundPadding::zeros, "zeros"},
      {data::SoundPadding::reflect, "reflect"},
      {data::SoundPadding::edge, "edge"}};
};
template <>
struct Names<data::MelScale> {
  static constexpr std::pair<data::MelScale, const char*> all[] = {{data::MelScale::slaney, "slaney"},
                                                                   {data::MelScale::htk, "htk"}};
};
template <>
struct Names<data::MelNorm> {
  static constexpr std::pair<data::MelNorm, const char*> all[] = {{data::MelNorm::slaney, "slaney"},
                                                                  {data::MelNorm::none, "none"}};
};
template <>
struct Names<data::SoundLog> {
  static constexpr std::pair<data::SoundLog, const char*> all[] = {{data::SoundLog::none, "none"},
                                                                   {data::SoundLog::natural, "natural"},
                                                                   {data::SoundLog::decibel, "decibel"}};
};
template <>
struct Names<data::SoundLayout> {
  static constexpr std::pair<data::SoundLayout, const char*> all[] = {{data::SoundLayout::picture, "picture"},
                                                                      {data::SoundLayout::frames, "frames"}};
};

}  // namespace luge::options

namespace luge::data {
namespace {

using options::at_least;

struct SpectrogramFields : SpectrogramOptions {
  static constexpr const char* kName = "spectrogram";
  static constexpr const char* kDescription = "powers of the frequencies of a sound in each frame";
  static void fields(auto& self, auto&& field) {
    field("rate", self.rate, "samples in a second; 0: as the training data has them", at_least(0));
    field("window", self.window, "samples of the window of a frame; 0: 25 ms", at_least(0),
          options::elsewhere({"win_length", "frame_length"}));
    field("hop", self.hop, "samples from one frame to the next; 0: 10 ms", at_least(0),
          options::elsewhere({"hop_length", "frame_step"}));
    field("fft", self.fft, "length of the Fourier transform; 0: the power of 2 from the window on",
          at_least(0), options::elsewhere({"n_fft", "fft_length"}));
    field("kind", self.kind, "the window");
    field("centered", self.centered, "whether frames are centered at multiples of the hop",
          options::elsewhere({"center"}));
    field("padding", self.padding, "what lies outside the sound, with centered frames",
          options::elsewhere({"pad_mode"}));
    field("power", self.power, "exponent of magnitudes", options::above(0));
    field("log", self.log, "the logarithm that is taken");
    field("floor", self.floor, "the smallest number whose logarithm is taken", options::above(0),
          options::elsewhere({"amin"}));
    field("range", self.range, "decibels below the largest that are kept; 0: all", at_least(0),
          options::elsewhere({"top_db"}));
    field("layout", self.layout, "picture: [channels,bins,frames]; frames: [frames,bins]");
    field("normalize", self.normalize, "mean 0 and deviation 1 of each bin over the frames of a sound");
  }
};

template <class Options>
struct OfMel : Options {
  static void mel_fields(auto& self, auto&& field) {
    SpectrogramFields::fields(self, field);
    field("bins", self.bins, "mel filters", at_least(1), options::elsewhere({"n_mels"}));
    field("low", self.low, "lowest frequency in Hz", at_least(0), options::elsewhere({"fmin", "f_min"}));
    field("high", self.high, "highest frequency in Hz; 0: half of the rate", at_least(0),
          options::elsewhere({"fmax", "f_max"}));
    field("scale", self.scale, "the mel scale", options::elsewhere({"mel_scale"}));
    field("norm", self.norm, "slaney: filters with an area of 1; none: with a height of 1");
  }
};

struct MelFields : OfMel<MelOptions> {
  static constexpr const char* kName = "log-mel";
  static constexpr const char* kDescription = "logarithms of the powers of a sound in mel filters";
  static void fields(auto& self, auto&& field) { mel_fields(self, field); }
};

struct MfccFields : OfMel<MfccOptions> {
  static constexpr const char* kName = "mfcc";
  static constexpr const char* kDescription = "mel-frequency cepstral coefficients of a sound";
  static void fields(auto& self, auto&& field) {
    mel_fields(self, field);
    field("coefficients", self.coefficients, "how many are kept", at_least(1),
          options::elsewhere({"n_mfcc"}));
    field("lifter", self.lifter, "raises the later coefficients; 0: not", at_least(0));
    field("orthonormal", self.orthonormal, "whether the cosine transform keeps lengths");
  }
};

struct KnowsRate {
  virtual ~KnowsRate() = default;
  virtual std::int64_t rate() const = 0;
};

template <class Options>
class SoundFeatures final : public StepWith<SoundFeatures<Options>, Options>, public KnowsRate {
 public:
  static constexpr const char* kName = Options::kName;
  explicit SoundFeatures(Options options) : StepWith<SoundFeatures, Options>(std::move(options)) {
    options::check(kName, this->options_);
    if (rate() > 0) front_end_ = std::make_shared<const FrontEnd>(this->options_);
  }

  std::int64_t rate() const override { return this->options_.rate; }
  StepRef fit(const Dataset& training) const override {
    Options fitted = this->options_;
    const Info& info = training.info();
    if (fitted.rate == 0) {
      if (!info.fields.find(kRate) || training.size() == 0)
        throw ValueError(fmt::format("{}: {} does not say how many samples are in a second; {}(rate=8000)",
                                     kName, info.name, kName));
      fitted.rate = training.fields({kRate}).record(0)[kRate].template as<std::int64_t>()[0];
    }
    auto made = std::make_shared<SoundFeatures>(std::move(fitted));
    if (info.fields.find(kInput)) made->check(info.input(), info.name);
    return made;
  }
  Dataset apply(const Dataset& data) const override {
    return derive(data, derivation(data.info().input(), data.info().name));
  }
  void apply(Record& raw) const override {
    if (const HostArray* sound = raw.find(kInput)) derive(raw, derivation(sound->field, "the record"));
  }

 private:
  static constexpr const char* kRate = "rate";
  Field check(const Field& sound, const std::string& where) const {
    try {
      return front_end_->made(sound);
    } catch (const ShapeError& error) {
      throw ShapeError(fmt::format("{}: {}: {}", kName, where, error.what()));
    }
  }
  Derivation derivation(const Field& sound, const std::string& where) const {
    if (!front_end_)
      throw StateError(
          fmt::format("recipe: the rate of {} is not known; call Recipe::fit with the training data", kName));
    return {.who = kName,
            .mark = this->options(),
            .from = std::string(kInput),
            .to = std::string(kInput),
            .made = check(sound, where),
            .function = [front_end = front_end_](const HostArray& value, const Where& at) {
              return (*front_end)(value, at());
            }};
  }
  std::shared_ptr<const FrontEnd> front_end_;
};

template <class Fields, class Options>
StepRef step_of(const Options& options) {
  Fields own;
  static_cast<Options&>(own) = options;
  return std::make_shared<SoundFeatures<Fields>>(std::move(own));
}

template <class Fields>
bool add_sound_features() {
  return SoundFeatures<Fields>::add() &&
         add_feature(Fields::kName, Fields::kDescription, [](const Fields& options) -> StepRef {
           return std::make_shared<SoundFeatures<Fields>>(options);
         });
}

const bool added_sound_features = add_sound_features<SpectrogramFields>() &&
                                  add_sound_features<MelFields>() && add_sound_features<MfccFields>();

}  // namespace

StepRef steps::spectrogram(const SpectrogramOptions& options) { return step_of<SpectrogramFields>(options); }
StepRef steps::log_mel(const MelOptions& options) { return step_of<MelFields>(options); }
StepRef steps::mfcc(const MfccOptions& options) { return step_of<MfccFields>(options); }

std::int64_t sound_rate(const Recipe& recipe) {
  for (const StepRef& step : recipe.steps()) {
    if (const auto* known = dynamic_cast<const KnowsRate*>(step.get())) return known->rate();
  }
  return 0;
}

}  // namespace luge::data
