// to_signs: targets of two classes as -1 and 1. A target that is neither of the two stops the program, where
// a loss of margins would count it as something else.
#include <fmt/format.h>

#include "core/whole.h"
#include "graph/op_registry.h"
#include "luge/error.h"
#include "luge/ops/class_losses.h"
#include "ops/checks.h"
#include "ops/element.h"

namespace luge {
namespace {

struct ToSignsAttributes {
  DType dtype = DType::f32;
  bool zero_one = false;
  std::string label;
  static void fields(auto& self, auto&& field) {
    field("dtype", self.dtype);
    field("zero_one", self.zero_one);
    field("label", self.label);
  }
};

struct ToSigns : Op<ToSigns, ToSignsAttributes> {
  static constexpr auto name = "to_signs";
  static constexpr Traits traits{.can_fail = true};
  static constexpr auto no_gradient = "targets are not continuous";

  Types infer(const Types& in) const {
    check_inputs(name, in, 1);
    check_float(name, {dtype, {}});
    return {Type{dtype, in[0].shape}};
  }
  void reference(const ReferenceCall& call) const {
    for_floating(dtype, [&]<class To>() {
      To* y = call.out[0].as<To>();
      dispatch(call.in[0].type.dtype, [&]<class From>() {
        const From* t = call.in[0].as<const From>();
        for (std::int64_t i = 0, count = call.in[0].type.shape.elements(); i < count; ++i) {
          const std::optional<std::int64_t> given = as_whole(t[i]);
          const bool yes = given == 1;
          if (!yes && given != (zero_one ? 0 : -1)) call.status->record({i, exactly(t[i]), 0});
          y[i] = narrow<To>(yes ? 1 : -1);
        }
      });
    });
  }
  [[noreturn]] void fail(const KernelError& error, std::string_view) const {
    throw ValueError(fmt::format("{}: target {} at position {} is neither {} nor 1{}",
                                 label.empty() ? name : label, error.value.to_string(), error.position,
                                 zero_one ? "0" : "-1",
                                 zero_one ? "; without zero_one targets are -1 and 1"
                                          : "; for targets 0 and 1 write zero_one = true"));
  }
};
const Registered<ToSigns> registered_to_signs;

}  // namespace

Tensor to_signs(const Tensor& target, DType dtype, bool zero_one, std::string label) {
  return make<ToSigns>({dtype, zero_one, std::move(label)}, target);
}

}  // namespace luge
