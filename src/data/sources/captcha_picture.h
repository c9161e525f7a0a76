// Draws one made-up picture of letters.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "luge/data/captcha.h"

namespace luge::data {

/// The numbers of the characters of picture `index`.
std::vector<std::size_t> captcha_characters(const CaptchaOptions& options, std::uint64_t index);
/// Writes the picture, planes of channels, row by row.
void draw_captcha(const CaptchaOptions& options, std::uint64_t index, std::span<std::uint8_t> planes);

}  // namespace luge::data
