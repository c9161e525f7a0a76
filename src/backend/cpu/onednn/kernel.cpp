#include "backend/cpu/onednn/kernel.h"

#include <fmt/format.h>

#include <list>
#include <mutex>
#include <optional>
#include <unordered_map>

namespace luge::onednn {
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
  bool binary;
};
constexpr PostOpKind post_op_kinds[] = {
    {Instruction::relu, algorithm::eltwise_relu, false},
    {Instruction::sigmoid, algorithm::eltwise_logistic, false},
    {Instruction::tanh, algorithm::eltwise_tanh, false},
    {Instruction::abs, algorithm::eltwise_abs, false},
    {Instruction::exp, algorithm::eltwise_exp, false},
    {Instruction::sqrt, algorithm::eltwise_sqrt, false},
    {Instruction::square, algorithm::eltwise_square, false},
    {Instruction::add, algorithm::binary_add, true},
    {Instruction::mul, algorithm::binary_mul, true},
    {Instruction::sub, algorithm::binary_sub, true},
    {Instruction::minimum, algorithm::binary_min, true},
    {Instruction::maximum, algorithm::binary_max, true},
};

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

std::string append_post_ops(primitive_attr& attributes, const KernelRequest& request,
                            const std::function<Desc(int)>& operand, std::vector<Argument>& arguments) {
  dnnl::post_ops ops;
  for (const PostOp& post : request.post) {
    const auto* kind = std::find_if(std::begin(post_op_kinds), std::end(post_op_kinds),
                                    [&](const PostOpKind& k) { return k.instruction == post.instruction; });
    if (kind == std::end(post_op_kinds)) return fmt::format("oneDNN fuses no {}", name(post.instruction));
    if (!kind->binary) {
      append_eltwise(ops, kind->how, static_cast<float>(post.slope));
      continue;
    }
    if (post.operand < 0) return fmt::format("{} without its second operand", name(post.instruction));
    const Desc desc = operand(post.operand);
    arguments.push_back({DNNL_ARG_ATTR_MULTIPLE_POST_OP(ops.len()) | DNNL_ARG_SRC_1, desc,
                         in(static_cast<std::size_t>(post.operand))});
    ops.append_binary(kind->how, desc);
  }
  attributes.set_post_ops(ops);
  return {};
}

}  // namespace luge::onednn
