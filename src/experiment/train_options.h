// What a training can be told besides the options of registered things: one listing a table. The keys of the
// shell, help and checks come from these.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "experiment/option_keys.h"
#include "luge/data/sources.h"
#include "luge/math_mode.h"
#include "luge/options.h"
#include "luge/train/callbacks.h"

namespace luge::experiment {

/// Which averages of the weights are evaluated and saved.
enum class AverageKind : std::uint8_t { none, ema, swa, lookahead };

}  // namespace luge::experiment

namespace luge::options {

template <>
struct Names<luge::Precision> {
  static constexpr std::pair<luge::Precision, const char*> all[] = {{Precision::f32, "f32"},
                                                                    {Precision::bf16, "bf16"}};
};
template <>
struct Names<luge::Math> {
  static constexpr std::pair<luge::Math, const char*> all[] = {{Math::fast, "fast"},
                                                               {Math::strict, "strict"}};
};
template <>
struct Names<train::OnSaveError> {
  static constexpr std::pair<train::OnSaveError, const char*> all[] = {{train::OnSaveError::stop, "stop"},
                                                                       {train::OnSaveError::warn, "warn"}};
};
template <>
struct Names<experiment::AverageKind> {
  static constexpr std::pair<experiment::AverageKind, const char*> all[] = {
      {experiment::AverageKind::none, "none"},
      {experiment::AverageKind::ema, "ema"},
      {experiment::AverageKind::swa, "swa"},
      {experiment::AverageKind::lookahead, "lookahead"}};
};
template <>
struct Names<data::CsvOptions::Header> {
  static constexpr std::pair<data::CsvOptions::Header, const char*> all[] = {
      {data::CsvOptions::Header::automatic, "auto"},
      {data::CsvOptions::Header::yes, "yes"},
      {data::CsvOptions::Header::no, "no"}};
};

}  // namespace luge::options

