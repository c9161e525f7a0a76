#include "cli/output.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <system_error>

#include "core/utf8.h"
#include "io/text/json_text.h"
#include "luge/error.h"

namespace luge::cli {

void tell_aside(std::string_view text) { std::fwrite(text.data(), 1, text.size(), stderr); }

void print_json(const nlohmann::ordered_json& json) { fmt::print("{}\n", io::json_text(json)); }

std::string shell_word(std::string_view text) {
  const bool plain = std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("_-./:,+@%=").find(c) != std::string_view::npos;
  });
  if (plain && !text.empty()) return std::string(text);
  std::string word = "'";
  for (const char c : text) word += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return word + "'";
}

std::string one_line(std::string_view text) {
  constexpr unsigned kFirstPrinted = 0x20, kDelete = 0x7f;
  std::string line;
  for (const char c : valid_utf8(text)) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '\n') {
      line += "\\n";
    } else if (c == '\t') {
      line += "\\t";
    } else if (byte < kFirstPrinted || byte == kDelete) {
      line += fmt::format("\\x{:02x}", byte);
    } else {
      line += c;
    }
  }
  return line;
}

void check_output() {
  errno = 0;
  const bool flushed = std::fflush(stdout) == 0;
  if (flushed && !std::ferror(stdout)) return;
  const int reason = errno != 0 ? errno : EIO;
  throw FileError(fmt::format("standard output: cannot write: {}",
                              std::error_code(reason, std::generic_category()).message()));
}

}  // namespace luge::cli
