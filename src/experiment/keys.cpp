// The keys of `train`, and what of them plan, explain and gradcheck share.
#include "experiment/keys.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "luge/loss/loss.h"
#include "luge/metrics/host_metric.h"
#include "luge/optim/optimizers.h"
#include "luge/tasks/registry.h"

namespace luge::experiment {
namespace {

std::string listed(const std::vector<std::string>& names) {
  return fmt::format("{}", fmt::join(names, ", "));
}

std::string metric_names() {
  std::vector<std::string> names = metrics::names();
  for (std::string& name : metrics::host_names()) names.push_back(std::move(name));
  return listed(names);
}

}  // namespace

std::string loss_names() { return listed(loss::names()); }

// The keys that a beginner needs are first: lists that are too long to print are cut after them.
std::vector<Key> model_keys() {
  return {
      {"model.name",
       "network of the gallery (luge list models)",
       "",
       {"model"},
       {"net", "network", "arch", "architecture"}},
      {"train.batch", "samples in a step", "", {}, {"batch_size", "bs", "minibatch", "batchsize"}},
      {"optimizer.name", listed(optim::names()), "", {"optimizer"}, {"opt", "solver", "optim", "optimiser"}},
      {"optimizer.learning_rate", "step size", "", {"lr"}, {"rate", "alpha", "eta", "learn_rate"}},
      {"loss.name", loss_names(), "", {"loss"}, {"criterion", "objective", "cost"}},
      {"train.metrics", "figures besides the loss: none, " + metric_names(), "", {}, {"metric"}},
      {"train.seed",
       "of weights, shuffling, dropout and the split",
       "0",
       {},
       {"random_state", "random_seed", "manual_seed", "rng"}},
      {"model.hidden",
       "widths of the hidden layers of mlp and xor, such as 256,128; none: a linear model",
       "",
       {},
       {"units", "layers", "hidden_size", "hidden_sizes", "hidden_layers", "width"}},
      {"model.dropout", "share that is dropped after each hidden layer of mlp and xor", "", {}, {"drop"}},
      {"optimizer.weight_decay",
       "shrinks the weights",
       "",
       {},
       {"l2", "wd", "decay", "l2_penalty", "regularization", "penalty"}},
      {"schedule.name",
       "of the learning rate: " + listed(optim::schedule::names()),
       "constant",
       {"schedule"},
       {"scheduler", "lr_schedule", "lr_scheduler"}},
      {"schedule.warmup_steps",
       "updates in which the rate rises to its full value",
       "0",
       {},
       {"warmup", "warm_up", "warmup_steps"}},
      {"schedule.step_size",
       "updates between two factors of step and exponential (default: step a third, exponential all of the "
       "training)",
       "",
       {},
       {"every"}},
      {"schedule.factor",
       "what the rate is multiplied by (default: step 0.1, exponential 0.01)",
       "",
       {},
       {"gamma", "decay_rate"}},
      {"schedule.floor",
       "share of the rate at which cosine ends (default: 0)",
       "",
       {},
       {"eta_min", "min_lr"}},
      {"optimizer.momentum", "of momentum and nesterov", "", {}, {"mu"}},
      {"optimizer.beta1", "of adam"},
      {"optimizer.beta2", "of adam"},
      {"optimizer.epsilon", "of adam", "", {}, {"eps"}},
      {"train.clip_norm",
       "longest gradient, all parameters together; 0: any",
       "",
       {},
       {"clip", "clipnorm", "grad_clip", "max_norm", "max_grad_norm", "gradient_clip"}},
      {"train.clip_value", "largest gradient element; 0: any", "", {}, {"clipvalue"}},
      {"train.accumulate", "batches that give one update together", "1", {}, {"gradient_accumulation"}},
      {"train.precision",
       "what products are computed in: f32, or bf16 with float32 weights",
       "f32",
       {},
       {"dtype", "amp", "fp16", "bf16"}},
      {"train.math", "fast, or strict: only algorithms that round no more than plain sums and products",
       "fast"},
      {"train.memory",
       "most bytes a step may take, such as 2GB: values are computed again to fit (default: any)"},
      {"train.threads",
       "processors to use (default: all, or LUGE_THREADS)",
       "",
       {},
       {"cpus", "cores", "num_threads", "jobs"}}};
}

std::vector<Key> table_keys() {
  return {
      {"data.target", "target column of a CSV table: name, or number from 0 (-1 is the last)", "-1"},
      {"data.header", "whether its first line names the columns: auto, yes, no", "auto"},
      {"data.separator", "what separates its cells: one character, tab, or auto", "auto"},
      {"task.name",
       "what to learn (luge list tasks); auto follows from model and data, and says for a column of numbers",
       "auto",
       {"task", "data.task"}}};
}

std::vector<Key> task_keys() {
  std::vector<Key> keys;
  for (const std::string& name : tasks::names()) {
    for (const options::Info& option : tasks::find(name).options) {
      Key key = {"task." + option.name,
                 fmt::format("{}: {} (default {})", name, option.help, options::text(option.fallback))};
      const bool taken =
          std::any_of(keys.begin(), keys.end(), [&](const Key& other) { return other.name == key.name; });
      if (!taken && option.name != kScaling) keys.push_back(std::move(key));
    }
  }
  return keys;
}

std::vector<Key> training_keys() {
  std::vector<Key> keys = model_keys();
  const std::vector<Key> first = {
      {"data.name",
       "data set (luge list data), folder of IDX files, CSV file, or text file",
       "",
       {"data"},
       {"dataset", "data_set", "file"}},
      {"train.epochs", "passes over the data", "", {}, {"epoch", "n_epochs", "num_epochs", "max_epochs"}}};
  keys.insert(keys.begin() + 1, first.begin(), first.end());
  const std::vector<Key> more = {
      {"train.limit_train_batches", "steps of an epoch at most; 0: all", "0", {}, {"max_steps"}},
      {"data.validation_split",
       "share held back as validation data, on which best.safetensors is chosen",
       "0.1",
       {},
       {"val_split", "val", "validation", "valid"}},
      {"data.normalize",
       "standardize, min-max, none; auto: standardize, except for truth tables",
       "auto",
       {},
       {"scaling", "scale", "normalise"}},
      {"data.shuffle", "a new order in every epoch", "true"},
      {"data.workers",
       "threads that read ahead; auto: processors that training leaves free",
       "auto",
       {},
       {"num_workers"}},
      {"data.accept_changed_data", "resume although data or batch size are not those of the checkpoint",
       "false"},
      {"callbacks.early_stopping.patience",
       "stop after this many epochs without improvement",
       "",
       {"early_stopping"}},
      {"callbacks.early_stopping.monitor", "figure that must improve", "val_loss"},
      {"callbacks.early_stopping.min_delta", "what counts as improvement", "0"},
      {"callbacks.stop_at.value", "stop when a figure is as good as this", "", {"stop_at"}},
      {"callbacks.stop_at.monitor", "which figure", "val_accuracy"},
      {"callbacks.checkpoint.every", "steps between step-N.safetensors; 0: none", "0", {}, {"save_every"}},
      {"callbacks.checkpoint.keep", "how many of those stay", "3"},
      {"callbacks.checkpoint.monitor", "figure that best.safetensors is chosen by"},
      {"callbacks.checkpoint.on_error", "when one cannot be written: stop, or warn and go on", "stop"},
      {"schedule.steps", "updates that the schedule is stretched over; auto: all of the training", "auto"},
      {"model.init",
       "weights to begin with: folder of a run, last, or model file",
       "",
       {"init"},
       {"weights", "pretrained", "from"}},
      {"run.dir",
       "folder of this run (default: runs/MODEL-DATA-N)",
       "",
       {},
       {"out", "output", "save_dir", "out_dir", "output_dir"}},
      {"run.exist_ok", "write into a folder that is not empty", "false", {}, {"overwrite", "force"}}};
  keys.insert(keys.end(), more.begin(), more.end());
  for (Key& key : table_keys()) keys.push_back(std::move(key));
  for (Key& key : task_keys()) keys.push_back(std::move(key));
  return keys;
}

std::vector<Key> model_and_input_keys() {
  std::vector<Key> keys = model_keys();
  keys.push_back({"input", "extents of one sample, such as 1x28x28"});
  return keys;
}

std::vector<Key> stage_keys() {
  std::vector<Key> keys = {
      {"name", "name of the stage, for checkpoints and tables"},
      {"steps", "steps of the stage at most; 0: as many as its epochs have", "0"},
      {"trainable", "patterns of the parameters that are trained, such as features.*,head.*", "*"}};
  // What is the same in all stages: the network, the data and the task.
  constexpr std::string_view own[] = {
      "train.epochs", "train.batch", "train.clip_norm",           "train.clip_value",
      "optimizer.",   "schedule.",   "callbacks.early_stopping.", "callbacks.stop_at."};
  for (Key& key : training_keys()) {
    if (std::none_of(std::begin(own), std::end(own),
                     [&](std::string_view prefix) { return key.name.starts_with(prefix); }))
      continue;
    key.fallback.clear();
    keys.push_back(std::move(key));
  }
  return keys;
}

}  // namespace luge::experiment
