// Under-fitting and over-fitting as learning curves: a line and a large network on 24 noisy points, and what
// an L2 penalty, dropout, more points and early stopping change. Draws learning-curves.svg.
//
// Prints:
//   a line: {}
//   large network: {}
//   the line under-fits: both losses are high: true
//   the large network over-fits: the validation loss is {2..1000} times the training loss
//   its validation loss rises again, {1.1..50} times the best
//   L2 lowers it: true
//   dropout lowers it: true
//   more points lower it: true
//   early stopping keeps the best: true
//   wrote learning-curves.svg
#include <luge/luge.h>

#include <algorithm>
#include <iostream>
#include <map>
#include <string>

using namespace luge;

data::Dataset points(std::int64_t count) {
  const Tensor x = random::uniform({count, 1}, -2, 2);
  return data::tensors(x, sin(2 * x) + random::normal({count, 1}, 0, 0.3));
}

nn::Model large(double dropped = 0) {
  return nn::sequential(nn::Linear(64), nn::Tanh(), nn::Dropout(dropped), nn::Linear(64), nn::Tanh(),
                        nn::Dropout(dropped), nn::Linear(1));
}

struct Plan {
  std::string name;
  nn::Model net;
  std::int64_t points = 24;
  double weight_decay = 0;
  std::int64_t patience = 0;  // of early stopping; 0: none
};

int main() {
  random::seed(3);
  const data::Dataset valid = points(400), many = points(400);
  const Plan plans[] = {{"a line", nn::sequential(nn::Linear(1))},
                        {"large network", large()},
                        {"with L2", large(), 24, 0.02},
                        {"with dropout", large(0.2)},
                        {"with 400 points", large(), 400},
                        {"with early stopping", large(), 24, 0, 40}};

  std::map<std::string, std::vector<double>> fitted, checked;
  std::vector<draw::Panel> panels;
  for (const Plan& plan : plans) {
    train::Trainer trainer(plan.net, loss::MSE(), optim::Adam(0.01, {}, {.weight_decay = plan.weight_decay}));
    train::FitOptions options = {.epochs = 600, .validation = valid.batch(400)};
    if (plan.patience > 0) options.callbacks = {train::early_stopping({.patience = plan.patience})};
    const train::History history = trainer.fit(many.take(plan.points).batch(plan.points), options);
    const auto training = fitted[plan.name] = history.series("loss");
    const auto validation = checked[plan.name] = history.series("val_loss");
    std::cout << plan.name << ": training loss " << training.back() << ", validation loss "
              << validation.back() << " after " << training.size() << " epochs\n";
    panels.push_back(
        {.title = plan.name,
         .lines = {{.label = "training", .y = training}, {.label = "validation", .y = validation}},
         .x_label = "epoch",
         .log_y = true});
  }

  const double last = checked["large network"].back();
  const auto best = [&](const std::string& name) {
    return *std::min_element(checked[name].begin(), checked[name].end());
  };
  std::cout << std::boolalpha;
  std::cout << "the line under-fits: both losses are high: "
            << (fitted["a line"].back() > 0.3 && checked["a line"].back() > 0.3) << '\n';
  std::cout << "the large network over-fits: the validation loss is " << last / fitted["large network"].back()
            << " times the training loss\n";
  std::cout << "its validation loss rises again, " << last / best("large network") << " times the best\n";
  std::cout << "L2 lowers it: " << (checked["with L2"].back() < 0.9 * last) << '\n';
  std::cout << "dropout lowers it: " << (checked["with dropout"].back() < 0.9 * last) << '\n';
  std::cout << "more points lower it: " << (checked["with 400 points"].back() < 0.7 * last) << '\n';
  std::cout << "early stopping keeps the best: " << (checked["with early stopping"].back() < 0.9 * last)
            << '\n';

  draw::curves(panels, {.title = "sin(2x) with noise"}).write("learning-curves.svg");
  std::cout << "wrote learning-curves.svg\n";
}