namespace luge::experiment {

/// A step of a training.
struct StepOptions {
  static constexpr const char* table = "train";
  std::optional<std::int64_t> batch = {};
  std::int64_t seed = 0;
  double clip_norm = 0;
  double clip_value = 0;
  std::int64_t accumulate = 1;
  Precision precision = Precision::f32;
  Math math = Math::fast;
  std::optional<Bytes> memory = {};
  std::optional<std::int64_t> threads = {};
  static void fields(auto& self, auto&& field) {
    using namespace options;
    field("batch", self.batch, "samples in a step", at_least(1),
          elsewhere({"batch_size", "bs", "minibatch", "batchsize"}));
    field("seed", self.seed, "of weights, shuffling, dropout and the split", at_least(0),
          elsewhere({"random_state", "random_seed", "manual_seed", "rng"}));
    field("clip_norm", self.clip_norm, "longest gradient, all parameters together; 0: any", at_least(0),
          elsewhere({"clip", "clipnorm", "grad_clip", "max_norm", "max_grad_norm", "gradient_clip"}));
    field("clip_value", self.clip_value, "largest gradient element; 0: any", at_least(0),
          elsewhere({"clipvalue"}));
    field("accumulate", self.accumulate, "batches that give one update together", at_least(1),
          elsewhere({"gradient_accumulation"}));
    field("precision", self.precision, "what products are computed in: f32, or bf16 with float32 weights",
          elsewhere({"dtype", "amp", "fp16", "bf16"}));
    field("math", self.math,
          "fast, or strict: only algorithms that round no more than plain sums and products");
    field("memory", self.memory,
          "most bytes a step may take, such as 2GB: values are computed again to fit (default: any)",
          takes("a number of bytes such as 512MiB or 2GB"));
    field("threads", self.threads, "processors to use (default: all, or LUGE_THREADS)", at_least(1),
          elsewhere({"cpus", "cores", "num_threads", "jobs"}));
  }
};

/// How long a training is.
struct LengthOptions {
  static constexpr const char* table = "train";
  std::optional<std::int64_t> epochs = {};
  std::int64_t limit_train_batches = 0;
  static void fields(auto& self, auto&& field) {
    using namespace options;
    field("epochs", self.epochs, "passes over the data", at_least(1),
          elsewhere({"epoch", "n_epochs", "num_epochs", "max_epochs"}));
    field("limit_train_batches", self.limit_train_batches, "steps of an epoch at most; 0: all", at_least(0),
          elsewhere({"max_steps"}));
  }
};

/// How a schedule begins.
struct WarmUpOptions {
  static constexpr const char* table = "schedule";
  std::int64_t warmup_steps = 0;
  double warmup_ratio = 0;
  static void fields(auto& self, auto&& field) {
    using namespace options;
    field("warmup_steps", self.warmup_steps, "updates in which the rate rises to its full value", at_least(0),
          elsewhere({"warmup", "warm_up"}));
    field("warmup_ratio", self.warmup_ratio, "the same as a share of the schedule's length",
          at_least(0).below(1));
  }
};

/// How long a schedule is.
struct ScheduleLengthOptions {
  static constexpr const char* table = "schedule";
  AutoWhole steps = {};
  static void fields(auto& self, auto&& field) {
    using namespace options;
    field("steps", self.steps, "updates that the schedule is stretched over; auto: all of the training",
          at_least(1), takes("auto or a whole number from 1"));
  }
};

/// What is trained on, and in which order.
struct DataOptions {
  static constexpr const char* table = "data";
  double validation_split = 0.1;
  std::string normalize = "auto";
  bool shuffle = true;
  AutoWhole workers = {};
  bool accept_changed_data = false;
  static void fields(auto& self, auto&& field) {
    using namespace options;
    field("validation_split", self.validation_split,
          "share held back as validation data, on which best.safetensors is chosen", at_least(0).below(1),
          elsewhere({"val_split", "val", "validation", "valid"}));
    field(
        "normalize", self.normalize,
        "how inputs are scaled, or made uncorrelated (pca, zca); auto: standardize, except for truth tables",
        one_of({"auto", "none", "standardize", "min-max", "robust", "pca", "zca"}),
        elsewhere({"scaling", "scale", "normalise"}));
    field("shuffle", self.shuffle, "a new order in every epoch", needs("data.sampling", {"all"}));
    field("workers", self.workers, "threads that read ahead; auto: processors that training leaves free",
          at_least(0), takes("auto or a whole number from 0"), elsewhere({"num_workers"}));
    field("accept_changed_data", self.accept_changed_data,
          "resume although data or batch size are not those of the checkpoint");
  }
};

/// How a table is read.
struct TableOptions {
  static constexpr const char* table = "data";
  std::string target = "-1";
  std::optional<std::string> weights = {};
  data::CsvOptions::Header header = data::CsvOptions::Header::automatic;
  Separator separator = {};
  static void fields(auto& self, auto&& field) {
    using namespace options;
    field("target", self.target, "target column of a CSV table: name, or number from 0 (-1 is the last)");
    field("weights", self.weights,
          "column of a CSV table that says how much each sample counts: name, or number from 0");
    field("header", self.header, "whether its first line names the columns");
    field("separator", self.separator, "what separates its cells: one character, tab, or auto");
  }
};

/// When a training ends because nothing improves any more.
struct EarlyStoppingKeys {
  static constexpr const char* table = "callbacks.early_stopping";
  std::optional<std::int64_t> patience = {};
  std::string monitor = "val_loss";
  double min_delta = 0;
  bool restore_best = false;
  static void fields(auto& self, auto&& field) {
    using namespace options;
    field("patience", self.patience, "stop after this many epochs without improvement", at_least(1),
          also({"early_stopping"}));
    const Needs on = needs("callbacks.early_stopping.patience");
    field("monitor", self.monitor, "figure that must improve", on);
    field("min_delta", self.min_delta, "what counts as improvement", at_least(0), on);
    field("restore_best", self.restore_best,
          "best.safetensors is the best epoch by the figure that must improve, and the network at the end is "
          "that",
          elsewhere({"restore_best_weights"}), on);
  }
};

/// When a training ends because it is good enough.
struct StopAtKeys {
  static constexpr const char* table = "callbacks.stop_at";
  std::optional<double> value = {};
  std::string monitor = "val_accuracy";
  static void fields(auto& self, auto&& field) {
    using namespace options;
    field("value", self.value, "stop when a figure is as good as this", also({"stop_at"}));
    field("monitor", self.monitor, "which figure", needs("callbacks.stop_at.value"));
  }
};

/// When the learning rate is lowered because nothing improves any more.
struct PlateauKeys {
  static constexpr const char* table = "callbacks.plateau";
  std::optional<std::int64_t> patience = {};
  std::string monitor = "val_loss";
  double factor = 0.1;
  double threshold = 1e-4;
  bool relative = true;
  std::int64_t cooldown = 0;
  double smallest = 0;
  static void fields(auto& self, auto&& field) {
    using namespace options;
    field("patience", self.patience, "lower the rate after more than this many epochs without improvement",
          at_least(0), also({"reduce_on_plateau"}), elsewhere({"plateau", "ReduceLROnPlateau"}));
    const Needs on = needs("callbacks.plateau.patience");
    field("monitor", self.monitor, "figure that must improve", on);
    field("factor", self.factor, "what the rate is multiplied by", above(0).below(1), on);
    field("threshold", self.threshold, "what counts as improvement", at_least(0), elsewhere({"min_delta"}),
          on);
    field("relative", self.relative, "the threshold is a share of the best value",
          elsewhere({"threshold_mode"}), on);
    field("cooldown", self.cooldown, "epochs after a reduction that are not counted", at_least(0), on);
    field("smallest", self.smallest, "the smallest rate", at_least(0), elsewhere({"min_lr"}), on);
  }
};

/// How they are made.
struct AveragingKeys {
  static constexpr const char* table = "averaging";
  AverageKind kind = AverageKind::none;
  std::optional<double> decay = {};
  bool rising = false;
  AutoWhole start = {};
  AutoWhole every = {};
  AutoWhole norm_batches = {};
  static void fields(auto& self, auto&& field) {
    using namespace options;
    field(
        "kind", self.kind,
        "evaluate and save averages of the weights: ema with a decay, swa, the mean of the last quarter, or "
        "lookahead, which the training goes on from",
        also({"averaging"}), elsewhere({"ema", "swa", "average"}));
    const Needs on = needs("averaging.kind");
    field("decay", self.decay,
          "share of the average that stays when it takes values (default: 0.999 for ema, 0.5 for lookahead)",
          at_least(0).below(1), needs("averaging.kind", {"ema", "lookahead"}));
    field("rising", self.rising,
          "the decay rises from 0, with the third power of the share of the training that is done",
          needs("averaging.kind", {"lookahead"}));
    field("start", self.start, "updates before it begins; auto: three quarters for swa, else 0", at_least(0),
          takes("auto or a whole number from 0"), on);
    field("every", self.every, "updates between two values that it takes; auto: 5 for lookahead, else 1",
          at_least(1), takes("auto or a whole number from 1"), on);
    field("norm_batches", self.norm_batches,
          "batches for the statistics of batch norms after each epoch; auto: 50 for swa, else 0", at_least(0),
          takes("auto or a whole number from 0"), needs("averaging.kind", {"ema", "swa"}));
  }
};

/// Which checkpoints are written.
struct CheckpointKeys {
  static constexpr const char* table = "callbacks.checkpoint";
  std::int64_t every = 0;
  std::int64_t keep = 3;
  std::optional<std::string> monitor = {};
  train::OnSaveError on_error = train::OnSaveError::stop;
  static void fields(auto& self, auto&& field) {
    using namespace options;
    field("every", self.every, "steps between step-N.safetensors; 0: none", at_least(0),
          elsewhere({"save_every"}));
    field("keep", self.keep, "how many of those stay", at_least(1), needs("callbacks.checkpoint.every"));
    field("monitor", self.monitor, "figure that best.safetensors is chosen by");
    field("on_error", self.on_error, "when one cannot be written: stop, or warn and go on");
  }
};

/// What the network begins with.
struct InitialOptions {
  static constexpr const char* table = "model";
  std::optional<std::string> init = {};
  static void fields(auto& self, auto&& field) {
    using namespace options;
    field("init", self.init, "weights to begin with: folder of a run, last, or model file",
          elsewhere({"weights", "pretrained", "from"}));
  }
};

/// The folder of a run.
struct FolderOptions {
  static constexpr const char* table = "run";
  std::optional<std::string> dir = {};
  bool exist_ok = false;
  static void fields(auto& self, auto&& field) {
    using namespace options;
    field("dir", self.dir, "folder of this run (default: runs/MODEL-DATA-N)",
          elsewhere({"out", "output", "save_dir", "out_dir", "output_dir"}));
    field("exist_ok", self.exist_ok, "write into a folder that is not empty",
          elsewhere({"overwrite", "force"}), needs("run.dir"));
  }
};

/// What a stage has that a training has not.
struct StageOptions {
  static constexpr const char* table = "";
  std::string name;
  std::int64_t steps = 0;
  std::vector<std::string> trainable = {"*"};
  static void fields(auto& self, auto&& field) {
    using namespace options;
    field("name", self.name, "name of the stage, for checkpoints and tables", required);
    field("steps", self.steps, "steps of the stage at most; 0: as many as its epochs have", at_least(0));
    field("trainable", self.trainable,
          "patterns of the parameters that are trained, such as features.*,head.*");
  }
};

}  // namespace luge::experiment
