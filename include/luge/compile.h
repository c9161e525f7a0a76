// compile(fn): traces a function once for each kind of arguments and then runs it as one Program.
#pragma once

#include <array>
#include <functional>
#include <memory>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "luge/device.h"
#include "luge/math_mode.h"
#include "luge/tensor.h"

namespace luge {

/// Sets which algorithms float32 products may use in everything that is compiled after this call. The default
/// is Math::fast. Programs of both settings are cached side by side.
void set_math(Math math);
/// Returns the present setting.
Math math();
/// Sets the dtype of float32 products in everything that is compiled after this call. The default is
/// Precision::f32.
void set_precision(Precision precision);
/// Returns the present setting.
Precision precision();

/// Sets the device that runs everything that is evaluated or compiled after this call. The default is the
/// processor. A value is copied to the device when a program first reads it there; the values of Variables
/// stay on the device that assigned them last. Reading a value copies it to the host. What the device has no
/// kernel for runs on the processor, and the program copies what it needs; CompiledFunction::explain shows
/// these steps. Throws ValueError for a device that is not one of devices().
void set_device(const Device& device);
/// Returns the present setting.
Device device();
/// Returns the devices of this process. The first is the processor.
std::vector<Device> devices();

/// Sets the number of bytes that one run may take: temporaries, workspaces, Variables, inputs and outputs. To
/// stay within the limit, programs that are compiled after this call release values and compute them again;
/// the results are the same up to rounding. A program that cannot fit throws MemoryError when it is compiled.
/// The default is 0, which means no limit.
void set_memory_limit(std::size_t bytes);
/// Returns the present limit in bytes; 0: no limit.
std::size_t memory_limit();

/// What one compiled program needs, known before it runs. Sizes are in bytes.
struct PlanInfo {
  std::size_t arena_bytes = 0;       ///< temporaries and workspaces, at their exact peak
  std::size_t workspace_bytes = 0;   ///< the largest workspace of a kernel, part of the arena
  std::size_t state_bytes = 0;       ///< the Variables that it reads
  std::size_t input_bytes = 0;       ///< the arguments
  std::size_t output_bytes = 0;      ///< the results that do not replace the value of a Variable
  std::size_t steps = 0;             ///< the number of kernel calls
  std::size_t reorder_bytes = 0;     ///< what steps that only change a layout write
  std::size_t recomputed_steps = 0;  ///< the number of steps that run twice to keep the memory limit
  double recomputed_seconds = 0;     ///< the estimated time of these steps
};

/// Measures the time of each step of each program while it is on; explain then shows the mean times.
/// LUGE_LOG=kernels turns it on from the start.
void set_profiling(bool on);

/// Returns the number of programs compiled since the start of the process. Cache hits do not count.
std::uint64_t compilations();
/// Returns the number of program runs since the start of the process.
std::uint64_t program_runs();

namespace detail {

/// A compiled function whose parameters and results are lists of tensors.
class Compiled {
 public:
  explicit Compiled(std::function<Tensors(const Tensors&)> function);
  Tensors call(const Tensors& arguments) const;
  PlanInfo plan(const Tensors& arguments) const;
  std::string explain(const Tensors& arguments) const;
  std::uint64_t traces() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

template <class T>
concept TensorLike = std::convertible_to<T, Tensor>;

// A list of outputs as a tuple, pair or array.
template <class Result, std::size_t... I>
Result from_list(Tensors& out, std::index_sequence<I...>) {
  return Result{std::move(out[I])...};
}

}  // namespace detail

/// A function that compile made. The first call traces it, and so does a call with other shapes or dtypes, in
/// the other train/eval mode, or with another math or precision. Each call reads the current values of the
/// Variables and assigns the new ones at its end. When a call throws, no Variable changes.
template <class Result, class... Args>
class CompiledFunction {
 public:
  /// Internal: use compile.
  explicit CompiledFunction(detail::Compiled compiled) : compiled_(std::move(compiled)) {}
  /// Runs the program for these arguments and compiles it first if necessary. Throws what the function throws
  /// while it is traced, and what its operations throw while they run.
  Result operator()(const Args&... args) const {
    Tensors out = compiled_.call({Tensor(args)...});
    if constexpr (std::is_void_v<Result>) {
      return;
    } else if constexpr (std::same_as<Result, Tensor>) {
      return std::move(out[0]);
    } else if constexpr (std::same_as<Result, Tensors>) {
      return out;
    } else {
      return detail::from_list<Result>(out, std::make_index_sequence<std::tuple_size_v<Result>>{});
    }
  }
  /// Returns the memory needed for such arguments. Compiles the program if necessary, but runs nothing.
  PlanInfo plan(const Args&... args) const { return compiled_.plan({Tensor(args)...}); }
  /// Returns the program for such arguments as text: steps, kernels, layouts, and why kernels were refused.
  std::string explain(const Args&... args) const { return compiled_.explain({Tensor(args)...}); }
  /// Returns how often the function was traced.
  std::uint64_t traces() const { return compiled_.traces(); }

