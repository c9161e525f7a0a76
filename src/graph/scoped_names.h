// Which nodes were made inside name scopes.
#pragma once

#include <cstdint>
#include <string>

namespace luge {

/// The path of the scopes that are open on this thread; null without any.
inline constinit thread_local const std::string* open_scope = nullptr;

/// Notes that the node with this number is made inside the open scope.
void note_scope(std::uint64_t sequence);
/// The path of the scopes in which a node was made; empty without any. The oldest of very many are forgotten.
std::string scope_of(std::uint64_t sequence);

}  // namespace luge
