// epoch_log, step_log and timing_log: tables that grow while a network is trained.
#include <fmt/format.h>

#include <charconv>
#include <fstream>
#include <optional>
#include <utility>

#include "io/csv/cell.h"
#include "io/files/append_file.h"
#include "io/files/atomic_file.h"
#include "luge/error.h"
#include "luge/train/trainer.h"
#include "luge/train/watching.h"
#include "train/last_rate.h"
#include "train/metrics_files.h"

namespace luge::train {
namespace fs = std::filesystem;
namespace {

void make_folder_of(const fs::path& file) {
  if (!file.has_parent_path()) return;
  std::error_code error;
  fs::create_directories(file.parent_path(), error);
  if (error)
    throw FileError(
        fmt::format("{}: cannot make the folder: {}", file.parent_path().string(), error.message()));
}

class EpochLog final : public Callback {
 public:
  explicit EpochLog(fs::path file) : file_(std::move(file)), files_(file_.parent_path()) {
    make_folder_of(file_);
  }
  void train_begin(Fit& fit) override {
    fit.total_steps == 0 ? files_.forget_times() : files_.recall_times();
  }
  void epoch_end(Fit& fit) override {
    const MetricsFiles::Texts texts = files_.texts(fit.trainer->history());
    io::write_file(file_, file_.extension() == ".jsonl" ? texts.jsonl : texts.csv);
  }

 private:
  fs::path file_;
  MetricsFiles files_;
};

// A table whose first columns are an epoch and a step. Rows after the step at which a training goes on are
// dropped: it makes them again.
class GrowingTable {
 public:
  explicit GrowingTable(fs::path file) : file_(std::move(file)) { make_folder_of(file_); }

  /// Keeps the header and the rows whose number in `column` is at most `last`.
  void begin(const std::string& header, std::size_t column, std::int64_t last) {
    std::string kept = header + "\n";
    std::ifstream before(file_);
    std::string line;
    std::getline(before, line);
    while (last > 0 && std::getline(before, line)) {
      if (number_in(line, column) <= last && number_in(line, column) > 0) kept += line + "\n";
    }
    before.close();
    rows_.reset();
    io::write_file(file_, kept);
    rows_.emplace(file_);
  }
  void add(const std::string& row) { rows_->add_line(row); }

 private:
  static std::int64_t number_in(const std::string& line, std::size_t column) {
    std::size_t at = 0;
    for (; column > 0; --column) {
      at = line.find(',', at);
      if (at == line.npos) return 0;
      ++at;
    }
    std::int64_t number = 0;
    std::from_chars(line.data() + at, line.data() + line.size(), number);
    return number;
  }

  fs::path file_;
  std::optional<io::AppendFile> rows_;
};

class StepLog final : public Callback {
 public:
  StepLog(fs::path file, std::int64_t every) : table_(std::move(file)), every_(every) {
    if (every < 1) throw ValueError(fmt::format("step_log: every is {}; expected at least 1", every));
  }
  void train_begin(Fit& fit) override {
    std::string header = "epoch,step,learning_rate";
    for (const Column& column : fit.columns) {
      if (!column.name.starts_with(kValidation)) header += "," + io::csv_cell(column.name);
    }
    table_.begin(header, 1, fit.total_steps);
  }
  void step_end(Fit& fit) override {
    if (fit.total_steps % every_ != 0) return;
    std::string row =
        fmt::format("{},{},{}", fit.epoch + 1, fit.total_steps, rate_of_last_step(fit.trainer->optimizer()));
    for (const auto& [name, value] : fit.logs()) row += fmt::format(",{}", value);
    table_.add(row);
  }

 private:
  GrowingTable table_;
  std::int64_t every_;
};

class TimingLog final : public Callback {
 public:
  explicit TimingLog(fs::path file) : table_(std::move(file)) {}
  void train_begin(Fit& fit) override {
    table_.begin("epoch,steps,step_ms,data_share,samples_per_second", 0, fit.epoch);
  }
  void epoch_end(Fit& fit) override {
    const EpochTiming timing = timing_of(fit);
    table_.add(fmt::format("{},{},{:.4g},{:.4f},{:.6g}", timing.epoch + 1, timing.steps, timing.step_ms,
                           timing.data_share, timing.samples_per_second));
  }

 private:
  GrowingTable table_;
};

}  // namespace

EpochTiming timing_of(const Fit& fit) {
  const double all = fit.step_seconds + fit.data_seconds;
  EpochTiming timing{.epoch = fit.epoch, .steps = fit.step};
  if (fit.step > 0) timing.step_ms = 1000 * fit.step_seconds / static_cast<double>(fit.step);
  if (all > 0) {
    timing.data_share = fit.data_seconds / all;
    timing.samples_per_second = static_cast<double>(fit.samples) / all;
  }
  return timing;
}

CallbackRef epoch_log(fs::path file) { return std::make_shared<EpochLog>(std::move(file)); }
CallbackRef step_log(fs::path file, std::int64_t every) {
  return std::make_shared<StepLog>(std::move(file), every);
}
CallbackRef timing_log(fs::path file) { return std::make_shared<TimingLog>(std::move(file)); }

}  // namespace luge::train
