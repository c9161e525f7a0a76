// Traits: what an op says about itself besides its types, its gradient and its meaning. Passes and the
// executor read them; nothing there knows an op by name.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

namespace luge {

/// How an op treats its float32 operands in a program that computes in bfloat16 (precision = bf16).
enum class Narrowing : std::uint8_t {
  none,      // stays in float32: losses, reductions, updates
  products,  // multiplies bfloat16 and sums in float32: matmul, convolutions
  follows,   // computes in bfloat16 what arrives in bfloat16: elementwise, pooling, shapes
  rounds,    // computes in float32, and rounds its first output when its first input arrived in bfloat16
};

/// Which of the ops that share an attribute type an op is. The compiler's patterns find ops by both.
enum class Role : std::uint8_t {
  none,              // no pattern asks for it
  forward,           // what a person writes
  backward,          // the gradient of its input, or those of all inputs
  backward_weights,  // the gradients of its parameters alone
};

/// How a reduction combines the elements along its axes. max and min keep NaN; on bool they mean any and all.
enum class TileReduction : std::uint8_t { sum, prod, max, min };

struct Traits {
  /// Bit k set: input k is used only for its type (the *_like family, convolution gradients).
  std::uint32_t type_only = 0;
  /// The first output holds input 0's elements in the same row-major order: no work, shared memory (reshape).
  bool alias = false;
  /// Draws random numbers: never merged with an equal node.
  bool random = false;
  /// Reads indices or labels that may be out of range: can fail while running.
  bool can_fail = false;
  /// Estimated work per output element in multiply-adds, for choosing threads.
  double cost = 1;
  /// Outputs from this one on are residuals, made for the gradient op alone. When one of them itself receives
  /// a gradient (second derivatives), the decomposition is differentiated instead.
  int residuals_from = 1 << 30;
  /// The default of elementwise ops is `follows`.
  Narrowing narrowing = Narrowing::none;
  /// Bit k set: input k of `products` stays in float32 (a bias).
  std::uint32_t stays_wide = 0;
  /// Among the ops with the same attribute type.
  Role role = Role::none;
  /// Combines the elements along the axes of its ReduceAttributes.
  std::optional<TileReduction> reduction = {};
  /// Repeats input 0 until it has the output's shape: what elementwise ops do with their operands themselves.
  bool broadcast = false;
  /// The first output is input 0 wherever that has the output's type. Aliases and broadcasts need not say it.
  bool identity_at_same_type = false;

  /// Of input k; inputs beyond 31 are never marked.
  bool is_type_only(std::size_t k) const { return k < 32 && (type_only >> k & 1u) != 0; }
  bool keeps_wide(std::size_t k) const { return k < 32 && (stays_wide >> k & 1u) != 0; }
};

}  // namespace luge
