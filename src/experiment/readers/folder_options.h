// The keys of annotated pictures and of sounds.
#pragma once

#include <string>

#include "experiment/option_keys.h"
#include "luge/data/annotations.h"
#include "luge/options.h"

/// The names of what is done with boxes without area.
template <>
struct luge::options::Names<luge::data::EmptyBox> {
  static constexpr std::pair<luge::data::EmptyBox, const char*> all[] = {
      {luge::data::EmptyBox::drop, "drop"}, {luge::data::EmptyBox::stop, "stop"}};
};

namespace luge::experiment {

struct VocKeys {
  static constexpr const char* table = "data";
  std::int64_t base = 1;
  static void fields(auto& self, auto&& field) {
    using namespace options;
    field("base", self.base, "the number of the leftmost pixel in Pascal VOC files, 1 or 0",
          at_least(0).below(2));
  }
};

struct BoxKeys {
  static constexpr const char* table = "data";
  data::EmptyBox empty_boxes = data::EmptyBox::drop;
  static void fields(auto& self, auto&& field) {
    field("empty_boxes", self.empty_boxes, "what is done with a box without area");
  }
};

struct CocoKeys {
  static constexpr const char* table = "data";
  bool masks = false;
  static void fields(auto& self, auto&& field) {
    using namespace options;
    field("masks", self.masks, "COCO: make the field mask of polygons and run lengths",
          elsewhere({"segmentation", "segmentations", "use_masks"}));
  }
};

struct SoundKeys {
  static constexpr const char* table = "data";
  std::string pattern, test;
  std::int64_t rate = 0, length = 0, join = 0, join_samples = 4000;
  double join_pause = 0.1;
  static void fields(auto& self, auto&& field) {
    using namespace options;
    field(
        "pattern", self.pattern,
        "names of sound files, where {class} is the class, such as {class}_*.wav; none: folders are classes");
    field("test", self.test,
          "names of the sound files of the test part, such as *_[0-4].wav; none: no test part");
    field("rate", self.rate, "samples of a sound in a second, resampled linearly; 0: as the files have it",
          at_least(0));
    field("join", self.join, "most recordings joined into one sound, whose text is their classes; 0: none",
          within(0, 1000));
    field("join_samples", self.join_samples, "joined sounds of an epoch", at_least(1), needs("data.join"));
    field("join_pause", self.join_pause, "longest silence between joined recordings in seconds",
          within(0, 60), needs("data.join"));
    field("length", self.length, "samples of each sound, cut or filled with zeros; 0: as the files have them",
          at_least(0));
  }
};

}  // namespace luge::experiment
