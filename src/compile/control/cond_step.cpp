// Runs one of two functions, and the choice of the step that runs functions.
#include <algorithm>

#include "compile/control/control.h"
#include "compile/control/steps.h"
#include "compile/edge.h"

namespace luge::compiler {
namespace {

class CondStep final : public PreparedKernel {
 public:
  CondStep(const CondAttributes& a, std::string op, const Question& question, const Options& options)
      : op_(std::move(op)),
        then_(a.then.body(), std::span(question.in).subspan(1), {question.out_used}, options, of_then_),
        otherwise_(a.otherwise.body(), std::span(question.in).subspan(1), {question.out_used}, options,
                   of_otherwise_) {
    for (std::size_t k = 0; k < question.out.size(); ++k) {
      if (question.out_used[k]) outputs_.push_back(k);
    }
    inputs_ = question.in.size() - 1;
    leaves_of_then_ = then_.leaves();
    leaves_of_otherwise_ = otherwise_.leaves();
    results_.resize(outputs_.size());
  }

  std::size_t scratch_bytes() const { return std::max(of_then_.bytes(), of_otherwise_.bytes()); }
  const Part& then() const { return then_; }
  const Part& otherwise() const { return otherwise_; }

  void run(const KernelCall& call) const override {
    for (std::size_t k = 0; k < outputs_.size(); ++k) results_[k] = call.out[outputs_[k]];
    const bool chosen = *static_cast<const bool*>(call.in[0]);
    const Part& part = chosen ? then_ : otherwise_;
    std::vector<void*>& leaves = chosen ? leaves_of_then_ : leaves_of_otherwise_;
    std::copy_n(call.in + 1, inputs_, leaves.begin());
    run_named(op_, chosen ? "then" : "otherwise", -1,
              [&] { part.run(leaves, results_, static_cast<std::byte*>(call.scratch)); });
  }

 private:
  std::string op_;
  Scratch of_then_, of_otherwise_;  // one of them is used at a time
  Part then_, otherwise_;
  std::size_t inputs_ = 0;
  std::vector<std::size_t> outputs_;
  mutable std::vector<void*> leaves_of_then_, leaves_of_otherwise_, results_;
};

}  // namespace

Choice cond_choice(const CondAttributes& attributes, const Question& question, const Options& options) {
  auto kernel =
      std::make_shared<const CondStep>(attributes, std::string(question.op->name()), question, options);
  Choice choice;
  choice.kernel = "branches";
  choice.offer.scratch = kernel->scratch_bytes();
  choice.parts = {{"then", kernel->then().program()}, {"otherwise", kernel->otherwise().program()}};
  choice.offer.kernel = std::move(kernel);
  return choice;
}

std::optional<Choice> choose_control(const Question& question, const Options& options) {
  if (const auto* scan = question.op->attributes<ScanAttributes>())
    return scan_choice(*scan, question, options);
  if (const auto* loop = question.op->attributes<WhileAttributes>())
    return while_choice(*loop, question, options);
  if (const auto* cond = question.op->attributes<CondAttributes>())
    return cond_choice(*cond, question, options);
  return std::nullopt;
}

}  // namespace luge::compiler
