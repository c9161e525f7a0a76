#include "luge/nn/decoding.h"

#include <fmt/format.h>

#include "luge/error.h"
#include "luge/nn/dropout.h"
#include "luge/nn/embedding.h"
#include "luge/nn/linear.h"
#include "luge/nn/norm.h"
#include "luge/nn/observe.h"
#include "luge/nn/recurrent.h"
#include "luge/nn/sequential.h"
#include "luge/nn/transformer.h"
#include "luge/ops/compare.h"
#include "luge/ops/math.h"
#include "luge/ops/shape.h"

namespace luge::nn {
namespace {

thread_local Decoding* running = nullptr;

class RunningDecoding {
 public:
  explicit RunningDecoding(Decoding* one) : before_(running) { running = one; }
  ~RunningDecoding() { running = before_; }
  RunningDecoding(const RunningDecoding&) = delete;
  RunningDecoding& operator=(const RunningDecoding&) = delete;

 private:
  Decoding* before_;
};

template <class... Types>
bool is_any_of(const Module& module) {
  return ((dynamic_cast<const Types*>(&module) != nullptr) || ...);
}

// Layers that know Decoding, layers that treat each element alone, and what is made of nothing else.
bool reads_in_steps(const Module& module) {
  if (is_any_of<RecurrentLayer, MultiHeadAttention, Embedding, Linear, LayerNorm, Dropout>(module)) return true;
  if (!is_any_of<Sequential, TransformerBlock, ReadsInSteps>(module)) return false;
  for (const auto& [name, child] : module.children()) {
    if (!reads_in_steps(*child)) return false;
  }
  return true;
}

}  // namespace

Decoding* Decoding::current() { return running; }

std::optional<std::vector<TensorSpec>> Decoding::state_of(const Module& net, std::int64_t length, DType ids) {
  if (!net.built() || !reads_in_steps(net)) return std::nullopt;
  const ModeScope mode(net, false);
  Decoding one(length);
  try {
    one.run(net, zeros({1, 1}, ids));
  } catch (const StateError&) {  // a layer says that it cannot
    return std::nullopt;
  }
  return std::move(one.specs_);
}

Tensor Decoding::run(const Module& net, const Tensor& ids) {
  if (ids.rank() != 2 || ids.extent(1) != 1) {
    throw ShapeError(
        fmt::format("a network that reads in steps got {}; expected one id of each sequence, [N,1]",
                    ids.shape().to_string()));
  }
  next_.clear(), specs_.clear();
  position_ = {};
  const RunningDecoding scope(this);
  const Tensor result = net(ids);
  if (!finding_ && next_.size() != given_.size()) {
    throw ValueError(fmt::format("a network that reads in steps got {} states; expected {}", given_.size(),
                                 next_.size()));
  }
  return result;
}

Tensor Decoding::state(const std::string& name, const Shape& sample, DType dtype) {
  const std::size_t n = next_.size();
  next_.emplace_back();
  if (!finding_) {
    if (n >= given_.size())
      throw ValueError(fmt::format("a network that reads in steps got {} states; expected more", n));
    return given_[n];
  }
  std::vector<std::int64_t> one{1}, any{unknown};
  for (int axis = 0; axis < sample.rank(); ++axis) one.push_back(sample[axis]), any.push_back(sample[axis]);
  specs_.push_back({name == kPosition ? name : fmt::format("{}{}", name, n), dtype, Shape(std::span<const std::int64_t>(any))});
  return zeros(Shape(std::span<const std::int64_t>(one)), dtype);
}

Tensor Decoding::position() {
  if (position_.defined()) return position_;
  const std::size_t n = count();
  position_ = state(kPosition, {1}, i64);
  keep(n, position_ + 1);
  return position_;
}

Tensor Decoding::append(const std::string& name, const Tensor& x) {
  const Tensor here = unsqueeze(equal(arange(0, length_), position()), {1, 3});  // [N,1,length,1]
  const std::size_t n = count();
  const Tensor before = state(name, {x.extent(1), length_, x.extent(3)}, x.dtype());
  const Tensor all = where(here, x, before);
  keep(n, all);
  return all;
}

Tensor Decoding::filled() { return unsqueeze(less_equal(arange(0, length_), position()), {1, 2}); }

}  // namespace luge::nn
