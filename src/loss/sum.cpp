// sum: several losses at once, written as "binary-cross-entropy+0.5*dice".
#include "luge/loss/sum.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/number.h"
#include "loss/sum.h"
#include "loss/weights.h"
#include "luge/error.h"
#include "luge/facts.h"
#include "luge/ops/math.h"
#include "luge/ops/shape.h"

namespace luge::loss {
namespace {

struct SumOptions {
  std::string terms = "binary-cross-entropy+dice";
  static void fields(auto& self, auto&& field) {
    field("terms", self.terms, "losses with + between them, each with a factor or without: 2*mse+mae",
          options::takes("NAME+NUMBER*NAME, each also with options in parentheses"));
  }
};

// The parts between the signs that are not inside parentheses, brackets or quotation marks.
std::vector<std::string_view> split(std::string_view text, char sign) {
  std::vector<std::string_view> parts;
  int open = 0;
  bool quoted = false;
  std::size_t first = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (quoted && c == '\\') {
      ++at;
    } else if (c == '"') {
      quoted = !quoted;
    } else if (!quoted && (c == '(' || c == '[')) {
      ++open;
    } else if (!quoted && (c == ')' || c == ']')) {
      --open;
    } else if (!quoted && open == 0 && c == sign) {
      parts.push_back(trimmed(text.substr(first, at - first)));
      first = at + 1;
    }
  }
  parts.push_back(trimmed(text.substr(first)));
  return parts;
}

constexpr const char* kByClass = "by_class";

// A loss that can compare one output or one for each class follows the first term, unless it is told.
Loss following(const std::string& text, const Loss& first) {
  const Loss own = named(text);
  if (own.outputs() == first.outputs() || text.find(kByClass) != std::string::npos) return own;
  const std::vector<options::Info> options = options_of(text);
  const bool may = std::any_of(options.begin(), options.end(),
                               [](const options::Info& info) { return info.name == kByClass; });
  return may ? named(text, {{kByClass, is_by_class(first.outputs())}}) : own;
}

Sum from_text(const std::string& text) {
  std::vector<Term> terms;
  for (const std::string_view part : split(text, '+')) {
    const std::vector<std::string_view> factors = split(part, '*');
    const std::optional<double> weight = factors.size() == 1 ? 1.0 : parse_number(factors.front());
    if (factors.size() > 2 || !weight || factors.back().empty()) {
      throw ValueError(
          fmt::format("loss '{}': the term '{}' is not NAME or NUMBER*NAME; expected losses with + "
                      "between them, such as binary-cross-entropy+0.5*dice",
                      text, part));
    }
    const std::string name(factors.back());
    terms.push_back({terms.empty() ? named(name) : following(name, terms.front().loss), *weight});
  }
  return Sum(terms);
}

std::string name_of(const std::vector<Term>& terms) {
  std::string name;
  for (const Term& term : terms) name += (name.empty() ? "" : "+") + term.loss.name();
  return name;
}

const char* kind_of(OutputKind kind) {
  switch (kind) {
    case OutputKind::logits: return "scores of classes";
    case OutputKind::probabilities: return "probabilities of classes";
    case OutputKind::binary_logits: return "one logit for yes or no";
    case OutputKind::binary_probabilities: return "one probability for yes or no";
    case OutputKind::values: break;
  }
  return "numbers";
}

void check(const std::vector<Term>& terms) {
  if (terms.empty()) throw ValueError("Sum: there are no terms; expected one at least");
  const Loss& first = terms.front().loss;
  for (const Term& term : terms) {
    if (!(term.weight > 0) || !std::isfinite(term.weight)) {
      throw ValueError(fmt::format("Sum: the weight of {} is {}; expected a number above 0", term.loss.name(),
                                   term.weight));
    }
    if (term.loss.root()) {
      throw ValueError(fmt::format("Sum: {} is the root of a mean, which is not a sum of costs; leave it out",
                                   term.loss.name()));
    }
    const About &own = term.loss.about(), &expected = first.about();
    if (own.outputs != expected.outputs) {
      throw ValueError(fmt::format("Sum: {} takes {}, and {} takes {}; expected terms that take the same",
                                   first.name(), kind_of(expected.outputs), term.loss.name(),
                                   kind_of(own.outputs)));
    }
    if (own.targets != expected.targets || own.axis != expected.axis) {
      throw ValueError(fmt::format(
          "Sum: {} and {} take targets of different kinds, or have the classes along different axes",
          first.name(), term.loss.name()));
    }
  }
}

Cost cost(const std::string& name, const std::vector<Term>& terms, const Tensor& prediction,
          const Tensor& target) {
  std::vector<Cost> costs;
  for (const Term& term : terms) costs.push_back(term.loss.costs(prediction, target));
  const auto largest = std::max_element(
      costs.begin(), costs.end(), [](const Cost& a, const Cost& b) { return a.each.rank() < b.each.rank(); });
  const Tensor like = largest->each;
  Cost sum;
  const std::string* weights = nullptr;  // the term that has them
  for (std::size_t k = 0; k < terms.size(); ++k) {
    const Tensor each = beside(name, costs[k].each, like) * terms[k].weight;
    sum.each = k == 0 ? each : sum.each + each;
    if (!costs[k].weight.defined()) continue;
    if (weights) {
      throw ValueError(
          fmt::format("{}: {} and {} both weight samples, by class weights or ignore_index; one of "
                      "them may",
                      name, *weights, terms[k].loss.name()));
    }
    weights = &terms[k].loss.name();
    sum.weight = broadcast_like(beside(name, costs[k].weight, like), like);
  }
  return sum;
}

const bool added_sum = add("sum", "several losses at once, also written as binary-cross-entropy+0.5*dice",
                           [](const SumOptions& o) { return from_text(o.terms); });

const bool told_sum = facts::add(
    "loss",
    {{"sum",
      {.formula = "L = a·L1 + b·L2 + …",
       .derivative = "the sum of those of the terms, each times its factor",
       .range = "[0, ∞)",
       .use = "where one loss does not say it all: binary-cross-entropy+dice looks at each pixel and at "
              "what is covered. dice and tversky take one output or one for each class as the first "
              "term does."}}});

}  // namespace

std::optional<std::string> sum_text(std::string_view text) {
  if (split(text, '+').size() == 1 && split(text, '*').size() == 1) return std::nullopt;
  return options::text("sum", {{"terms", std::string(text)}});
}

Sum::Sum(const std::vector<Term>& terms, Reduction reduction)
    : Loss(
          name_of(terms), reduction,
          [terms](const Tensor& prediction, const Tensor& target) {
            return cost(name_of(terms), terms, prediction, target);
          },
          terms.empty() ? About() : terms.front().loss.about(),
          [terms](const Shape& prediction, const Shape& target) {
            return terms.front().loss.targets(prediction, target);
          }) {
  check(terms);
}

}  // namespace luge::loss