 private:
  detail::Compiled compiled_;
};

namespace detail {

template <class Result>
Tensors to_list(Result&& result) {
  using R = std::remove_cvref_t<Result>;
  if constexpr (std::same_as<R, Tensor>) {
    return {std::forward<Result>(result)};
  } else if constexpr (std::same_as<R, Tensors>) {
    return std::forward<Result>(result);
  } else {
    return std::apply([](auto&&... each) { return Tensors{Tensor(each)...}; }, std::forward<Result>(result));
  }
}

template <class T>
inline constexpr bool is_result = std::is_void_v<T> || std::same_as<T, Tensor> || std::same_as<T, Tensors>;
template <class... T>
inline constexpr bool is_result<std::tuple<T...>> = (TensorLike<T> && ...);
template <class T, class U>
inline constexpr bool is_result<std::pair<T, U>> = is_result<std::tuple<T, U>>;
template <class T, std::size_t N>
inline constexpr bool is_result<std::array<T, N>> = TensorLike<T>;

template <class F>
concept FunctionObject = !std::is_function_v<std::remove_pointer_t<F>>;

/// True when F has one operator() that is not a template, so that its parameters can be counted.
template <class F>
inline constexpr bool has_one_call = requires {
  &F::operator();
};

// Calls the function with a list of arguments and returns its results as a list.
template <class Result, class F, std::size_t... I>
Tensors call_with_list(F& function, const Tensors& in, std::index_sequence<I...>) {
  if constexpr (std::is_void_v<Result>) {
    function(in[I]...);
    return {};
  } else {
    return to_list(function(in[I]...));
  }
}

template <class F, class Result, class... Args>
auto compile_as(F function) {
  static_assert((TensorLike<Args> && ...),
                "luge::compile: every parameter of the function must be a Tensor; capture anything else");
  static_assert(
      is_result<Result>,
      "luge::compile: the function must give a Tensor, Tensors, a tuple of Tensors, or nothing; numbers "
      "are read with item() from what the compiled function gives");
  auto untyped = [function = std::move(function)](const Tensors& in) mutable {
    return call_with_list<Result>(function, in, std::index_sequence_for<Args...>{});
  };
  return CompiledFunction<Result, Args...>(Compiled(std::move(untyped)));
}

template <class F, class Result, class Class, class... Args>
auto compile_member(F function, Result (Class::*)(Args...) const) {
  return compile_as<F, Result, std::remove_cvref_t<Args>...>(std::move(function));
}
template <class F, class Result, class Class, class... Args>
auto compile_member(F function, Result (Class::*)(Args...)) {
  return compile_as<F, Result, std::remove_cvref_t<Args>...>(std::move(function));
}

}  // namespace detail

/// Compiles a callable. It takes Tensors and returns a Tensor, Tensors, a tuple of Tensors, or nothing; a
/// callable of another kind does not compile.
///
///     auto step = compile([&](Tensor x, Tensor y) { return loss(net(x), y); });
///     Tensor value = step(images, labels);
template <detail::FunctionObject F>
auto compile(F function) {
  static_assert(
      detail::has_one_call<F>,
      "luge::compile: give it a function, or a lambda whose parameters are Tensors and not auto, such as "
      "compile([&](Tensor x) { return net(x); })");
  if constexpr (detail::has_one_call<F>) return detail::compile_member(std::move(function), &F::operator());
}
/// Compiles a plain function, as in compile(my_function). Throws ValueError for a null pointer.
template <class Result, class... Args>
auto compile(Result (*function)(Args...)) {
  if (!function) throw ValueError("compile: the function is null");
  return detail::compile_as<Result (*)(Args...), Result, std::remove_cvref_t<Args>...>(function);
}

}  // namespace luge
