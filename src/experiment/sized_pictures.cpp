#include "experiment/sized_pictures.h"

#include <fmt/format.h>

#include <utility>

#include "experiment/augmented.h"
#include "experiment/key_names.h"
#include "experiment/key_needs.h"
#include "experiment/picture_keys.h"
#include "experiment/pictures.h"
#include "luge/data/augment.h"
#include "luge/data/picture_fields.h"
#include "luge/data/views.h"

namespace luge::experiment {
namespace {

constexpr const char *kSize = "data.size", *kColor = "data.color_mode", *kFilter = "data.resize_filter";

// What the configuration asks for; the height is 0 where it asks for no size.
data::PictureOptions asked(const Config& config) {
  const auto keys = read<PictureKeys>(config);
  return {keys.size.height, keys.size.width, keys.color_mode, keys.resize_filter};
}

// The key that asks for something, as it was given.
std::string said(const Config& config, const data::PictureOptions& wanted) {
  return config.said(wanted.height > 0 ? kSize : kColor);
}

// A target of the extents of the picture has a class for each pixel.
bool has_annotations(const data::Info& info) {
  if (info.fields.find(data::kImage) || info.fields.find(data::kPoints)) return true;
  if (!info.fields.find(data::kInput) || !info.target()) return false;
  const Shape &picture = info.input().shape, &target = info.target()->shape;
  const int rank = target.rank();
  return picture.rank() == 3 && rank >= 2 && target[rank - 2] == picture[1] && target[rank - 1] == picture[2];
}

// Pictures with annotations keep their proportions, so that boxes keep theirs.
DataSet letterboxed(const Config& config, DataSet data, const data::PictureOptions& wanted) {
  options::Values values = {{"size", std::vector<std::int64_t>{wanted.height, wanted.width}}};
  for (const auto& [filter, name] : options::Names<io::ResizeFilter>::all)
    if (filter == wanted.filter) values.emplace_back("filter", std::string(name));
  const data::Augmentation letterbox = data::augmentation("letterbox", values);
  const data::Schema after = letterbox.fields(data.train.info().fields);
  const data::Recipe recipe =
      data::Recipe({data::steps::pictures({options::text("letterbox", values)}, after)}).fit(data.train);
  const std::uint64_t kept = read<PictureFileKeys>(config).keep_decoded.count;
  const auto sized = [&](const data::Dataset& part) {
    return data::cache(recipe.evaluation(part), {.max_bytes = kept});
  };
  data.recipe = data.recipe.then(recipe);
  data.train = sized(data.train);
  if (data.test) data.test = sized(*data.test);
  if (data.valid) data.valid = sized(*data.valid);
  return data;
}

[[noreturn]] void refuse(const Config& config, const data::PictureOptions& wanted, const data::Info& info) {
  if (has_annotations(info))
    throw SettingError(fmt::format(
        "{}: {} has pictures with annotations ({}), which are read with the channels that their reader gives",
        config.said(kColor), info.name, info.fields.to_string()));
  throw SettingError(fmt::format("{}: is about pictures, and samples of {} are {}", said(config, wanted),
                                 info.name, info.fields.to_string()));
}

// Both extents and the channels, those that are not asked for as the pictures have them.
data::PictureOptions completed(data::PictureOptions wanted, const data::Info& info) {
  const Shape& shape = info.input().shape;
  if (wanted.height == 0) wanted.height = shape[1], wanted.width = shape[2];
  if (wanted.color == data::PictureColor::automatic)
    wanted.color = shape[0] == 1   ? data::PictureColor::gray
                   : shape[0] == 4 ? data::PictureColor::rgba
                                   : data::PictureColor::rgb;
  return wanted;
}

}  // namespace

DataSet with_picture_size(const Config& config, DataSet data, const TableLayout& layout) {
  if (data::picture_options(data.recipe)) return data;
  data::PictureOptions wanted = layout.pictures ? *layout.pictures : asked(config);
  const data::Info& info = data.train.info();
  const auto input = info.fields.find(data::kInput);
  if (wanted.height == 0 && wanted.color == data::PictureColor::automatic) {
    // What is cropped at a prediction must have the size of the pictures that were cropped in the training.
    const bool cropped = input && is_picture(info.fields[*input].shape) && info.fields[*input].fixed() &&
                         !has_annotations(info) && !picture_sizes(config, data.train).empty();
    if (!cropped) {
      const Key* filter = find_key(config.keys(), kFilter);
      if (filter && !layout.pictures && is_asked(config, *filter))
        config.refuse(kFilter, "size= with it; without that it does nothing");
      return data;
    }
    wanted.height = info.input().shape[1], wanted.width = info.input().shape[2];
  }
  if (has_annotations(info) && wanted.height > 0 && wanted.color == data::PictureColor::automatic)
    return letterboxed(config, std::move(data), wanted);
  if (!input || info.fields[*input].text || !is_picture(info.fields[*input].shape) || has_annotations(info))
    refuse(config, wanted, info);
  if (wanted.height == 0 && !info.input().fixed()) return data;  // a folder whose reader did it
  wanted = completed(wanted, info);
  const data::StepRef step = data::steps::picture(wanted);
  data.recipe = data.recipe.then(data::Recipe({step}));
  data.train = step->apply(data.train);
  if (data.test) data.test = step->apply(*data.test);
  if (data.valid) data.valid = step->apply(*data.valid);
  return data;
}

}  // namespace luge::experiment
