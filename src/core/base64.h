// Bytes as text of 64 letters. Source: RFC 4648.
#pragma once

#include <string>
#include <string_view>

namespace luge {

inline constexpr std::string_view kBase64Letters =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

std::string base64_text(std::string_view bytes);

}  // namespace luge
