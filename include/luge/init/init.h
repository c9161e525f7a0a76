// Initializers: how parameters begin.
/// @file
/// The weight of a linear layer is [out,in], that of a convolution is [out,in/groups,…kernel]. With r = the
/// number of elements of the kernel (1 for linear), fan_in = in/groups·r and fan_out = out·r, as in PyTorch
/// and Keras. A bias is drawn with the fans of its weight.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "luge/options.h"
#include "luge/tensor.h"

namespace luge::init {

/// The numbers of inputs and outputs that a weight connects.
struct Fans {
  double in = 1;   ///< fan_in: inputs of one output
  double out = 1;  ///< fan_out: outputs of one input
};
/// Returns the fans of a weight of this shape. For fewer than two axes, both fans are the number of elements.
Fans fans_of(const Shape& weight);

/// A named way to draw initial values.
class Initializer {
 public:
  /// Makes a tensor of this shape and dtype.
  using Draw = std::function<Tensor(const Shape& shape, const Fans& fans, DType dtype)>;
  /// Makes an initializer of your own.
  Initializer(std::string name, Draw draw) : name_(std::move(name)), draw_(std::move(draw)) {}

  /// Returns the initial value of a weight of this shape.
  Tensor operator()(const Shape& shape, DType dtype = f32) const {
    return draw_(shape, fans_of(shape), dtype);
  }
  /// Returns the initial value of a parameter with the given fans, such as a bias.
  Tensor operator()(const Shape& shape, const Fans& fans, DType dtype) const {
    return draw_(shape, fans, dtype);
  }
  /// Returns the text that `named` reads, such as "he_normal" or "normal(deviation=0.02)".
  const std::string& name() const { return name_; }

 private:
  std::string name_;
  Draw draw_;
};

/// Zeros.
Initializer zeros();
/// Ones.
Initializer ones();
/// One value for all elements.
Initializer constant(double value);
/// Uniform in [low, high). Throws ValueError when the interval is empty.
Initializer uniform(double low, double high);
/// Normal with this mean and standard deviation. Throws ValueError for a negative deviation.
Initializer normal(double mean, double deviation);
/// Normal with this mean and standard deviation, restricted to two deviations around the mean. Throws
/// ValueError for a negative deviation.
Initializer truncated_normal(double mean, double deviation);
/// Normal with mean 0 and standard deviation 0.01.
Initializer small_random();
/// Uniform within ±gain·√(6 / (fan_in + fan_out)). Throws ValueError for a gain that is not above 0. Source:
/// Glorot and Bengio 2010.
Initializer xavier_uniform(double gain = 1);
/// Normal with mean 0 and standard deviation gain·√(2 / (fan_in + fan_out)). Throws ValueError for a gain
/// that is not above 0. Source: Glorot and Bengio 2010.
Initializer xavier_normal(double gain = 1);
/// Another name of xavier_uniform, as in Keras.
inline Initializer glorot_uniform(double gain = 1) { return xavier_uniform(gain); }
/// Another name of xavier_normal, as in Keras.
inline Initializer glorot_normal(double gain = 1) { return xavier_normal(gain); }
/// Which fan he_uniform and he_normal use.
enum class Fan : std::uint8_t {
  in,  ///< fan_in: the variance stays the same in the forward pass
  out  ///< fan_out: the variance stays the same in the backward pass
};
/// Uniform within ±√(6 / fan), for layers that a relu follows. Source: He et al. 2015.
Initializer he_uniform(Fan fan = Fan::in);
/// Normal with mean 0 and standard deviation √(2 / fan), for layers that a relu follows. Source: He et al.
/// 2015.
Initializer he_normal(Fan fan = Fan::in);
/// Normal with mean 0 and standard deviation √(1 / fan_in). Source: LeCun et al. 1998.
Initializer lecun_normal();
/// Uniform within ±1/√fan_in, the default of weights and biases of Linear and the convolutions. Source:
/// PyTorch nn.Linear and nn.Conv2d.
Initializer fan_in_uniform();

/// Registers an initializer under a name that named and the shell take, with one line that says what it is.
/// `make` is a function that makes it, from a struct of its options if it has any (luge/options.h). Returns
/// false when the name is taken.
///
///     const bool added = init::add("diagonal", "one number on the diagonal", [](const DiagonalOptions& o) {
///       return init::Initializer(options::text("diagonal", options::changed(o)), …);
///     });
bool add(const std::string& name, const std::string& description, options::Maker<Initializer> make);
/// Returns an initializer by its name, as the shell does: that of a function above, such as "he_normal" or
/// "normal", also "he_uniform_out" and "he_normal_out". The text may hold options:
/// "normal(mean=0,deviation=0.02)". Throws ValueError for another name, and lists those that exist; throws
/// options::OptionError for an option that does not exist or is out of range.
Initializer named(const std::string& text, const options::Values& values = {});
/// Returns the line about the initializer of this name. Throws ValueError as `named` does.
std::string description(const std::string& name);
/// Returns the names that `named` takes.
std::vector<std::string> names();

}  // namespace luge::init

/// An initializer as an option: text that init::named reads.
template <>
struct luge::options::Type<luge::init::Initializer> {
  static constexpr Kind kind = Kind::text;                                     ///< a text
  static Value get(const init::Initializer& member) { return member.name(); }  ///< returns the text
  static void set(init::Initializer& member, const Value& value);              ///< reads the text
  static void describe(Info& info);                                            ///< says what it takes
};
/// An initializer that may be left out.
template <>
struct luge::options::Type<std::optional<luge::init::Initializer>> {
  static constexpr Kind kind = Kind::text;  ///< a text
  static Value get(const std::optional<init::Initializer>& member) {
    return member ? Value(member->name()) : Value();
  }  ///< returns the text, or nothing
  static void set(std::optional<init::Initializer>& member, const Value& value);  ///< reads the text
  static void describe(Info& info);                                               ///< says what it takes
};
