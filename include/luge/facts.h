// Facts: what a registered thing computes, in formulas and words. luge help and luge explain show them.
#pragma once

#include <initializer_list>
#include <string_view>
#include <utility>

namespace luge {

/// What is known about a registered thing. What does not apply is empty. The texts are literals: they are not
/// copied. Options are called by their names, so that `alpha` in a formula is the option alpha.
struct Facts {
  std::string_view formula = {};      ///< what it computes: "a = max(x, 0)"
  std::string_view derivative = {};   ///< its derivative, or the gradient by what the formula takes
  std::string_view from_output = {};  ///< the derivative of an activation from its output a: "a·(1 - a)"
  std::string_view range = {};        ///< the values it can have: "(0, 1)", "[-alpha, ∞)"
  std::string_view parameters = {};   ///< how many numbers a layer learns; "none"
  std::string_view output = {};       ///< the shape of what a layer returns
  std::string_view use = {};          ///< when to use it
};

namespace facts {

/// States facts about things of one kind, such as "layer", next to where they are registered. Returns true.
///
///     const bool told = facts::add("layer", {{"scaled-tanh", {.formula = "a = outer·tanh(inner·x)",
///                                                            .parameters = "none",
///                                                            .output = "the shape of x"}}});
bool add(std::string_view kind, std::initializer_list<std::pair<std::string_view, Facts>> all);
/// States that the things of a kind are described as those of another kind that have their names: an
/// "activation" is a "layer". Returns true.
bool share(std::string_view kind, std::string_view with);
/// Returns the facts about one thing, or null when there are none.
const Facts* find(std::string_view kind, std::string_view name);

}  // namespace facts
}  // namespace luge
