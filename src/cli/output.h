// What commands print on standard output, and whether it arrived.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

namespace luge::cli {

/// One document on one line.
void print_json(const nlohmann::ordered_json& json);

/// As one word of a shell: in quotes where it has blanks or other signs.
std::string shell_word(std::string_view text);

/// Writes out what is still held back. Throws FileError when any of the output could not be written (a full
/// disk, a closed pipe): a result that did not arrive is no success.
void check_output();

}  // namespace luge::cli
