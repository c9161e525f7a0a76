// What the oneDNN candidates share: checks, the memory of past offers, post-ops.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "backend/backend.h"
#include "backend/cpu/onednn/cost.h"
#include "backend/cpu/onednn/layout.h"
#include "backend/cpu/onednn/prepared.h"
#include "backend/cpu/own_inputs.h"
#include "graph/fields.h"

namespace luge::cpu::onednn {

using cpu::own_inputs;

/// Everything an offer may depend on, as bytes.
std::string request_key(std::string_view kernel, const KernelRequest& request);
void append_field(std::string& key, std::string_view bytes);

/// The offer made before for the same key, else what `make` gives. Bounded; the least recently used goes
/// first.
Offer remembered(std::string key, const std::function<Offer()>& make);

/// Empty when every input and output has elements; else the refusal.
std::string refuse_empty(const KernelRequest& request);

/// Post-ops as oneDNN's attribute, with the operands' arguments.
class PostOps {
 public:
  /// `y`: the result as oneDNN has it, perhaps with leading axes that are one there; `channels`: the axis of
  /// those channels in `y` and, counted from the end, in the request's result.
  PostOps(const KernelRequest& request, const Desc& y, int channels);

  std::string refusal;  // in words; empty: oneDNN may be asked
  std::vector<Argument> arguments;
  bool operands = false;  // some of them are of more than one number
  void set(primitive_attr& attributes) const { attributes.set_post_ops(ops_); }

 private:
  std::string append(const KernelRequest& request, const PostOp& post, const Desc& y, int channels);
  dnnl::post_ops ops_;
};

/// A candidate takes the first implementation that nothing is known against. Tests ask for those after it,
/// too, one by one: `nth` counts from 0.
struct Pick {
  int nth = 0;
  Takes from(std::function<bool(std::string_view implementation)> wrong) const;
  std::string name(std::string_view kernel) const;  // candidates of different picks are different ones
};

/// A broadcast operand as oneDNN wants it: the rank of the output, leading extents 1.
Dims with_rank(const Shape& shape, std::size_t rank);

/// Base of the candidates for ops with attributes A.
template <class A>
class OneDnnKernel : public Kernel {
 public:
  explicit OneDnnKernel(std::string name) : name_(std::move(name)) {}
  std::string_view name() const override { return name_; }

  Offer offer(const KernelRequest& request) const final {
    const A* attributes = request.op.attributes<A>();
    if (!attributes) return refuse("the op has other attributes than this kernel knows");
    if (std::string reason = refuse_empty(request); !reason.empty()) return refuse(std::move(reason));
    std::string key = request_key(name_, request);
    A::fields(*attributes, [&](std::string_view, const auto& member) { append_member(key, member); });
    return remembered(std::move(key), [&] {
      try {
        return make(*attributes, request);
      } catch (const dnnl::error& error) {
        return refuse(std::string("oneDNN: ") + error.what());
      }
    });
  }

 protected:
  virtual Offer make(const A& attributes, const KernelRequest& request) const = 0;

 private:
  template <class T>
  static void append_member(std::string& key, const T& member) {
    if constexpr (std::is_arithmetic_v<T> || std::is_enum_v<T>) {
      append_field(key, {reinterpret_cast<const char*>(&member), sizeof member});
    } else {
      append_field(key, {reinterpret_cast<const char*>(member.data()), member.size() * sizeof member[0]});
    }
  }

  std::string name_;
};

}  // namespace luge::cpu::onednn
