// picture: the size and the channels of pictures, so that raw ones of any size can be given to a network.
#include <fmt/format.h>

#include "data/sources/image_folder/picture.h"
#include "data/steps/step.h"
#include "io/image/resize_names.h"
#include "luge/data/image_folder.h"
#include "luge/error.h"

namespace luge::data {
namespace {

struct PictureStepOptions {
  std::int64_t height = 0, width = 0;
  PictureColor color = PictureColor::rgb;
  io::ResizeFilter filter = io::ResizeFilter::bilinear;
  static void fields(auto& self, auto&& field) {
    field("height", self.height, "height in pixels", options::at_least(1));
    field("width", self.width, "width in pixels", options::at_least(1));
    field("color", self.color, "channels");
    field("filter", self.filter, "how pictures are resized");
  }
};

bool is_picture(const Field& field) {
  const Shape& shape = field.shape;
  return (field.dtype == u8 || field.dtype == f32) && shape.rank() == 3 &&
         (shape[0] == unknown || (shape[0] >= 1 && shape[0] <= 4));
}

class PictureStep final : public StepWith<PictureStep, PictureStepOptions> {
 public:
  static constexpr const char* kName = "picture";
  explicit PictureStep(PictureStepOptions options) : StepWith(std::move(options)) {
    options::check("recipe: the step picture", options_);
    if (options_.color == PictureColor::automatic)
      throw ValueError("recipe: the step picture has the color auto; expected gray, rgb or rgba");
  }
  PictureOptions wanted() const { return {options_.height, options_.width, options_.color, options_.filter}; }
  Dataset apply(const Dataset& data) const override {
    const Field& input = data.info().input();
    if (input.shape == shape()) return data;
    check(input, data.info().name);
    return derive(
        data,
        {.who = kName,
         .mark = options(),
         .from = std::string(kInput),
         .to = std::string(kInput),
         .made = {input.dtype, shape()},
         .function = [this_ = *this](const HostArray& value,
                                     const Where& where) { return this_.made(value, where()); },
         // Resized bytes that were scaled are scaled resized bytes.
         .describe = [scaling = data.info().preprocessing](Info& info) { info.preprocessing = scaling; }});
  }
  void apply(Record& raw) const override {
    const HostArray* value = raw.find(kInput);
    if (value && value->field.shape != shape()) raw.set(kInput, made(*value, "the picture"));
  }

 private:
  Shape shape() const { return {channels_of(options_.color), options_.height, options_.width}; }
  void check(const Field& field, const std::string& where) const {
    if (is_picture(field)) return;
    throw ShapeError(fmt::format(
        "{}: is {}; the network takes pictures: u8 or f32 [channels,height,width] with 1 to 4 channels",
        where, field.to_string()));
  }
  HostArray made(const HostArray& value, const std::string& where) const {
    check(value.field, where);
    return value.field.dtype == u8 ? made_as<std::uint8_t>(value) : made_as<float>(value);
  }
  template <class T>
  HostArray made_as(const HostArray& value) const {
    const Shape& is = value.field.shape;
    std::vector<T> resized(static_cast<std::size_t>(is[0] * options_.height * options_.width));
    io::resize_planes(value.as<T>(), {is[0], is[1], is[2]}, std::span<T>(resized),
                      {is[0], options_.height, options_.width}, {.filter = options_.filter});
    HostArray result(Field{value.field.dtype, shape()});
    const std::span<T> to = result.template as<T>();
    const std::size_t area = static_cast<std::size_t>(options_.height * options_.width);
    const bool colored = is[0] >= 3, alpha = is[0] % 2 == 0;
    for (std::size_t c = 0; c < to.size() / area; ++c) {
      for (std::size_t i = 0; i < area; ++i) {
        const T* from = &resized[i];
        if (options_.color == PictureColor::gray && colored) {
          to[i] =
              static_cast<T>(0.299f * static_cast<float>(from[0]) + 0.587f * static_cast<float>(from[area]) +
                             0.114f * static_cast<float>(from[2 * area]) + (sizeof(T) == 1 ? 0.5f : 0.0f));
        } else if (c == 3) {
          to[c * area + i] = alpha ? from[static_cast<std::size_t>(is[0] - 1) * area] : static_cast<T>(255);
        } else {
          to[c * area + i] = from[colored ? c * area : 0];
        }
      }
    }
    return result;
  }
};

const bool added_picture = PictureStep::add();

}  // namespace

StepRef steps::picture(const PictureOptions& options) {
  return std::make_shared<PictureStep>(
      PictureStepOptions{options.height, options.width, options.color, options.filter});
}

std::optional<PictureOptions> picture_options(const Recipe& recipe) {
  for (const StepRef& step : recipe.steps()) {
    if (const auto* found = dynamic_cast<const PictureStep*>(step.get())) return found->wanted();
  }
  return std::nullopt;
}

}  // namespace luge::data
