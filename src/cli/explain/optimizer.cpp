// luge explain optimizer=NAME: the paths that optimizers take on a narrow valley and around a saddle.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "cli/explain/explainer.h"
#include "core/named_text.h"
#include "core/number.h"
#include "core/registry.h"
#include "luge/autodiff.h"
#include "luge/draw/contours.h"
#include "luge/ops/math.h"
#include "luge/ops/reduce.h"
#include "luge/ops/shape.h"
#include "luge/optim/optimizers.h"

namespace luge::cli {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::int64_t kSteps = 200, kStepsToChoose = 50;
constexpr double kUsualRate = 1e-2;  // of an optimizer whose options do not list one
constexpr const char* kRate = "learning_rate";

// A function of two numbers, with its minimum 0, on which optimizers begin at a point.
struct Ground {
  std::string name, formula;
  Tensor (*loss)(const Tensor& x, const Tensor& y);
  double start[2];
  draw::Landscape landscape;
};

template <class Number>
Number valley(const Number& x, const Number& y) {
  return x * x / 20.0 + y * y;
}
template <class Number>
Number saddle(const Number& x, const Number& y) {
  return x * x / 2.0 + (y * y - 1.0) * (y * y - 1.0) / 4.0;
}

const std::vector<Ground>& grounds() {
  static const std::vector<Ground> all = {
      {"valley",
       "x²/20 + y²",
       valley<Tensor>,
       {-7, 2},
       {.title = "a narrow valley, x²/20 + y²",
        .at = valley<double>,
        .x_low = -8,
        .x_high = 3,
        .y_low = -3,
        .y_high = 3,
        .spots = {{-7, 2, "start"}, {0, 0, "minimum", true}}}},
      {"saddle",
       "x²/2 + (y² - 1)²/4",
       saddle<Tensor>,
       {-1.5, 0.02},
       {.title = "a saddle at (0, 0), x²/2 + (y² - 1)²/4",
        .at = saddle<double>,
        .x_low = -1.8,
        .x_high = 1.2,
        .y_low = -0.6,
        .y_high = 1.6,
        .spots = {{-1.5, 0.02, "start"}, {0, 0, "saddle"}, {0, 1, "minimum", true}}}}};
  return all;
}

struct Trail {
  std::string label;
  double rate = 0;
  std::vector<double> x, y, loss;  // before the first step, and after each
};

Tensor loss_at(const Ground& ground, const Tensor& w) { return ground.loss(w[0], w[1]); }

// The rate in a text such as "adam(learning_rate=0.1)", if there is one.
std::optional<double> rate_in(const std::string& name) {
  for (const auto& [option, value] : read_named("optimizer", name).options) {
    if (option == kRate) return parse_number(value);
  }
  return std::nullopt;
}

double usual_rate(const std::string& name) {
  for (const options::Info& option : find_family("optimizer")->member(name).options) {
    if (option.name == kRate) return std::get<double>(option.fallback);
  }
  return kUsualRate;
}

optim::Optimizer made(const std::string& name, std::optional<double> rate) {
  const double used = rate ? *rate : rate_in(name).value_or(usual_rate(name));
  optim::Optimizer optimizer = optim::named(name, used);
  // A step of an optimizer that searches has several line searches; a path shows each of them.
  if (optimizer.searches()) optimizer = optim::named(name, used, {{"iterations", std::int64_t{1}}});
  return optimizer;
}

Trail trail_of(const optim::Optimizer& optimizer, const Ground& ground, std::int64_t steps) {
  const Variable w(tensor({ground.start[0], ground.start[1]}, Shape{2}), "w");
  const std::vector<nn::NamedVariable> parameters = {{"w", w}};
  Trail trail{.label = {}, .rate = optimizer.learning_rate(), .x = {}, .y = {}, .loss = {}};
  const auto note = [&] {
    const std::vector<double> at = w.value().to_vector<double>();
    trail.x.push_back(at[0]);
    trail.y.push_back(at[1]);
    trail.loss.push_back(loss_at(ground, w).item<double>());
  };
  const auto evaluate = [&] {
    const Tensor loss = loss_at(ground, w);
    optim::Evaluated found{.loss = 0, .gradients = grad(loss, std::vector<Variable>{w})};
    found.loss = loss_at(ground, w).item<double>();
    return found;
  };
  note();
  for (std::int64_t k = 0; k < steps && std::isfinite(trail.loss.back()); ++k) {
    try {
      if (optimizer.searches()) {
        optimizer.search(parameters, evaluate);
      } else {
        optimizer.step(parameters, grad(loss_at(ground, w), std::vector<Variable>{w}));
      }
    } catch (const NonFiniteError&) {  // it left the ground
      break;
    }
    note();
  }
  return trail;
}

bool stays_in(const draw::Landscape& picture, const Trail& trail) {
  const auto within = [](const std::vector<double>& all, double low, double high) {
    return std::ranges::all_of(all, [=](double each) { return low <= each && each <= high; });
  };
  return within(trail.x, picture.x_low, picture.x_high) && within(trail.y, picture.y_low, picture.y_high);
}

// The rate with which the loss is the least after some steps, of those with which the path stays in the
// picture.
double best_rate(const std::string& name, const Ground& ground) {
  constexpr double kRates[] = {0.003, 0.01, 0.03, 0.06, 0.1, 0.2, 0.3, 0.6, 0.9, 3, 10, 50};
  double best = kRates[0], least = INFINITY;
  for (const double rate : kRates) {
    const Trail trail = trail_of(made(name, rate), ground, kStepsToChoose);
    if (!stays_in(ground.landscape, trail) || !(trail.loss.back() < least)) continue;
    best = rate, least = trail.loss.back();
  }
  return best;
}

std::vector<Trail> trails_on(const Ground& ground, const std::vector<std::string>& names,
                             const ExplainOptions& options, std::int64_t steps) {
  std::vector<Trail> all;
  for (const std::string& name : names) {
    std::optional<double> rate = rate_in(name);
    if (!rate) rate = options.learning_rate;
    if (!rate && !made(name, {}).searches()) rate = best_rate(name, ground);
    all.push_back(trail_of(made(name, rate), ground, steps));
    all.back().label = name;
  }
  return all;
}

// The loss after some steps; of a path that ended before, the last one.
double loss_after(const Trail& trail, std::int64_t steps) {
  return trail.loss[std::min(static_cast<std::size_t>(steps), trail.loss.size() - 1)];
}

std::vector<std::int64_t> milestones(std::int64_t steps) {
  std::vector<std::int64_t> all = {10, 50, 200, steps};
  std::erase_if(all, [steps](std::int64_t each) { return each > steps; });
  std::ranges::sort(all);
  all.erase(std::unique(all.begin(), all.end()), all.end());
  return all;
}

std::string losses_text(const Ground& ground, const std::vector<Trail>& trails, std::int64_t steps) {
  std::string text = fmt::format("The loss {} from ({:g}, {:g}), after steps:\n\n  {:<36}{:>10}",
                                 ground.formula, ground.start[0], ground.start[1], "", "rate");
  for (const std::int64_t at : milestones(steps)) text += fmt::format("{:>12}", at);
  text += "\n";
  for (const Trail& trail : trails) {
    text += fmt::format("  {:<36}{:>10g}", trail.label, trail.rate);
    for (const std::int64_t at : milestones(steps)) text += fmt::format("{:>12.3g}", loss_after(trail, at));
    text += "\n";
  }
  return text;
}

Json json_of(const Trail& trail, std::int64_t steps) {
  Json json = {{"rate", trail.rate}, {"x", trail.x}, {"y", trail.y}, {"loss_after", Json::object()}};
  for (const std::int64_t at : milestones(steps))
    json["loss_after"][std::to_string(at)] = loss_after(trail, at);
  return json;
}

// Numbers that the optimizer keeps for each weight of a large matrix.
double kept(const std::string& name) {
  constexpr std::int64_t kExtent = 100;
  const Variable w(zeros({kExtent, kExtent}, f64), "w");
  const optim::Optimizer optimizer = made(name, {});
  optimizer.track({{"w", w}});
  std::int64_t count = 0;
  for (const nn::NamedVariable& each : optimizer.state()) {
    if (each.variable.shape().rank() > 0) count += each.variable.shape().elements();
  }
  return static_cast<double>(count) / (kExtent * kExtent);
}

std::string kept_text(double numbers) {
  if (numbers == 0) return "nothing";
  return fmt::format("{:.2g} number{}", numbers, numbers == 1 ? "" : "s");
}

draw::Figure figure_of(const std::vector<std::vector<Trail>>& trails, std::size_t own) {
  std::vector<draw::Landscape> landscapes;
  for (std::size_t g = 0; g < trails.size(); ++g) {
    landscapes.push_back(grounds()[g].landscape);
    const auto add = [&](const Trail& trail, std::optional<draw::Color> color) {
      landscapes.back().paths.push_back({trail.label, trail.x, trail.y, color});
    };
    for (std::size_t k = own; k < trails[g].size(); ++k) add(trails[g][k], draw::color_of(-1));
    for (std::size_t k = 0; k < own; ++k) add(trails[g][k], draw::color_of(static_cast<std::int64_t>(k)));
  }
  return draw::contours(landscapes);
}

Explained explain(const Arguments&, const std::vector<std::string>& names, const ExplainOptions& options) {
  const std::int64_t steps = options.steps.value_or(kSteps);
  std::vector<std::string> all = names;
  const std::string plain = optim::GradientDescent(kUsualRate).name();  // what others are compared with
  const bool compare =
      std::ranges::none_of(names, [&](const std::string& name) { return made(name, {}).name() == plain; });
  if (compare) all.push_back(plain);
  Explained explained;
  std::vector<std::vector<Trail>> trails;
  for (const Ground& ground : grounds()) trails.push_back(trails_on(ground, all, options, steps));
  for (std::size_t k = 0; k < names.size(); ++k) {
    const double count = kept(names[k]);
    Explained::Part part{fmt::format("It keeps {} for each weight of a 100x100 matrix.\n", kept_text(count)),
                         {{"numbers_for_each_weight", count}, {"paths", Json::object()}}};
    for (std::size_t g = 0; g < trails.size(); ++g)
      part.json["paths"][grounds()[g].name] = json_of(trails[g][k], steps);
    explained.parts.push_back(std::move(part));
  }
  for (std::size_t g = 0; g < trails.size(); ++g)
    explained.text += (g ? "\n" : "") + losses_text(grounds()[g], trails[g], steps);
  if (!options.learning_rate)
    explained.text += fmt::format(
        "\nEach rate is the one, of twelve from 0.003 to 50 with which the path stays in the picture, with "
        "the "
        "least loss after {} steps, unless it is given: lr=0.1, or adam(learning_rate=0.1).\n",
        kStepsToChoose);
  explained.figure = [trails, own = names.size()] { return figure_of(trails, own); };
  return explained;
}

const ExplainerRegistration registration_optimizer({"optimizer", {"steps", "learning_rate"}, explain});

}  // namespace
}  // namespace luge::cli
