// compile(fn): traces a function once for each kind of arguments and then runs it as one Program.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "luge/device.h"
#include "luge/flatten.h"
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

/// A compiled function whose parameters and results are flat.
class Compiled {
 public:
  explicit Compiled(std::function<Flat(const Flat&)> function);
  Flat call(const Flat& arguments) const;
  PlanInfo plan(const Flat& arguments) const;
  std::string explain(const Flat& arguments) const;
  std::uint64_t traces() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace detail

/// A function that compile made. The first call traces it, and so does a call with other shapes, dtypes,
/// numbers or names of tensors, in the other train/eval mode, or with another math or precision. Each call
/// reads the current values of the Variables and assigns the new ones at its end. When a call throws, no
/// Variable changes.
template <class Result, class... Args>
class CompiledFunction {
 public:
  /// Internal: use compile.
  explicit CompiledFunction(detail::Compiled compiled) : compiled_(std::move(compiled)) {}
  /// Runs the program for these arguments and compiles it first if necessary. Throws what the function throws
  /// while it is traced, and what its operations throw while they run.
  Result operator()(const Args&... args) const {
    Flat results = compiled_.call(flat(args...));
    if constexpr (!std::is_void_v<Result>) {
      FlatReader from(results);
      return Flatten<Result>::take(from);
    }
  }
  /// Returns the memory needed for such arguments. Compiles the program if necessary, but runs nothing.
  PlanInfo plan(const Args&... args) const { return compiled_.plan(flat(args...)); }
  /// Returns the program for such arguments as text: steps, kernels, layouts, and why kernels were refused.
  std::string explain(const Args&... args) const { return compiled_.explain(flat(args...)); }
  /// Returns how often the function was traced.
  std::uint64_t traces() const { return compiled_.traces(); }

 private:
  static Flat flat(const Args&... args) {
    Flat all;
    all.tensors.reserve(sizeof...(Args));
    (Flatten<Args>::put(args, all), ...);
    return all;
  }

  detail::Compiled compiled_;
};

namespace detail {

template <class F>
concept FunctionObject = !std::is_function_v<std::remove_pointer_t<F>>;

/// True when F has one operator() that is not a template, so that its parameters can be counted.
template <class F>
inline constexpr bool has_one_call = requires {
  &F::operator();
};

// Calls the function with flat arguments and returns its results flat.
template <class Result, class... Args, class F>
Flat call_flat(F& function, Flat arguments) {
  [[maybe_unused]] FlatReader from(arguments);
  std::tuple<Args...> values{Flatten<Args>::take(from)...};  // in braces: from left to right
  Flat results;
  if constexpr (std::is_void_v<Result>) {
    std::apply(function, std::move(values));
  } else {
    Flatten<std::remove_cvref_t<Result>>::put(std::apply(function, std::move(values)), results);
  }
  return results;
}

template <class F, class Result, class... Args>
auto compile_as(F function) {
  using Returned = std::remove_cvref_t<Result>;
  static_assert((Flattens<Args> && ...),
                "luge::compile: every parameter of the function must be a Tensor, Tensors, NamedTensors, "
                "data::Batch, or a tuple, pair or array of them; capture anything else");
  static_assert(
      std::is_void_v<Returned> || Flattens<Returned>,
      "luge::compile: the function must return a Tensor, Tensors, NamedTensors, a tuple, pair or array "
      "of them, or nothing; numbers are read with item() from what the compiled function returns");
  auto flat = [function = std::move(function)](const Flat& in) mutable {
    return call_flat<Returned, Args...>(function, in);
  };
  return CompiledFunction<Returned, Args...>(Compiled(std::move(flat)));
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

/// Compiles a callable. It takes values of type Tensor, Tensors, NamedTensors and data::Batch, in any mixture
/// and in tuples, and returns a Tensor, Tensors, NamedTensors, a tuple, pair or array of them, or nothing; a
/// callable of another kind does not compile. Of a batch it sees the tensors and not what stays in host
/// memory. Types of your own take part through luge::Flatten.
///
///     auto step = compile([&](Tensor x, Tensor y) { return loss(net(x), y); });
///     Tensor value = step(images, labels);
template <detail::FunctionObject F>
auto compile(F function) {
  static_assert(
      detail::has_one_call<F>,
      "luge::compile: give it a function, or a lambda whose parameters have types and not auto, such as "
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
