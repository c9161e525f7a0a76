#include "luge/loss/sequence.h"

#include <fmt/format.h>

#include "luge/error.h"
#include "luge/facts.h"
#include "luge/loss/example.h"
#include "luge/ops/activation.h"
#include "luge/ops/compare.h"
#include "luge/ops/ctc_loss.h"
#include "luge/ops/labels.h"
#include "luge/ops/math.h"
#include "luge/ops/reduce.h"
#include "luge/ops/shape.h"

// The reduction is left out: a training takes the mean.
template <>
struct luge::options::Listing<luge::loss::CTCOptions> {
  static void fields(auto& self, auto&& field) {
    field("blank", self.blank, "the class between labels", at_least(0));
    field("zero_infinity", self.zero_infinity, "impossible targets cost 0 and not infinity");
  }
};

namespace luge::loss {
namespace {

Cost cost(const CTCOptions& o, const Tensor& logits, const Tensor& given) {
  if (logits.rank() != 3 || given.rank() != 2) {
    throw ShapeError(fmt::format("ctc: prediction {} and target {}; expected logits [N,T,C] and labels [N,S]",
                                 logits.shape().to_string(), given.shape().to_string()));
  }
  const Tensor labels = to_index(given, "ctc: label");
  // The number of labels before the first that is none.
  const Tensor none = logical_or(less(labels, 0), equal(labels, o.blank));
  const Tensor ended = cumsum(cast(none, i64), 1);
  const Tensor count_of_labels = sum(cast(equal(ended, 0), i64), 1);
  const Tensor first = select(logits, 2, 0);  // [N,T]
  const Tensor positions = count(first, 1) + zeros_like(count_of_labels);
  return {ctc_loss(transpose(log_softmax(logits), 0, 1), labels, positions, count_of_labels,
                   {.blank = o.blank, .zero_infinity = o.zero_infinity}),
          {}};
}

const bool added_sequence =
    add("ctc", "the cost of sequences of labels without alignment, from logits [N,T,C]",
        [](const CTCOptions& o) { return CTC(o); });

const bool shown = add_example("ctc", [](const Loss&) {
  const Tensor label = tensor({std::int64_t{2}}, Shape{1, 1});
  return Example{"logit z of the last of three classes, at each of 3 positions",
                 -5,
                 5,
                 {{"that class once", label, [](const Tensor& x) {
                     const Tensor other = zeros({1}, f64);
                     return reshape(concat({other, other, x, other, other, x, other, other, x}), {1, 3, 3});
                   }}}};
});
const bool told_sequence = facts::add(
    "loss", {{"ctc",
              {.formula = "L = -log Σ over alignments of Π_t p_t, where an alignment repeats labels and has "
                          "blanks between them",
               .derivative = "∂L/∂z_ti = p_ti - the share of class i at t in the likely alignments",
               .range = "[0, ∞)",
               .use = "for sequences of labels without times, such as letters of speech or handwriting."}}});

}  // namespace

CTC::CTC(const CTCOptions& o)
    : Loss(
          "ctc", o.reduction,
          [o](const Tensor& logits, const Tensor& target) { return cost(o, logits, target); },
          {.outputs = OutputKind::logits, .targets = Targets::Kind::labels},
          [](const Shape& logits, const Shape&) {
            return Targets{.kind = Targets::Kind::labels,
                           .classes = logits.rank() > 0 ? logits[logits.rank() - 1] : 0,
                           .ignore_index = -1};
          }) {
  options::check("ctc", o);
}

}  // namespace luge::loss
