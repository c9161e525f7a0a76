// From trained members to an ensemble, and what it says about samples that it has not seen.
#include <fmt/format.h>

#include <algorithm>

#include "experiment/ensemble.h"
#include "experiment/learned.h"
#include "experiment/measure.h"
#include "experiment/report_options.h"
#include "experiment/run_report.h"
#include "experiment/runs.h"
#include "experiment/several_options.h"
#include "experiment/several_parts.h"
#include "experiment/trainings_state.h"
#include "luge/data/bootstrap.h"
#include "luge/io/model_file.h"

namespace luge::experiment {
namespace {

// Each sample of the training part is answered by the members that were trained without it.
class OutOfBag {
 public:
  OutOfBag(const Trainings::State& all, const data::Dataset& samples)
      : all_(all), samples_(samples), counts_(static_cast<std::size_t>(samples.size())) {}

  // False when the answers are neither classes nor numbers.
  bool add(std::int64_t member, const nn::Loaded& net) {
    learned_ = learned(net.metadata());
    const Config config = config_of_one(all_.config, member);
    const auto rest =
        data::bootstrap_indices(samples_.size(), static_cast<std::uint64_t>(own_seed(config))).second;
    const data::Dataset seen = prepared(learned_, net.metadata(), samples_.select(rest));
    classes_ = tells_classes(net.metadata(), seen);
    if (!classes_ && !tells_numbers(net.metadata(), seen)) return false;
    if (rest.empty()) return true;
    Answers answers = answer(net, seen, [] {});
    if (!classes_) take_back_units(answers, learned_.recipe, *seen.info().target());
    width_ = answers.width;
    sums_.resize(counts_.size() * static_cast<std::size_t>(width_));
    for (std::size_t i = 0; i < rest.size(); ++i) {
      const auto at = static_cast<std::size_t>(rest[i]);
      const auto row = answers.row(static_cast<std::int64_t>(i));
      for (std::size_t k = 0; k < row.size(); ++k) sums_[at * row.size() + k] += row[k];
      ++counts_[at];
    }
    return true;
  }

  void report(EnsembleReport& report) const {
    std::vector<std::int64_t> covered;
    Answers answers{width_, {}};
    for (std::size_t at = 0; at < counts_.size(); ++at) {
      if (counts_[at] == 0) continue;
      covered.push_back(static_cast<std::int64_t>(at));
      for (std::int64_t k = 0; k < width_; ++k)
        answers.values.push_back(
            static_cast<float>(sums_[at * static_cast<std::size_t>(width_) + static_cast<std::size_t>(k)] /
                               static_cast<double>(counts_[at])));
    }
    if (covered.empty()) return;
    report.out_of_bag_samples = static_cast<std::int64_t>(covered.size());
    const data::Dataset samples = samples_.select(covered);
    if (classes_) {
      const Classified found = classify(samples, answers);
      report.out_of_bag = {{"loss", found.loss}, {"accuracy", found.accuracy()}};
    } else {
      const Fitted found = fit_of(samples, answers);
      report.out_of_bag = {{"mse", found.mse}, {"mae", found.mae}, {"r2", found.r2}};
    }
  }

 private:
  const Trainings::State& all_;
  data::Dataset samples_;
  tasks::Learned learned_;
  bool classes_ = false;
  std::int64_t width_ = 0;
  std::vector<double> sums_;
  std::vector<std::int64_t> counts_;
};

void add_out_of_bag(const Trainings::State& all, const data::Dataset& samples,
                    const std::vector<nn::Loaded>& nets, EnsembleReport& report) {
  OutOfBag found(all, samples);
  for (std::size_t k = 0; k < nets.size(); ++k) {
    if (!found.add(static_cast<std::int64_t>(k) + 1, nets[k])) return;
  }
  found.report(report);
}

}  // namespace

EnsembleReport combine(const Trainings::State& all, const std::vector<std::filesystem::path>& members) {
  std::vector<nn::Loaded> nets;
  for (const std::filesystem::path& folder : members)
    nets.push_back(io::read_model(model_file(folder.string()).file.string()).net);
  EnsembleReport report{all.folder->checkpoint("best.safetensors"), {}, {}};
  write_ensemble(report.model.string(), nets);
  const nn::Loaded net = io::read_model(report.model.string()).net;
  const tasks::Learned known = learned(net.metadata());
  const Parts parts = training_parts(config_of_one(all.config, 1), all.data);
  if (known.task && parts.valid.size() > 0) {
    Parts seen = parts;
    seen.valid = prepared(known, net.metadata(), parts.valid);
    report.figures = measure(net, known.task, seen.valid).metrics;
    if (read<ReportKeys>(all.config).report)
      write_joint_evaluation(all.folder->path(), seen, parts, known.recipe, all.tell);
  }
  if (read<EnsembleOptions>(all.config).bootstrap) add_out_of_bag(all, *parts.fitted_to, nets, report);
  return report;
}

}  // namespace luge::experiment
