// Layers by name, with their options: what a network that is written as text is made of.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "luge/nn/module.h"
#include "luge/options.h"

namespace luge::nn {

/// The networks inside a layer by name, such as {{"body", …}, {"shortcut", …}} of a residual connection.
using Parts = std::vector<std::pair<std::string, Model>>;
/// Makes a layer from its options and its parts; a layer without parts takes only options.
using LayerMaker = options::Maker<Model, const Parts&>;

/// Registers a layer under a name that `layer`, network files and `luge list layers` take, with one line that
/// says what it is. `parts` are the names of the networks inside it, if there are any: the first must be
/// given, and the maker gets them in this order. Returns false when the name is taken. A layer that overrides
/// Module::text can be written into network files, too.
///
///     const bool added = nn::add_layer("scaled-tanh", "a·tanh(b·x)",
///                                      [](const ScaledTanhOptions& o) { return ScaledTanh(o); });
bool add_layer(const std::string& name, const std::string& description, LayerMaker make,
               std::vector<std::string> parts = {});
/// Returns a layer by its name: layer("conv2d", {{"filters", 32}, {"padding", "same"}}). The text may hold
/// options: "conv2d(filters=32,padding=same)". Throws ValueError for a name or a part that does not exist,
/// and OptionError for options that are not right.
Model layer(const std::string& name, const options::Values& values = {}, const Parts& parts = {});
/// Returns the names that `layer` takes.
std::vector<std::string> layer_names();
/// Returns the options of a layer. Throws ValueError for a name that does not exist.
std::vector<options::Info> layer_options(const std::string& name);
/// Returns the names of the networks inside a layer; most layers have none. Throws as layer_options does.
std::vector<std::string> layer_parts(const std::string& name);
/// Returns the names of the layers that can be an option "activation": they have no parameters, need no
/// options and keep the shape.
std::vector<std::string> activation_names();

/// Returns the name that Sequential gives a layer of this Module::type after layers with the names `taken`:
/// "conv1" for "Conv2d", or the first number that is free, "conv2". Both kinds of pooling are "pool".
std::string automatic_name(std::string type, const std::vector<std::string>& taken);

/// What a layer is as text: layer(name, values, parts) makes its like.
struct LayerText {
  std::string name;             ///< the registered name
  options::Values values = {};  ///< the options that must be given, and those that are not the defaults
  Parts parts = {};             ///< the networks inside it
};

/// Returns the values of the options that must be given, and of those that are not the defaults.
template <class O>
options::Values values_as_text(const O& object) {
  const std::vector<options::Info> infos = options::infos<O>();
  options::Values values;
  options::Values all = options::get(object);
  for (std::size_t k = 0; k < all.size(); ++k) {
    if (infos[k].required || all[k].second != infos[k].fallback) values.push_back(std::move(all[k]));
  }
  return values;
}

}  // namespace luge::nn
