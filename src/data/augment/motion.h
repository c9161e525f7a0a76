// What the augmentations share that move pixels by a map of positions.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "data/augment/draws.h"
#include "data/augment/moving.h"
#include "luge/data/augment.h"

namespace luge::data {

/// A random movement of pixels that keeps the extent.
struct Motion {
  MovingOptions options;
  /// Where positions go in a picture of this extent; nothing: they stay.
  std::function<std::optional<Matrix>(const Extent& extent, std::uint64_t key)> draw;
};

/// The record after the movement.
Record moved(std::string_view augmentation, const Motion& motion, Record record, std::uint64_t key);

/// The center of a picture.
inline Position center_of(const Extent& extent) {
  return {static_cast<double>(extent.width) / 2, static_cast<double>(extent.height) / 2};
}

/// Registers an augmentation of options O that moves pixels with the probability O::p: `draw` gets the
/// options, the extent and Draws, and returns the matrix.
template <class O, class Draw>
bool add_motion(const std::string& name, const std::string& description, Draw draw) {
  return add_augmentation(name, description, [name, draw](const O& options) {
    const auto drawn = [options, draw](const Extent& extent, std::uint64_t key) -> std::optional<Matrix> {
      Draws draws(key);
      if (!draws.happens(options.p)) return {};
      return draw(options, extent, draws);
    };
    return Augmentation(name, std::make_shared<const Motion>(Motion{options.moving, drawn}));
  });
}

/// A number between both, all alike.
inline double between(Draws& draws, double low, double high) { return low + (high - low) * draws.uniform(); }
/// A number from -most to most.
inline double either_way(Draws& draws, double most) { return between(draws, -most, most); }

}  // namespace luge::data
