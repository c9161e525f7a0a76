#include "backend/cpu/onednn/kernel.h"

#include <fmt/format.h>

#include <list>
#include <mutex>
#include <numeric>
#include <optional>
#include <unordered_map>

#include "backend/cpu/operand.h"

namespace luge::cpu::onednn {
namespace {

class OfferMemory {
 public:
  std::optional<Offer> find(const std::string& key) {
    const std::lock_guard lock(mutex_);
    const auto found = places_.find(key);
    if (found == places_.end()) return std::nullopt;
    recent_.splice(recent_.begin(), recent_, found->second);
    return found->second->offer;
  }

  void keep(std::string key, const Offer& offer) {
    const std::lock_guard lock(mutex_);
    if (places_.contains(key)) return;
    recent_.push_front({std::move(key), offer});
    places_[recent_.front().key] = recent_.begin();
    if (recent_.size() > limit) {
      places_.erase(recent_.back().key);
      recent_.pop_back();
    }
  }

 private:
  static constexpr std::size_t limit = 512;
  struct Entry {
    std::string key;
    Offer offer;
  };
  std::mutex mutex_;
  std::list<Entry> recent_;
  std::unordered_map<std::string_view, std::list<Entry>::iterator> places_;
};

template <class T>
void append_value(std::string& key, const T& value) {
  key.append(reinterpret_cast<const char*>(&value), sizeof value);
}

void append_types(std::string& key, std::span<const Type> types) {
  append_value(key, types.size());
  for (const Type& type : types) {
    append_value(key, type.dtype);
    append_value(key, type.shape.rank());
    for (const std::int64_t extent : type.shape) append_value(key, extent);
  }
}

struct PostOpKind {
  Instruction instruction;
  algorithm how;
};
constexpr PostOpKind post_op_kinds[] = {
    {Instruction::relu, algorithm::eltwise_relu},     {Instruction::sigmoid, algorithm::eltwise_logistic},
    {Instruction::tanh, algorithm::eltwise_tanh},     {Instruction::abs, algorithm::eltwise_abs},
    {Instruction::exp, algorithm::eltwise_exp},       {Instruction::sqrt, algorithm::eltwise_sqrt},
    {Instruction::square, algorithm::eltwise_square}, {Instruction::add, algorithm::binary_add},
    {Instruction::mul, algorithm::binary_mul},        {Instruction::sub, algorithm::binary_sub},
    {Instruction::minimum, algorithm::binary_min},    {Instruction::maximum, algorithm::binary_max},
};

// More than one channel, and more than one position.
bool spreads(const Dims& dims, int channels) {
  const auto axis = dims.begin() + channels;
  // The positions of an image lie after its channels, the rows of a matrix before its columns.
  const bool last = axis + 1 == dims.end();
  const memory::dim points = std::accumulate(last ? dims.begin() : axis + 1, last ? axis : dims.end(),
                                             memory::dim{1}, std::multiplies<>());
  return *axis > 1 && points > 1;
}

}  // namespace

void append_field(std::string& key, std::string_view bytes) {
  append_value(key, bytes.size());
  key += bytes;
}

std::string request_key(std::string_view kernel, const KernelRequest& request) {
  std::string key;
  append_field(key, kernel);
  append_field(key, request.op.name());
  append_types(key, request.in);
  append_types(key, request.out);
  append_value(key, request.in_layouts.size());
  for (const LayoutId layout : request.in_layouts) append_value(key, layout);
  for (const bool used : request.out_used) append_value(key, used);
  for (const PostOp& post : request.post) {
    append_value(key, post.instruction);
    append_value(key, post.operand);
    append_value(key, post.slope);
  }
  append_value(key, request.math);
  append_value(key, request.threads);
  return key;
}

Offer remembered(std::string key, const std::function<Offer()>& make) {
  static OfferMemory& memory = *new OfferMemory;
  if (auto known = memory.find(key)) return *known;
  Offer offer = make();
  memory.keep(std::move(key), offer);
  return offer;
}

std::string refuse_empty(const KernelRequest& request) {
  for (const auto types : {request.in, request.out}) {
    for (const Type& type : types) {
      if (type.shape.elements() == 0) return fmt::format("{} has no elements", type.shape.to_string());
    }
  }
  return {};
}

Dims with_rank(const Shape& shape, std::size_t rank) {
  Dims dims(rank - static_cast<std::size_t>(shape.rank()), 1);
  dims.insert(dims.end(), shape.begin(), shape.end());
  return dims;
}

PostOps::PostOps(const KernelRequest& request, const Desc& y, int channels) {
  for (const PostOp& post : request.post) {
    refusal = append(request, post, y, channels);
    if (!refusal.empty()) return;
  }
}

std::string PostOps::append(const KernelRequest& request, const PostOp& post, const Desc& y, int channels) {
  const auto* kind = std::find_if(std::begin(post_op_kinds), std::end(post_op_kinds),
                                  [&](const PostOpKind& k) { return k.instruction == post.instruction; });
  if (kind == std::end(post_op_kinds)) return fmt::format("oneDNN fuses no {}", name(post.instruction));
  if (arity(post.instruction) == 1) {
    append_eltwise(ops_, kind->how, static_cast<float>(post.slope));
    return {};
  }
  if (post.operand < 0) return fmt::format("{} without its second operand", name(post.instruction));
  const Type& type = request.in[static_cast<std::size_t>(post.operand)];
  const Shape& result = request.out[0].shape;
  const auto dtype = onednn_type(type.dtype);
  if (!dtype) return fmt::format("oneDNN fuses no {} of {}", name(post.instruction), luge::name(type.dtype));
  const BlockingFields fields = blocking_fields(y);
  const auto rank = static_cast<int>(fields.dims.size());
  Dims dims(fields.dims.size(), 1);
  Desc desc;
  switch (cpu::reach_of(type.shape, result, channels + result.rank() - rank)) {
    case cpu::Reach::number: desc = describe(public_layout, dims, *dtype); break;
    case cpu::Reach::channel:
      dims[static_cast<std::size_t>(channels)] = fields.dims[static_cast<std::size_t>(channels)];
      desc = describe(public_layout, dims, *dtype);
      break;
    case cpu::Reach::whole:
      // With one channel or one position the masks of a whole operand mean something else. A value of fewer
      // axes cannot lie in the result's layout.
      if (!spreads(fields.dims, channels) || *dtype != data_type(y) ||
          (type.shape.rank() != result.rank() && layout_of(y) != public_layout))
        return fmt::format("oneDNN fuses no {} of {} into {}", name(post.instruction), type.to_string(),
                           request.out[0].to_string());
      desc = y;
      break;
    case cpu::Reach::other:
      return fmt::format("oneDNN fuses operands that are whole or one number a channel, got {} for {}",
                         type.shape.to_string(), result.to_string());
  }
  operands = operands || type.shape.elements() > 1;
  arguments.push_back({DNNL_ARG_ATTR_MULTIPLE_POST_OP(ops_.len()) | DNNL_ARG_SRC_1, desc,
                       in(static_cast<std::size_t>(post.operand))});
  ops_.append_binary(kind->how, desc);
  return {};
}

Takes Pick::from(std::function<bool(std::string_view)> wrong) const {
  return [wrong = std::move(wrong), left = nth](std::string_view implementation) mutable {
    return !(wrong && wrong(implementation)) && left-- == 0;
  };
}

std::string Pick::name(std::string_view kernel) const {
  return nth == 0 ? std::string(kernel) : fmt::format("{}, implementation {}", kernel, nth + 1);
}

}  // namespace luge::cpu::onednn
