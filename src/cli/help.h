// luge help: the pages about the program, about a command, about what is registered, and about a key.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "cli/command.h"

namespace luge::cli {

/// The page of `luge help`.
std::string help_text();
/// The page of `luge COMMAND help`.
std::string help_text(const Command& command);
/// Both as JSON documents: all commands, or one with its keys.
nlohmann::ordered_json help_json();
nlohmann::ordered_json help_json(const Command& command);
/// The page about one word: a command, KIND=NAME such as optimizer=adam, a KIND such as losses, or a key of a
/// training such as lr. Throws Misuse that names the nearest of them.
std::string help_about(const std::string& word);

}  // namespace luge::cli
