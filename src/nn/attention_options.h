// What layers with heads have in common: options, and calls that take more than one padded input.
#pragma once

#include <fmt/format.h>

#include <optional>

#include "luge/options.h"
#include "nn/module_state.h"

namespace luge::nn {

void head_fields(auto& self, auto&& field) {
  using options::at_least, options::elsewhere, options::required;
  field("width", self.width, "numbers at each position", at_least(1), required,
        elsewhere({"embed_dim", "d_model", "units", "outputs"}));
  field("heads", self.heads, "number of heads; width is divisible by it", at_least(1), required,
        elsewhere({"num_heads", "nhead"}));
}

/// The width, checked before members are made of it.
template <class Text>
std::int64_t checked_width(std::string_view layer, const Text& text) {
  options::check(layer, text);
  if (text.width % text.heads == 0) return text.width;
  throw options::OptionError(
      layer, options::OptionError(
                 "width", fmt::format("width {} is not divisible by {} heads", text.width, text.heads)));
}

/// Calls a member that is not forward inside a running call, so that errors begin with the path of the module
/// and the module counts as called.
template <class Function>
auto in_frame(const Module& module, const Function& function) {
  std::optional<CallFrame> frame;
  if (current_call()) frame.emplace(module), frame->enters_padding();
  try {
    return function();
  } catch (const Error&) {
    if (frame) rethrow_with_path(*frame);
    throw;
  }
}

}  // namespace luge::nn
