// What a step of an LSTM and of a GRU does after its products, and its gradient. Per-target include guard,
// as Highway wants it.
#if defined(LUGE_RECURRENT_CELLS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LUGE_RECURRENT_CELLS_INL_H_
#undef LUGE_RECURRENT_CELLS_INL_H_
#else
#define LUGE_RECURRENT_CELLS_INL_H_
#endif

#include "backend/cpu/recurrent/steps.h"
#include "backend/cpu/vector/lanes-inl.h"
#include "backend/cpu/vector/math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace luge::cpu::recurrent::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;
using std::int64_t;
using vector::HWY_NAMESPACE::F;
using vector::HWY_NAMESPACE::load_lanes;
using vector::HWY_NAMESPACE::Register;
using vector::HWY_NAMESPACE::sigmoid;
using vector::HWY_NAMESPACE::store_lanes;
using vector::HWY_NAMESPACE::tanh;

HWY_INLINE Register sigmoid(Register x) {
  return vector::HWY_NAMESPACE::gate_sigmoid(vector::HWY_NAMESPACE::FastVectors(), x);
}
HWY_INLINE Register tanh(Register x) {
  return vector::HWY_NAMESPACE::tanh(vector::HWY_NAMESPACE::FastVectors(), x);
}
HWY_INLINE Register one_minus(Register x) { return hn::Sub(hn::Set(F(), 1.0f), x); }
/// The slope of a sigmoid, or of a tanh, from its value.
HWY_INLINE Register sigmoid_slope(Register y) { return hn::Mul(y, one_minus(y)); }
HWY_INLINE Register tanh_slope(Register y) { return hn::NegMulAdd(y, y, hn::Set(F(), 1.0f)); }
HWY_INLINE Register load_or_zero(const float* from, int64_t at, int64_t count) {
  return from ? load_lanes(from + at, count) : hn::Zero(F());
}

/// One register of units: row of the batch, step, first unit, and number of units.
struct CellPosition {
  int64_t row, t, unit, count;
};

struct Lstm {
  static constexpr int kParts = 4, kSums = 4;
  // Which sum each part of the products with x and with h goes to.
  static constexpr int of_input(int part) { return part; }
  static constexpr int of_state(int part) { return part; }

  /// From the sums to h; `state` holds c.
  static HWY_INLINE Register forward(const Forward& f, const Register* sum, const CellPosition& p,
                                     float* state, Register /*h before*/) {
    const F d;
    const Register i = sigmoid(sum[0]), o = sigmoid(sum[3]);
    const Register g = tanh(sum[2]), forget = sigmoid(sum[1]);
    const Register c = hn::MulAdd(forget, hn::LoadU(d, state), hn::Mul(i, g));
    hn::StoreU(c, d, state);
    const int64_t at = f.e.at(p.row, p.t);
    if (f.gates) {
      float* to = f.gates + at * 4 * f.e.units + p.unit;
      store_lanes(i, to, p.count);
      store_lanes(forget, to + f.e.units, p.count);
      store_lanes(g, to + 2 * f.e.units, p.count);
      store_lanes(o, to + 3 * f.e.units, p.count);
    }
    if (f.cells) store_lanes(c, f.cells + at * f.e.units + p.unit, p.count);
    if (f.c && p.t + 1 == f.e.steps) store_lanes(c, f.c + p.row * f.e.units + p.unit, p.count);
    return hn::Mul(o, tanh(c));
  }

  /// From the gradient of h to those before the nonlinearities, `kParts` of them; `state` holds the
  /// gradient of c.
  static HWY_INLINE void backward(const Backward& b, Register dh, const CellPosition& p, float* state,
                                  Register* before) {
    const F d;
    const int64_t units = b.e.units, at = b.e.at(p.row, p.t);
    const float* gates = b.gates + at * 4 * units + p.unit;
    const Register i = load_lanes(gates, p.count), forget = load_lanes(gates + units, p.count);
    const Register g = load_lanes(gates + 2 * units, p.count), o = load_lanes(gates + 3 * units, p.count);
    const Register squashed = tanh(load_lanes(b.cells + at * units + p.unit, p.count));
    const Register earlier = p.t > 0 ? load_lanes(b.cells + b.e.at(p.row, p.t - 1) * units + p.unit, p.count)
                                     : load_or_zero(b.first, p.row * units + p.unit, p.count);
    const Register dc = hn::MulAdd(hn::Mul(dh, o), tanh_slope(squashed), hn::LoadU(d, state));
    before[0] = hn::Mul(hn::Mul(dc, g), sigmoid_slope(i));
    before[1] = hn::Mul(hn::Mul(dc, earlier), sigmoid_slope(forget));
    before[2] = hn::Mul(hn::Mul(dc, i), tanh_slope(g));
    before[3] = hn::Mul(hn::Mul(dh, squashed), sigmoid_slope(o));
    hn::StoreU(hn::Mul(dc, forget), d, state);
    float* to = b.before + at * 4 * units + p.unit;
    for (int part = 0; part < 4; ++part) store_lanes(before[part], to + part * units, p.count);
  }
  /// What of the gradient of h goes to the step before without a product.
  static HWY_INLINE Register carried(const float*) { return hn::Zero(F()); }
};

struct Gru {
  static constexpr int kParts = 3, kSums = 4;  // r, z, n from the input, n from the state
  static constexpr int of_input(int part) { return part; }
  static constexpr int of_state(int part) { return part == 2 ? 3 : part; }

  static HWY_INLINE Register forward(const Forward& f, const Register* sum, const CellPosition& p, float*,
                                     Register h) {
    const Register r = sigmoid(sum[0]), z = sigmoid(sum[1]);
    const Register n = tanh(hn::MulAdd(r, sum[3], sum[2]));
    if (f.gates) {
      float* to = f.gates + f.e.at(p.row, p.t) * 4 * f.e.units + p.unit;
      store_lanes(r, to, p.count);
      store_lanes(z, to + f.e.units, p.count);
      store_lanes(n, to + 2 * f.e.units, p.count);
      store_lanes(sum[3], to + 3 * f.e.units, p.count);
    }
    return hn::MulAdd(z, hn::Sub(h, n), n);
  }

  static HWY_INLINE void backward(const Backward& b, Register dh, const CellPosition& p, float* state,
                                  Register* before) {
    const F d;
    const int64_t units = b.e.units, at = b.e.at(p.row, p.t);
    const float* gates = b.gates + at * 4 * units + p.unit;
    const Register r = load_lanes(gates, p.count), z = load_lanes(gates + units, p.count);
    const Register n = load_lanes(gates + 2 * units, p.count);
    const Register product = load_lanes(gates + 3 * units, p.count);
    const Register earlier = load_lanes(b.cells + at * units + p.unit, p.count);
    const Register dn = hn::Mul(hn::Mul(dh, one_minus(z)), tanh_slope(n));
    before[0] = hn::Mul(hn::Mul(dn, product), sigmoid_slope(r));
    before[1] = hn::Mul(hn::Mul(dh, hn::Sub(earlier, n)), sigmoid_slope(z));
    before[2] = hn::Mul(dn, r);
    hn::StoreU(hn::Mul(dh, z), d, state);
    float *state_side = b.before + at * 3 * units + p.unit,
          *input_side = b.before_input + at * 3 * units + p.unit;
    for (int part = 0; part < 3; ++part) {
      store_lanes(before[part], state_side + part * units, p.count);
      store_lanes(part == 2 ? dn : before[part], input_side + part * units, p.count);
    }
  }
  static HWY_INLINE Register carried(const float* state) { return hn::LoadU(F(), state); }
};

}  // namespace luge::cpu::recurrent::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
