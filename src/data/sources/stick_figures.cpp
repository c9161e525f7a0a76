// stick_figures: pictures of a figure in a random pose, and where its points are.
#include "luge/data/stick_figures.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "core/philox.h"
#include "data/fingerprint.h"
#include "luge/data/picture_fields.h"
#include "luge/error.h"

namespace luge::data {
namespace {

constexpr std::uint64_t kStream = std::uint64_t{1} << 59, kGrain = std::uint64_t{1} << 60;

enum Joint : std::size_t {
  head,
  neck,
  hip,
  left_elbow,
  left_hand,
  right_elbow,
  right_hand,
  left_knee,
  left_foot,
  right_knee,
  right_foot,
  joints
};
constexpr std::array<const char*, joints> kNames = {"head",      "neck",        "hip",        "left elbow",
                                                    "left hand", "right elbow", "right hand", "left knee",
                                                    "left foot", "right knee",  "right foot"};

struct Bone {
  Joint from, to;
};
constexpr std::array<Bone, 9> kBones = {{{neck, hip},
                                         {neck, left_elbow},
                                         {left_elbow, left_hand},
                                         {neck, right_elbow},
                                         {right_elbow, right_hand},
                                         {hip, left_knee},
                                         {left_knee, left_foot},
                                         {hip, right_knee},
                                         {right_knee, right_foot}}};

struct At {
  double x = 0, y = 0;
};

class Figure {
 public:
  Figure(const StickFigureOptions& options, std::uint64_t index)
      : seed_(options.seed), index_(index), side_(static_cast<double>(options.size)) {
    pose();
    fit_into_picture();
    if (next() < options.hidden) hide();
    for (std::size_t c = 0; c < 3; ++c)
      paper_[c] = 255 * next(), slope_[c] = 80 * (next() - 0.5), block_color_[c] = 255 * next();
    double distance = 0;
    while (distance < 150) {  // so that the figure can be seen
      distance = 0;
      for (std::size_t c = 0; c < 3; ++c) ink_[c] = 255 * next(), distance += std::abs(ink_[c] - paper_[c]);
    }
    thickness_ = reach_ * (0.07 + 0.05 * next());
  }

  void points(std::span<float> to) const {
    for (std::size_t k = 0; k < joints; ++k) {
      const bool seen = !hidden(at_[k]);
      to[3 * k] = seen ? static_cast<float>(at_[k].x) : 0.0f;
      to[3 * k + 1] = seen ? static_cast<float>(at_[k].y) : 0.0f;
      to[3 * k + 2] = seen ? 1.0f : 0.0f;
    }
  }

  void draw(std::span<std::uint8_t> planes) const {
    const auto size = static_cast<std::size_t>(side_), area = size * size;
    for (std::size_t i = 0; i < area; ++i) {
      const At pixel{static_cast<double>(i % size) + 0.5, static_cast<double>(i / size) + 0.5};
      const double share = std::clamp(0.5 - outside(pixel), 0.0, 1.0);
      const bool covered = hidden(pixel);
      const double noise = 20 * (philox_f32(seed_, kGrain + index_, i) - 0.5);
      for (std::size_t c = 0; c < 3; ++c) {
        const double ground = paper_[c] + slope_[c] * (pixel.x + pixel.y) / side_;
        const double value = covered ? block_color_[c] : share * ink_[c] + (1 - share) * ground;
        planes[c * area + i] = static_cast<std::uint8_t>(std::clamp(value + noise + 0.5, 0.0, 255.0));
      }
    }
  }

 private:
  double next() { return philox_f64(seed_, kStream + index_, drawn_++); }
  double within(double low, double high) { return low + (high - low) * next(); }

  // In lengths of the trunk, y downward. The viewer sees the left side on the right.
  void pose() {
    const auto limb = [&](Joint from, Joint middle, Joint end, double angle, double bend, double length) {
      const auto step = [&](const At& start, double turn) {
        return At{start.x + length * std::sin(turn), start.y + length * std::cos(turn)};
      };
      at_[middle] = step(at_[from], angle);
      at_[end] = step(at_[middle], angle + bend);
    };
    at_[neck] = {0, -0.5}, at_[hip] = {0, 0.5};
    at_[head] = {within(-0.08, 0.08), -0.95};
    const double arm = within(0.42, 0.55), leg = within(0.5, 0.65);
    // Angles from straight down; arms and legs stay on their own side.
    limb(neck, left_elbow, left_hand, within(0.35, 2.3), within(-0.2, 0.8), arm);
    limb(neck, right_elbow, right_hand, -within(0.35, 2.3), -within(-0.2, 0.8), arm);
    limb(hip, left_knee, left_foot, within(0.15, 0.9), within(-0.15, 0.3), leg);
    limb(hip, right_knee, right_foot, -within(0.15, 0.9), -within(-0.15, 0.3), leg);
  }

