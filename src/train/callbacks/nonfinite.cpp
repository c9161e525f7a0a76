#include "luge/train/nonfinite.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <utility>

#include "io/run/run_files.h"
#include "luge/error.h"
#include "luge/io/safetensors.h"
#include "luge/train/trainer.h"
#include "train/judge.h"

namespace luge::train {
namespace fs = std::filesystem;
namespace {

// The fields of a batch, and where its samples come from.
void write_batch(const data::HostBatch& batch, const fs::path& file) {
  std::vector<io::TensorView> fields;
  for (const auto& [name, value] : batch.values) {
    if (!value.field.text) fields.push_back({name, value.field.dtype, value.field.shape, value.bytes});
  }
  std::map<std::string, std::string> from;
  for (std::int64_t row = 0; row < batch.rows; ++row) from[fmt::format("row {}", row)] = batch.where(row);
  io::write_safetensors(file.string(), fields, from);
}

class NonFinite final : public Callback, public Judge {
 public:
  explicit NonFinite(NonFiniteOptions options) : options_(std::move(options)) {
    if (options_.most_in_a_row < 1) {
      throw ValueError(
          fmt::format("on_nonfinite: most_in_a_row is {}; expected at least 1", options_.most_in_a_row));
    }
  }

  void train_begin(Fit& fit) override {
    if (fit.total_steps == 0) left_out_ = in_a_row_ = 0;
  }

  bool leaves_out(const RefusedStep& step) override {
    if (options_.policy == OnNonFinite::stop || in_a_row_ >= options_.most_in_a_row) return false;
    if (left_out_ == 0) {
      first_ = step.why();
      tell(fmt::format("warning: {}; its batch is left out", first_));
    }
    ++left_out_;
    ++in_a_row_;
    refused_ = true;
    return true;
  }

  std::string keep(const RefusedStep& step) override {
    std::string end =
        in_a_row_ > 0 ? fmt::format("; the {} steps before it were left out, too", in_a_row_) : "";
    if (options_.folder.empty()) return end;
    const fs::path folder = options_.folder / io::kCheckpointFolder;
    const fs::path state = folder / io::kNonFiniteState, batch = folder / io::kNonFiniteBatch;
    try {
      step.fit.trainer->save(state.string());
      write_batch(step.batches.back().host, batch);
      return end + fmt::format("; the state before the step is in {}, its batch in {}", state.string(),
                               batch.string());
    } catch (const Error& error) {
      return end + fmt::format("; neither state nor batch were kept: {}", error.what());
    }
  }

  void step_end(Fit&) override {
    if (!std::exchange(refused_, false)) in_a_row_ = 0;
  }

  void train_end(Fit& fit) override {
    if (left_out_ == 0) return;
    if (fit.trainer->position().updates == 0 && !fit.step_is_open) refuse_training(fit);
    tell(fmt::format("warning: {} of {} steps were left out, because loss or gradient was not finite",
                     left_out_, fit.total_steps));
  }

  std::string name() const override { return options_.policy == OnNonFinite::skip ? "on_nonfinite" : ""; }
  std::string state() const override {
    return nlohmann::json{{"left_out", left_out_}, {"in_a_row", in_a_row_}}.dump();
  }
  void restore(const std::string& text) override {
    const auto json = nlohmann::json::parse(text, nullptr, false);
    if (!json.is_object()) throw FormatError("the checkpoint's state of on_nonfinite is not a JSON object");
    left_out_ = json.value("left_out", std::int64_t{0});
    in_a_row_ = json.value("in_a_row", std::int64_t{0});
  }

 private:
  // A network that has learned nothing must not pass for a trained one.
  [[noreturn]] void refuse_training(const Fit& fit) const {
    throw NonFiniteError(fmt::format(
        "on_nonfinite=skip: all {} steps were left out, because loss or gradient was not finite each time, "
        "so "
        "that nothing was learned; a smaller learning rate, clipped gradients or other inputs may help{}{}",
        fit.total_steps, first_.empty() ? "" : "; the first: ", first_));
  }
  void tell(const std::string& line) const {
    if (options_.tell) options_.tell(line);
  }

  NonFiniteOptions options_;
  std::int64_t left_out_ = 0, in_a_row_ = 0;
  std::string first_;     // why the first one was left out
  bool refused_ = false;  // the step that is just ending
};

}  // namespace

CallbackRef on_nonfinite(const NonFiniteOptions& options) { return std::make_shared<NonFinite>(options); }

}  // namespace luge::train
