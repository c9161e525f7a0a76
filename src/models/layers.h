// What the gallery's files include, and the options that several of them share.
#pragma once

#include <string>
#include <vector>

#include "luge/models/gallery.h"
#include "luge/nn/activation.h"
#include "luge/nn/conv.h"
#include "luge/nn/dropout.h"
#include "luge/nn/embedding.h"
#include "luge/nn/flatten.h"
#include "luge/nn/layers.h"
#include "luge/nn/linear.h"
#include "luge/nn/norm.h"
#include "luge/nn/pool.h"
#include "luge/nn/recurrent.h"
#include "luge/nn/residual.h"
#include "luge/nn/sequential.h"

namespace luge::models {

/// Widths of fully connected layers. As text, no widths at all are "none".
struct Widths {
  std::vector<std::int64_t> each;
};

/// Ranges of options.
inline constexpr auto share = [] { return options::at_least(0).below(1); };
inline constexpr auto factor = [] { return options::above(0).at_most(1000); };
inline constexpr auto count = [] { return options::at_least(1); };
/// The names that an option "activation" takes.
options::OneOf activations();

/// Returns a width times a factor, as the nearest whole number, at least 1.
std::int64_t scaled(std::int64_t width, double factor);
/// Returns the multiple of 8 that is next to a number of filters times a factor, and not more than a tenth
/// below it.
std::int64_t in_eights(std::int64_t filters, double factor);
/// Adds the activation of this name.
void add_activation(nn::Sequential& net, const std::string& name);
/// The names that an option "normalization" of convolutions takes.
options::OneOf normalizations();
/// True for the name of none.
bool is_none(const std::string& normalization);
/// Adds the normalization of this name for this many channels; nothing for none. There are eight groups where
/// that divides the channels, else the largest number that divides both.
void add_normalization(nn::Sequential& net, const std::string& name, std::int64_t channels);
/// Adds dropout; none for a rate of 0.
void add_dropout(nn::Sequential& net, double rate);
/// Adds fully connected layers, each with an activation and dropout.
void add_hidden(nn::Sequential& net, const Widths& widths, const std::string& activation, double dropout);

/// How most classifiers of pictures are trained here.
Defaults picture_training();
/// How classifiers of photographs were published to be trained, on data that is not named.
Defaults published_training(const std::string& optimizer, double learning_rate, std::int64_t batch,
                            std::int64_t epochs);
/// How networks that tell the class of each pixel are trained here.
Defaults mask_training(double learning_rate);

}  // namespace luge::models

namespace luge::options {

/// "256,128", "64x20" for 20 layers of 64, or "none".
template <>
struct Type<models::Widths> {
  static constexpr Kind kind = Kind::mixed;
  static Value get(const models::Widths& member) {
    return member.each.empty() ? Value("none") : Value(member.each);
  }
  static void set(models::Widths& member, const Value& value);
  static void describe(Info& info) {
    info.low = 1;
    info.takes = "whole numbers from 1 with commas between them, 64x20 for 20 of 64, or none";
    info.elsewhere = {"units", "hidden_size", "hidden_sizes", "hidden_layers", "layers"};
  }
};

}  // namespace luge::options