  void fit_into_picture() {
    const double turn = within(-1, 1) * std::numbers::pi / 6, cosine = std::cos(turn), sine = std::sin(turn);
    At low{1e9, 1e9}, high{-1e9, -1e9};
    for (At& each : at_) {
      each = {cosine * each.x - sine * each.y, sine * each.x + cosine * each.y};
      low = {std::min(low.x, each.x), std::min(low.y, each.y)};
      high = {std::max(high.x, each.x), std::max(high.y, each.y)};
    }
    constexpr double kEdge = 0.35;  // around the joints, in trunks: the head is round
    const double extent = std::max(high.x - low.x, high.y - low.y) + 2 * kEdge;
    reach_ = side_ * within(0.6, 1) / extent;
    const double free_x = side_ - reach_ * (high.x - low.x + 2 * kEdge),
                 free_y = side_ - reach_ * (high.y - low.y + 2 * kEdge);
    const At to{free_x * next() + reach_ * (kEdge - low.x), free_y * next() + reach_ * (kEdge - low.y)};
    for (At& each : at_) each = {to.x + reach_ * each.x, to.y + reach_ * each.y};
  }

  void hide() {
    const double width = side_ * within(0.15, 0.35), height = side_ * within(0.15, 0.35);
    block_ = {next() * (side_ - width), next() * (side_ - height)};
    block_end_ = {block_.x + width, block_.y + height};
  }
  bool hidden(const At& at) const {
    return at.x >= block_.x && at.x < block_end_.x && at.y >= block_.y && at.y < block_end_.y;
  }

  // The distance from the figure; negative inside.
  double outside(const At& p) const {
    double nearest = 1e18;  // squared, to a bone
    for (const Bone& bone : kBones) {
      const At &a = at_[bone.from], &b = at_[bone.to];
      const double dx = b.x - a.x, dy = b.y - a.y, px = p.x - a.x, py = p.y - a.y;
      const double t = std::clamp((px * dx + py * dy) / (dx * dx + dy * dy), 0.0, 1.0);
      const double x = px - t * dx, y = py - t * dy;
      nearest = std::min(nearest, x * x + y * y);
    }
    const double x = p.x - at_[head].x, y = p.y - at_[head].y;
    return std::min(std::sqrt(nearest) - thickness_, std::sqrt(x * x + y * y) - 0.28 * reach_);
  }

  std::uint64_t seed_, index_, drawn_ = 0;
  double side_, reach_ = 1, thickness_ = 1;  // pixels; reach_: of a trunk
  std::array<At, joints> at_;
  At block_, block_end_;
  std::array<double, 3> paper_{}, slope_{}, ink_{}, block_color_{};
};

class StickFigureSource final : public Source {
 public:
  explicit StickFigureSource(const StickFigureOptions& options) : o_(options) {
    info_.name = "stick-figures";
    info_.classes.assign(kNames.begin(), kNames.end());
    info_.fields = {{std::string(kImage), {u8, {3, o_.size, o_.size}}},
                    {std::string(kPoints), {f32, {static_cast<std::int64_t>(joints), 3}}}};
  }
  std::int64_t size() const override { return o_.samples; }
  const Info& info() const override { return info_; }
  std::string where(std::int64_t index) const override {
    return fmt::format("stick-figures, picture {}", index);
  }
  void read(std::int64_t index, Row& row) const override {
    const Figure figure(o_, static_cast<std::uint64_t>(index));
    if (row.wants(0)) figure.draw(row.write_as<std::uint8_t>(0));
    if (row.wants(1)) figure.points(row.write_as<float>(1));
  }
  std::uint64_t fingerprint() const override {
    return Fingerprint()
        .add(static_cast<std::uint64_t>(o_.samples))
        .add(static_cast<std::uint64_t>(o_.size))
        .add(o_.seed)
        .add(std::span<const double>(&o_.hidden, 1))
        .value();
  }

 private:
  StickFigureOptions o_;
  Info info_;
};

}  // namespace

Dataset stick_figures(const StickFigureOptions& options) {
  if (options.samples < 1)
    throw ValueError(fmt::format("stick_figures: samples is {}; expected 1 or more", options.samples));
  if (options.size < 16 || options.size > 1024)
    throw ValueError(fmt::format("stick_figures: size is {}; expected 16 to 1024", options.size));
  if (!(options.hidden >= 0 && options.hidden <= 1))
    throw ValueError(fmt::format("stick_figures: hidden is {}; expected 0 to 1", options.hidden));
  return Dataset(std::make_shared<StickFigureSource>(options));
}

}  // namespace luge::data
