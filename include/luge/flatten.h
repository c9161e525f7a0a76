// Flatten: how values that hold tensors become one list of tensors and back. compile takes and returns
// whatever has it.
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "luge/named_tensors.h"
#include "luge/tensor.h"

namespace luge {

/// The tensors of one or several values, and words that state their number and their names where these may
/// differ. Values with other words are of another kind: compile traces them again.
struct Flat {
  Tensors tensors;                 ///< the tensors
  std::vector<std::string> words;  ///< numbers and names
};

/// Takes values out of a Flat, in the order in which they were put into it.
class FlatReader {
 public:
  /// Reads from the beginning. `flat` must live longer; its content is moved out.
  explicit FlatReader(Flat& flat) : flat_(flat) {}
  /// Returns the next tensor. It is not checked that there is one.
  Tensor tensor() { return std::move(flat_.tensors[tensor_++]); }
  /// Returns the next tensors. It is not checked that there are as many.
  Tensors tensors(std::size_t count);
  /// Returns the next word. It is not checked that there is one.
  std::string word() { return std::move(flat_.words[word_++]); }
  /// Returns the next word as a number that was written with std::to_string.
  std::size_t number() { return static_cast<std::size_t>(std::stoull(word())); }

 private:
  Flat& flat_;
  std::size_t tensor_ = 0, word_ = 0;
};

/// States how values of a type become tensors and words, and back. Specialize it, with the members of
/// Flatten<NamedTensors>, for a type of your own that compile shall take or return.
template <class T>
struct Flatten;

/// True for types that have Flatten.
template <class T>
concept Flattens = requires(const T& value, Flat& flat, FlatReader& from) {
  Flatten<T>::put(value, flat);
  Flatten<T>::take(from);
};

/// A tensor, and what converts to one, is one tensor and no words.
template <std::convertible_to<Tensor> T>
struct Flatten<T> {
  /// Adds the tensor.
  static void put(const T& value, Flat& flat) { flat.tensors.push_back(value); }
  /// Takes a tensor.
  static T take(FlatReader& from) { return static_cast<T>(from.tensor()); }
};

/// A list is its number and its tensors.
template <>
struct Flatten<Tensors> {
  /// Adds the number and the tensors.
  static void put(const Tensors& value, Flat& flat);
  /// Takes a list.
  static Tensors take(FlatReader& from);
};

/// A list with names is its number, its names and its tensors.
template <>
struct Flatten<NamedTensors> {
  /// Adds the number, the names and the tensors.
  static void put(const NamedTensors& value, Flat& flat);
  /// Takes a list.
  static NamedTensors take(FlatReader& from);
};

/// A tuple is its parts, one after the other.
template <Flattens... T>
struct Flatten<std::tuple<T...>> {
  /// Adds the parts.
  static void put(const std::tuple<T...>& value, Flat& flat) {
    std::apply([&](const T&... parts) { (Flatten<T>::put(parts, flat), ...); }, value);
  }
  /// Takes the parts.
  static std::tuple<T...> take([[maybe_unused]] FlatReader& from) {
    return std::tuple<T...>{Flatten<T>::take(from)...};  // in braces: from left to right
  }
};

/// A pair is its two parts.
template <Flattens A, Flattens B>
struct Flatten<std::pair<A, B>> {
  /// Adds the parts.
  static void put(const std::pair<A, B>& value, Flat& flat) {
    Flatten<A>::put(value.first, flat), Flatten<B>::put(value.second, flat);
  }
  /// Takes the parts.
  static std::pair<A, B> take(FlatReader& from) {
    return std::pair<A, B>{Flatten<A>::take(from), Flatten<B>::take(from)};
  }
};

/// An array is its elements.
template <Flattens T, std::size_t N>
struct Flatten<std::array<T, N>> {
  /// Adds the elements.
  static void put(const std::array<T, N>& value, Flat& flat) {
    for (const T& each : value) Flatten<T>::put(each, flat);
  }
  /// Takes the elements.
  static std::array<T, N> take(FlatReader& from) {
    return [&]<std::size_t... I>(std::index_sequence<I...>) {
      return std::array<T, N>{(static_cast<void>(I), Flatten<T>::take(from))...};
    }
    (std::make_index_sequence<N>{});
  }
};

}  // namespace luge
