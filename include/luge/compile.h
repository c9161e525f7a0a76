// compile(fn): traces a function once per kind of arguments and runs it as one Program afterwards.
#pragma once

#include <array>
#include <functional>
#include <memory>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "luge/math_mode.h"
#include "luge/tensor.h"

namespace luge {

/// For everything compiled from now on (cached programs of the other setting are kept apart). Default: fast.
void set_math(Math math);
Math math();
/// The same for the element type of products. Default: f32.
void set_precision(Precision precision);
Precision precision();

/// Most bytes that one run may take: temporaries, workspaces, Variables, inputs and outputs. Programs
/// compiled from now on let values go and compute them again where that is needed to stay within it (the
/// results are the same up to rounding); what cannot be made to fit throws MemoryError when it is compiled.
/// 0, the default: no limit.
void set_memory_limit(std::size_t bytes);
std::size_t memory_limit();

/// What one compiled instance needs, known before it runs.
struct PlanInfo {
  std::size_t arena_bytes = 0;      // temporaries and workspaces at their exact peak
  std::size_t workspace_bytes = 0;  // the largest kernel workspace among them
  std::size_t state_bytes = 0;      // Variables it reads or writes
  std::size_t input_bytes = 0;
  std::size_t output_bytes = 0;
  std::size_t steps = 0;
  std::size_t reorder_bytes = 0;
  std::size_t again_steps = 0;  // run twice to keep the memory limit
  double again_seconds = 0;     // their estimated time
};

/// Times every step of every program from now on; explain then shows the mean time of each (LUGE_LOG=kernels
/// does the same from the start).
void set_profiling(bool on);

/// Programs compiled since the start of the process, cache hits not counted.
std::uint64_t compilations();
/// Programs run since the start of the process.
std::uint64_t program_runs();

namespace detail {

/// The untyped heart of compile().
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

}  // namespace detail

/// A compiled function. Calling it with tensors of new shapes or dtypes, in the other train/eval mode, or
/// under another math or precision, traces again. Variables read are taken at the call, those assigned are
/// assigned when it returns; if it throws, no Variable changes.
template <class Result, class... Args>
class CompiledFunction {
 public:
  explicit CompiledFunction(detail::Compiled compiled) : compiled_(std::move(compiled)) {}
  Result operator()(const Args&... args) const {
    Tensors out = compiled_.call({Tensor(args)...});
    if constexpr (std::is_void_v<Result>) {
      return;
    } else if constexpr (std::same_as<Result, Tensor>) {
      return std::move(out[0]);
    } else if constexpr (std::same_as<Result, Tensors>) {
      return out;
    } else {
      return [&]<std::size_t... I>(std::index_sequence<I...>) { return Result{std::move(out[I])...}; }
      (std::make_index_sequence<std::tuple_size_v<Result>>{});
    }
  }
  /// Memory needed for such arguments; compiles if need be, runs nothing.
  PlanInfo plan(const Args&... args) const { return compiled_.plan({Tensor(args)...}); }
  /// The program for such arguments as text: steps, kernels, layouts, refusals.
  std::string explain(const Args&... args) const { return compiled_.explain({Tensor(args)...}); }
  /// How often the function was traced.
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
inline constexpr bool is_result<std::pair<T, U>> = TensorLike<T>&& TensorLike<U>;
template <class T, std::size_t N>
inline constexpr bool is_result<std::array<T, N>> = TensorLike<T>;

/// One operator() that is no template: its parameters can be counted.
template <class F>
concept HasOneCall = requires {
  &F::operator();
};

template <class F, class Result, class... Args>
auto compile_as(F function) {
  static_assert((TensorLike<Args> && ...),
                "luge::compile: every parameter of the function must be a Tensor; capture anything else");
  static_assert(
      is_result<Result>,
      "luge::compile: the function must give a Tensor, Tensors, a tuple of Tensors, or nothing; numbers "
      "are read with item() from what the compiled function gives");
  auto untyped = [function = std::move(function)](const Tensors& in) mutable -> Tensors {
    return [&]<std::size_t... I>(std::index_sequence<I...>)->Tensors {
      if constexpr (std::is_void_v<Result>) {
        function(in[I]...);
        return {};
      } else {
        return to_list(function(in[I]...));
      }
    }
    (std::index_sequence_for<Args...>{});
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

/// Compiles a callable that takes Tensors and gives a Tensor, Tensors, a tuple of Tensors, or nothing.
///   auto step = compile([&](Tensor x, Tensor y) { …; return loss; });
template <class F>
requires(!std::is_function_v<std::remove_pointer_t<F>>) auto compile(F function) {
  static_assert(
      detail::HasOneCall<F>,
      "luge::compile: give it a function, or a lambda whose parameters are Tensors and not auto, such as "
      "compile([&](Tensor x) { return net(x); })");
  if constexpr (detail::HasOneCall<F>) return detail::compile_member(std::move(function), &F::operator());
}
/// The same of a plain function: compile(gelu_twice).
template <class Result, class... Args>
auto compile(Result (*function)(Args...)) {
  if (!function) throw ValueError("compile: the function is null");
  return detail::compile_as<Result (*)(Args...), Result, std::remove_cvref_t<Args>...>(function);
}

}  // namespace luge
